import type { Clock } from "../../time/clock.ts";

/** Sends a message again with growing pauses: timers A, E and G of RFC 3261 section 17. */
export class Repeater {
	readonly #clock: Clock;
	readonly #cap: number;
	readonly #repeat: () => void;
	#pause: number;
	#stop: (() => void) | undefined;

	/**
	 * Starts at once; the first repetition is due after `first` milliseconds.
	 *
	 * @param cap milliseconds to which the pause doubles at most.
	 */
	constructor(clock: Clock, first: number, cap: number, repeat: () => void) {
		this.#clock = clock;
		this.#cap = cap;
		this.#repeat = repeat;
		this.#pause = first;
		this.#start();
	}

	/** The pauses after the running one are as long as they can get (section 17.1.2.2, Proceeding). */
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
			this.#repeat();
		});
	}
}
