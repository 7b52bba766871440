import type { Clock } from "./types.ts";

/** The machine's monotonic clock and timers. */
export const systemClock: Clock = {
	now: () => performance.now(),
	after(delay, task) {
		const timer = setTimeout(task, delay);
		return () => clearTimeout(timer);
	},
};
