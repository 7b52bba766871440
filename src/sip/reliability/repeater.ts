import type { QueuedClock, QueuedTimer, TimedTask } from "../../time/queued-clock.ts";

/** Whose message is retransmitted. */
export interface Repeating {
	/** Sends it again. @param count how many repetitions there were, including this one. */
	repeat(count: number): void;
}

/** Retransmits a message with growing pauses: timers A, E and G of RFC 3261 section 17. */
export class Repeater implements TimedTask {
	readonly #clock: QueuedClock;
	readonly #cap: number;
	readonly #owner: Repeating;
	#pause: number;
	#count = 0;
	#timer: QueuedTimer | undefined;

	/**
	 * Starts at once; the first repetition is due after `first` milliseconds.
	 *
	 * @param cap longest pause in milliseconds; pauses double up to it.
	 */
	constructor(clock: QueuedClock, first: number, cap: number, owner: Repeating) {
		this.#clock = clock;
		this.#cap = cap;
		this.#owner = owner;
		this.#pause = first;
		this.#timer = clock.start(first, this);
	}

	/** How many repetitions there were. */
	get count(): number {
		return this.#count;
	}

	/** From the next pause on, pauses have their full length (section 17.1.2.2, Proceeding). */
	slowDown(): void {
		this.#pause = this.#cap;
	}

	stop(): void {
		this.#timer?.stop();
		this.#timer = undefined;
	}

	/** The pause is over. */
	due(): void {
		this.#pause = Math.min(this.#pause * 2, this.#cap);
		this.#timer = this.#clock.start(this.#pause, this);
		this.#count += 1;
		this.#owner.repeat(this.#count);
	}
}
