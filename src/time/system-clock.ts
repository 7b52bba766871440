import type { Clock } from "./clock.ts";
import { SharedTimers } from "./shared-timers.ts";

/** From this delay on half a second does not matter, in milliseconds. */
const LONG = 10_000;

/**
 * The longest delay of the runtime's timers, in milliseconds: a timer with a longer one would fire at once.
 */
const LONGEST = 2 ** 31 - 1;

let timers = 0;

/** How many of the runtime's timers are set. */
export function timersSet(): number {
	return timers;
}

/** The machine's monotonic clock and timers, of any delay. */
const machineClock: Clock = {
	now: () => performance.now(),
	after(delay, task) {
		if (delay <= 0) return endOfTurn(task);
		return delay > LONGEST ? inSteps(delay, task) : runtimeTimer(delay, task);
	},
};

/** Runs a task after a delay that is too long for a timer of the runtime. */
function inSteps(delay: number, task: () => void): () => void {
	const deadline = performance.now() + delay;
	let stop = runtimeTimer(LONGEST, () => {
		stop = machineClock.after(deadline - performance.now(), task);
	});
	return () => stop();
}

/** A timer of the runtime, counted while it is set. @returns a function that stops it. */
function runtimeTimer(delay: number, task: () => void): () => void {
	let set = true;
	const end = (): void => {
		if (set) timers -= 1;
		set = false;
	};
	timers += 1;
	const timer = setTimeout(() => {
		end();
		task();
	}, delay);
	return () => {
		end();
		clearTimeout(timer);
	};
}

/** Runs a task once what came in together has been handled, without waiting for the next millisecond. */
function endOfTurn(task: () => void): () => void {
	const immediate = setImmediate(task);
	return () => clearImmediate(immediate);
}

/** The machine's monotonic clock and timers; a timer of 10 s or more may be half a second late. */
export const systemClock = newSystemClock();

/** Another such clock, whose long timers share nothing with those of the first one. */
export function newSystemClock(): Clock {
	const longTimers = new SharedTimers(machineClock);
	return {
		now: machineClock.now,
		after: (delay, task) => (delay < LONG ? machineClock : longTimers).after(delay, task),
	};
}

/** The same, with timers that do not keep the process alive: code that ends the process does their work. */
export const backgroundClock: Clock = {
	now: machineClock.now,
	after(delay, task) {
		const timer = setTimeout(task, Math.min(delay, LONGEST));
		timer.unref();
		return () => clearTimeout(timer);
	},
};
