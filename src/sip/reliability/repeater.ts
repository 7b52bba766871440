import type { Clock } from "../../time/clock.ts";

/** Retransmits a message with growing pauses: timers A, E and G of RFC 3261 section 17. */
export class Repeater {
	readonly #clock: Clock;
	readonly #cap: number;
	readonly #repeat: (count: number) => void;
	#pause: number;
	#count = 0;
	#stop: (() => void) | undefined;

	/**
	 * Starts at once; the first repetition is due after `first` milliseconds.
	 *
	 * @param cap longest pause in milliseconds; pauses double up to it.
	 * @param repeat is told how many repetitions there were, including this one.
	 */
	constructor(clock: Clock, first: number, cap: number, repeat: (count: number) => void) {
		this.#clock = clock;
		this.#cap = cap;
		this.#repeat = repeat;
		this.#pause = first;
		this.#start();
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
		this.#stop?.();
		this.#stop = undefined;
	}

	#start(): void {
		this.#stop = this.#clock.after(this.#pause, () => {
			this.#pause = Math.min(this.#pause * 2, this.#cap);
			this.#start();
			this.#count += 1;
			this.#repeat(this.#count);
		});
	}
}
