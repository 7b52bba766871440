import type { Clock } from "../time/clock.ts";
import { Histogram } from "./histogram.ts";

/** Between two looks, in milliseconds: four wake-ups a second cost a small server nothing to speak of. */
const INTERVAL = 250;
/** Nobody has asked for this long: it sleeps until somebody does, in milliseconds. */
const PATIENCE = 600_000;
/** Seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/**
 * By how much timers run late: how long whatever comes in has to wait. Looked at only while metrics are scraped, so
 * that a server that nobody watches can sleep.
 */
export class EventLoopDelay {
	/** Seconds. */
	readonly histogram = new Histogram(BOUNDS);
	readonly #clock: Clock;
	#stopTimer: (() => void) | undefined;
	#watchedUntil = 0;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** Somebody asks: it is looked at from now on. */
	watch(): void {
		this.#watchedUntil = this.#clock.now() + PATIENCE;
		if (!this.#stopTimer) this.#wait();
	}

	close(): void {
		this.#stopTimer?.();
		this.#stopTimer = undefined;
	}

	#wait(): void {
		const due = this.#clock.now() + INTERVAL;
		this.#stopTimer = this.#clock.after(INTERVAL, () => {
			const now = this.#clock.now();
			this.histogram.observe(Math.max(0, now - due) / 1000);
			if (now < this.#watchedUntil) this.#wait();
			else this.#stopTimer = undefined;
		});
	}
}
