import type { Logger } from "../../log/logger.ts";
import type { Clock } from "../reliability/types.ts";

const INTERVAL = 1000;

/** Warnings that anyone on the network can cause: one a second is written, the rest is counted. */
export class LimitedLog {
	readonly #log: Logger;
	readonly #clock: Clock;
	#next = Number.NEGATIVE_INFINITY;
	#suppressed = 0;

	constructor(log: Logger, clock: Clock) {
		this.#log = log;
		this.#clock = clock;
	}

	warning(message: () => string): void {
		const now = this.#clock.now();
		if (now < this.#next) {
			this.#suppressed++;
			return;
		}
		const suppressed = this.#suppressed;
		this.#next = now + INTERVAL;
		this.#suppressed = 0;
		this.#log.warning(() => (suppressed > 0 ? `${message()} (and ${suppressed} more like it)` : message()));
	}
}
