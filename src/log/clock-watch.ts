import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import type { Logger } from "./logger.ts";

/** How often the two clocks are compared, in milliseconds. */
export const WATCH_INTERVAL = 5000;

/** By how much the time of day must jump, in milliseconds: less is the work of a time daemon. */
const JUMP = 1000;

/** By how much it has to jump forward for a machine that may have slept, in milliseconds. */
const GAP = 30_000;

export interface ClockWatchOptions {
	readonly clock: Clock;
	readonly wall: WallClock;
	readonly log: Logger;
	/** The machine may have slept, or stood still otherwise, for longer than its clock knows. */
	readonly onGap?: () => void;
}

/** Logs when the time of day was set: dates before and after that line do not fit together. */
export class ClockWatch {
	readonly #options: ClockWatchOptions;
	/** What the time of day is ahead of the clock, in milliseconds. */
	#offset: number;
	#stopTimer: () => void;

	constructor(options: ClockWatchOptions) {
		this.#options = options;
		this.#offset = this.#measure();
		this.#stopTimer = this.#wait();
	}

	close(): void {
		this.#stopTimer();
	}

	#measure(): number {
		const { clock, wall } = this.#options;
		return wall.now() - clock.now();
	}

	#wait(): () => void {
		return this.#options.clock.after(WATCH_INTERVAL, () => {
			this.#compare();
			this.#stopTimer = this.#wait();
		});
	}

	#compare(): void {
		const offset = this.#measure();
		const jump = offset - this.#offset;
		// Small steps are not worth a line, even together.
		this.#offset = offset;
		if (Math.abs(jump) < JUMP) return;
		this.#options.log.warning(
			`this machine's clock was set ${jump > 0 ? "forward" : "back"} by ${lengthOf(Math.abs(jump))}; ` +
				"the lengths of calls are not affected",
		);
		if (jump >= GAP) this.#options.onGap?.();
	}
}

/** Such as `7305 d 0 h`, `2 h 0 min` or `3 s`: the two greatest units. @param milliseconds a second or more. */
function lengthOf(milliseconds: number): string {
	const seconds = Math.round(milliseconds / 1000);
	const minutes = Math.floor(seconds / 60);
	const hours = Math.floor(minutes / 60);
	if (hours >= 24) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
	if (hours > 0) return `${hours} h ${minutes % 60} min`;
	return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
