import { placeOf } from "../../net/connection-limits.ts";
import { FairQueue } from "../../net/fair-queue.ts";
import { type NextTurn, nextTurn } from "../../net/fair-turns.ts";
import type { Clock } from "../../time/clock.ts";

/** The approximate overhead of a waiting piece, in bytes. */
const PIECE_OCTETS = 256;

/** Milliseconds over which messages handled at once are counted: long compared with the work of a burst. */
const WINDOW = 50;

/** How messages of one kind are shared out. */
interface Share {
	/** Messages within a window that are handled at once. */
	readonly burst: number;
	/** Milliseconds of an event-loop turn for waiting messages; the last message may take longer. */
	readonly slice: number;
	/** Bytes that may wait, for one address and in total. */
	readonly octetsOfOne: number;
	readonly octets: number;
}

const MB = 1 << 20;
const CLAIMED: Share = { burst: 64, slice: 2, octetsOfOne: 8 * MB, octets: 16 * MB };
const STRANGERS: Share = { burst: 16, slice: 1, octetsOfOne: MB / 2, octets: 4 * MB };

/** Where messages come from. */
export interface MessageSource {
	readonly remote: { readonly address: string };
	/** Whether calls or the registration use it. */
	readonly claimed: boolean;
}

/**
 * Decides when SIP messages are handled: at once while there are few, which costs calls nothing; otherwise in
 * slices, one per turn of the event loop, so that timers and the other interfaces get their turns. Messages
 * on flows that calls and the registration use come before those of strangers, which have a slice of their
 * own. Within each slice, addresses take turns.
 */
export class MessageTurns {
	readonly #clock: Clock;
	readonly #nextTurn: NextTurn;
	readonly #claimed = new Waiting(CLAIMED);
	readonly #strangers = new Waiting(STRANGERS);
	#turning = false;

	constructor(clock: Clock, next: NextTurn = nextTurn) {
		this.#clock = clock;
		this.#nextTurn = next;
	}

	/** Whether a message may be handled at once, which counts it; otherwise it must wait. */
	free({ claimed }: MessageSource): boolean {
		return (claimed ? this.#claimed : this.#strangers).free(this.#clock.now());
	}

	/**
	 * Has a message handled in a later turn.
	 *
	 * @param octets bytes held until then.
	 * @returns false if too many already wait: the message is dropped.
	 */
	wait({ claimed, remote }: MessageSource, work: () => void, octets: number): boolean {
		const waiting = claimed ? this.#claimed : this.#strangers;
		if (!waiting.add(placeOf(remote.address), work, octets)) return false;
		if (this.#turning) return true;
		this.#turning = true;
		this.#nextTurn(this.#turn);
		return true;
	}

	readonly #turn = (): void => {
		if (this.#claimed.queue.empty && this.#strangers.queue.empty) {
			this.#turning = false;
			return;
		}
		// Done first, since the work may fail.
		this.#nextTurn(this.#turn);
		this.#claimed.serve(this.#clock);
		this.#strangers.serve(this.#clock);
	};
}

/** The messages of one kind. */
class Waiting {
	readonly queue = new FairQueue();
	readonly #share: Share;
	#windowEnd = Number.NEGATIVE_INFINITY;
	#handled = 0;

	constructor(share: Share) {
		this.#share = share;
	}

	free(now: number): boolean {
		if (!this.queue.empty) return false;
		if (now >= this.#windowEnd) {
			this.#windowEnd = now + WINDOW;
			this.#handled = 0;
		}
		return this.#handled++ < this.#share.burst;
	}

	add(place: string, work: () => void, octets: number): boolean {
		const { octetsOfOne, octets: most } = this.#share;
		if (octets > 0 && (this.queue.octets >= most || this.queue.octetsOf(place) >= octetsOfOne)) return false;
		this.queue.add(place, work, octets > 0 ? octets + PIECE_OCTETS : 0);
		return true;
	}

	serve(clock: Clock): void {
		const end = clock.now() + this.#share.slice;
		do {
			const work = this.queue.next();
			if (!work) return;
			work();
		} while (clock.now() < end);
	}
}
