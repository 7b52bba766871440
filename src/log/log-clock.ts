import { systemClock } from "../time/system-clock.ts";
import { systemWallClock } from "../time/wall-clock.ts";

/** The time of a log; tests pass their own. */
export interface LogClock {
	/** The time of day, in milliseconds since 1970. */
	now(): number;
	/** Runs `task` once after `delay` milliseconds; the returned function stops it. */
	after(delay: number, task: () => void): () => void;
}

/** The system's time. */
export const SYSTEM_LOG_CLOCK: LogClock = {
	now: systemWallClock.now,
	after: (delay, task) => systemClock.after(delay, task),
};
