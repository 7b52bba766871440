/** The time of a log; tests pass their own. */
export interface LogClock {
	/** The time of day. */
	date(): Date;
	/** Runs `task` once after `delay` milliseconds; the returned function stops it. */
	after(delay: number, task: () => void): () => void;
}

/** The system's time. Its timers don't keep the process alive: who ends it closes the log. */
export const SYSTEM_LOG_CLOCK: LogClock = {
	date: () => new Date(),
	after: (delay, task) => {
		const timer = setTimeout(task, delay);
		timer.unref();
		return () => clearTimeout(timer);
	},
};
