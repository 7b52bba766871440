import { type Linked, LinkedQueue } from "../linked-queue.ts";

interface Piece extends Linked<Piece> {
	readonly work: () => void;
	readonly octets: number;
}

/** The pieces of one address. */
interface Lane extends Linked<Lane> {
	readonly whose: string;
	readonly pieces: LinkedQueue<Piece>;
	octets: number;
}

/** Pieces of work from many addresses: addresses take turns, and the pieces of one address run in order. */
export class FairQueue {
	readonly #lanes = new Map<string, Lane>();
	/** The address whose turn is next comes first. */
	readonly #order = new LinkedQueue<Lane>();
	#octets = 0;

	/** Whether nothing is waiting. */
	get empty(): boolean {
		return this.#lanes.size === 0;
	}

	/** Memory held by all waiting pieces, in bytes. */
	get octets(): number {
		return this.#octets;
	}

	/** Memory held by the pieces of an address, in bytes. */
	octetsOf(whose: string): number {
		return this.#lanes.get(whose)?.octets ?? 0;
	}

	/** @param octets bytes of memory that the piece holds while it waits. */
	add(whose: string, work: () => void, octets = 0): void {
		let lane = this.#lanes.get(whose);
		if (!lane) {
			lane = { whose, pieces: new LinkedQueue(), octets: 0, previous: undefined, next: undefined };
			this.#lanes.set(whose, lane);
			this.#order.push(lane);
		}
		lane.pieces.push({ work, octets, previous: undefined, next: undefined });
		lane.octets += octets;
		this.#octets += octets;
	}

	/** Removes and returns the piece whose turn it is; undefined if none is waiting. */
	next(): (() => void) | undefined {
		const lane = this.#order.first;
		const piece = lane?.pieces.first;
		if (!lane || !piece) return undefined;
		lane.pieces.remove(piece);
		lane.octets -= piece.octets;
		this.#octets -= piece.octets;
		this.#order.remove(lane);
		if (lane.pieces.first) this.#order.push(lane);
		else this.#lanes.delete(lane.whose);
		return piece.work;
	}
}
