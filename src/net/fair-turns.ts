import { FairQueue } from "./fair-queue.ts";

/** Shares the event loop among clients that ask for much work at once. */
export interface Turns {
	/**
	 * Runs `work`, at once or in a later turn of the event loop.
	 *
	 * @param whose address of the client that asked for it.
	 */
	take(whose: string, work: () => void): void;
}

/** Runs a task at the end of a turn of the event loop, after which new data from the network is read. */
export type NextTurn = (task: () => void) => void;

/** The runtime's event loop. */
export const nextTurn: NextTurn = (task) => void setImmediate(task);

/**
 * Runs one piece of work per turn of the event loop, so that SIP and timers never wait for more than one
 * piece, whatever others send. Addresses take turns, and the pieces of one address run in order: a flood
 * delays only its sender.
 *
 * Work that arrives when nothing else was done in this turn runs at once.
 */
export class FairTurns implements Turns {
	readonly #nextTurn: NextTurn;
	readonly #waiting = new FairQueue();
	/** Whether something was done in this turn. */
	#busy = false;

	constructor(next: NextTurn = nextTurn) {
		this.#nextTurn = next;
	}

	take(whose: string, work: () => void): void {
		if (this.#busy) {
			this.#waiting.add(whose, work);
			return;
		}
		this.#busy = true;
		this.#nextTurn(this.#turn);
		work();
	}

	readonly #turn = (): void => {
		const work = this.#waiting.next();
		if (!work) {
			this.#busy = false;
			return;
		}
		// Done first, since the work may fail.
		this.#nextTurn(this.#turn);
		work();
	};
}
