import type { Clock } from "./clock.ts";
import { SharedTimers } from "./shared-timers.ts";

/** From this delay on half a second does not matter, in milliseconds. */
const LONG = 10_000;

const machineClock: Clock = {
	now: () => performance.now(),
	after(delay, task) {
		const timer = setTimeout(task, delay);
		return () => clearTimeout(timer);
	},
};

const longTimers = new SharedTimers(machineClock);

/** The machine's monotonic clock and timers; a timer of 10 s or more may be half a second late. */
export const systemClock: Clock = {
	now: machineClock.now,
	after: (delay, task) => (delay < LONG ? machineClock : longTimers).after(delay, task),
};
