import { type Linked, LinkedQueue } from "../linked-queue.ts";

interface Piece extends Linked<Piece> {
	readonly work: () => void;
	readonly octets: number;
}

/** The pieces of one address. */
interface Lane {
	readonly pieces: LinkedQueue<Piece>;
	octets: number;
}

/** Pieces of work of many addresses: addresses take turns, and so do the pieces of one address. */
export class FairQueue {
	/** The address whose turn is next comes first. */
	readonly #lanes = new Map<string, Lane>();
	#octets = 0;

	/** Whether nothing waits. */
	get empty(): boolean {
		return this.#lanes.size === 0;
	}

	/** What all pieces that wait hold in memory. */
	get octets(): number {
		return this.#octets;
	}

	/** What the pieces of an address hold in memory. */
	octetsOf(whose: string): number {
		return this.#lanes.get(whose)?.octets ?? 0;
	}

	/** @param octets that the piece holds in memory while it waits. */
	add(whose: string, work: () => void, octets = 0): void {
		let lane = this.#lanes.get(whose);
		if (!lane) {
			lane = { pieces: new LinkedQueue(), octets: 0 };
			this.#lanes.set(whose, lane);
		}
		lane.pieces.push({ work, octets, previous: undefined, next: undefined });
		lane.octets += octets;
		this.#octets += octets;
	}

	/** Takes out the piece whose turn it is; undefined when none waits. */
	next(): (() => void) | undefined {
		for (const [whose, lane] of this.#lanes) {
			this.#lanes.delete(whose);
			const { first } = lane.pieces;
			if (!first) continue;
			lane.pieces.remove(first);
			lane.octets -= first.octets;
			this.#octets -= first.octets;
			if (lane.pieces.first) this.#lanes.set(whose, lane);
			return first.work;
		}
		return undefined;
	}
}
