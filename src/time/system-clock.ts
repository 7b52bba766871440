import type { Clock } from "./clock.ts";
import { SharedTimers } from "./shared-timers.ts";

/** From this delay on half a second does not matter, in milliseconds. */
const LONG = 10_000;

/** The longest delay of the runtime's timers, in milliseconds: with a longer one they would run at once. */
const LONGEST = 2 ** 31 - 1;

/** The machine's monotonic clock and timers, of any delay. */
const machineClock: Clock = {
	now: () => performance.now(),
	after(delay, task) {
		if (!(delay > LONGEST)) {
			const timer = setTimeout(task, delay);
			return () => clearTimeout(timer);
		}
		const deadline = performance.now() + delay;
		let stop = (): void => {};
		const timer = setTimeout(() => {
			stop = machineClock.after(deadline - performance.now(), task);
		}, LONGEST);
		return () => {
			clearTimeout(timer);
			stop();
		};
	},
};

const longTimers = new SharedTimers(machineClock);

/** The machine's monotonic clock and timers; a timer of 10 s or more may be half a second late. */
export const systemClock: Clock = {
	now: machineClock.now,
	after: (delay, task) => (delay < LONG ? machineClock : longTimers).after(delay, task),
};
