import type { Clock } from "../time/clock.ts";
import type { Logger } from "./logger.ts";

/** Between two lines by default, in milliseconds. */
const INTERVAL = 1000;

/** What takes lines for people, all of them or some. */
export interface Notices {
	warning(message: () => string): void;
	info(message: () => string): void;
}

/** Lines that others can cause: one in a while is written, the rest is counted. */
export class LimitedLog implements Notices {
	readonly #log: Logger;
	readonly #clock: Clock;
	readonly #interval: number;
	#next = Number.NEGATIVE_INFINITY;
	#suppressed = 0;

	/** @param interval between two lines, in milliseconds; a second by default. */
	constructor(log: Logger, clock: Clock, interval = INTERVAL) {
		this.#log = log;
		this.#clock = clock;
		this.#interval = interval;
	}

	err(message: () => string): void {
		if (this.#due()) this.#log.err(this.#counted(message));
	}

	warning(message: () => string): void {
		if (this.#due()) this.#log.warning(this.#counted(message));
	}

	info(message: () => string): void {
		if (this.#due()) this.#log.info(this.#counted(message));
	}

	#due(): boolean {
		const now = this.#clock.now();
		if (now < this.#next) {
			this.#suppressed++;
			return false;
		}
		this.#next = now + this.#interval;
		return true;
	}

	#counted(message: () => string): () => string {
		const suppressed = this.#suppressed;
		this.#suppressed = 0;
		return () => (suppressed > 0 ? `${message()} (and ${suppressed} more like it)` : message());
	}
}
