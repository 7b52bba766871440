/** Shares the event loop between those who ask for much work at once. */
export interface Turns {
	/**
	 * Has `work` done, at once or in a later turn of the event loop.
	 *
	 * @param whose address of who asked for it.
	 */
	take(whose: string, work: () => void): void;
}

/** Runs a task at the end of a turn of the event loop, after which what came in from the network is read. */
export type NextTurn = (task: () => void) => void;

/**
 * One piece of work a turn of the event loop, so that SIP and timers never wait for more than one piece, whatever
 * others send. Addresses take turns, and so do the pieces of one address: who floods waits for himself.
 *
 * Work that comes when nothing else was done in this turn is done at once.
 */
export class FairTurns implements Turns {
	readonly #nextTurn: NextTurn;
	/** What waits, by address; the address whose turn is next comes first. */
	readonly #waiting = new Map<string, (() => void)[]>();
	/** Whether something was done in this turn. */
	#busy = false;

	constructor(nextTurn: NextTurn = (task) => void setImmediate(task)) {
		this.#nextTurn = nextTurn;
	}

	take(whose: string, work: () => void): void {
		if (!this.#busy) {
			this.#busy = true;
			this.#nextTurn(this.#turn);
			work();
			return;
		}
		const others = this.#waiting.get(whose);
		if (others) others.push(work);
		else this.#waiting.set(whose, [work]);
	}

	readonly #turn = (): void => {
		for (const [whose, [work, ...others]] of this.#waiting) {
			this.#waiting.delete(whose);
			if (others.length > 0) this.#waiting.set(whose, others);
			// First, as the work may fail.
			this.#nextTurn(this.#turn);
			work?.();
			return;
		}
		this.#busy = false;
	};
}
