import { expect } from "bun:test";
import fc from "fast-check";
import type { Clock } from "../../src/time/clock.ts";
import { FakeClock } from "./fake-clock.ts";

/** A task that, when it runs, stops other tasks and sets new ones, its own delay among theirs. */
interface Task {
	readonly delay: number;
	/** Numbers of the tasks that it stops, counted round those that were set so far. */
	readonly stops: readonly number[];
	/** How many tasks of the reserve it sets. */
	readonly sets: number;
	readonly throws: boolean;
}

/** What a program did with one of its tasks. */
interface Timer {
	readonly due: number;
	readonly stop: () => void;
	stopped: boolean;
	ran: number | undefined;
}

export interface TimerProgram {
	/** What is set from outside, each after a wait. */
	readonly steps: readonly { readonly wait: number; readonly task: Task }[];
	/** What is set from inside the tasks that run, in this order. */
	readonly reserve: readonly Task[];
	/** How much too early the clock below runs its tasks, in milliseconds, as a system's timer may. */
	readonly early: number;
}

/** Programs of timers with these delays. */
export function timerPrograms(delays: fc.Arbitrary<number>): fc.Arbitrary<TimerProgram> {
	const task = fc.record({
		delay: delays,
		stops: fc.array(fc.nat(99), { maxLength: 2 }),
		sets: fc.nat(2),
		throws: fc.boolean(),
	});
	return fc.record({
		steps: fc.array(fc.record({ wait: fc.nat(300), task }), { maxLength: 20 }),
		reserve: fc.array(task, { maxLength: 30 }),
		early: fc.constantFrom(0, 0, 1),
	});
}

/** The fault of a task that is to throw. */
class TaskError extends Error {}

/**
 * Runs a program on a clock that is made on a fake one, and holds every run against its due time: each task runs once,
 * never early and at most `lateness` milliseconds late, unless it was stopped; in the end the clock below has no timers.
 */
export function checkTimerProgram(
	{ steps, reserve, early }: TimerProgram,
	lateness: number,
	make: (below: Clock) => Clock,
): void {
	const below = new FakeClock();
	const clock = make({
		now: () => below.now(),
		after: (delay, task) => below.after(delay > 2 ? delay - early : delay, task),
	});
	const timers: Timer[] = [];
	const waiting = [...reserve];
	const set = ({ delay, stops, sets, throws }: Task): void => {
		const due = clock.now() + delay;
		const stop = clock.after(delay, () => {
			expect([timer.ran, timer.stopped]).toEqual([undefined, false]);
			timer.ran = clock.now();
			for (const number of stops) {
				const victim = timers[number % timers.length];
				victim?.stop();
				if (victim && victim.ran === undefined) victim.stopped = true;
			}
			for (const next of waiting.splice(0, sets)) set(next);
			if (throws) throw new TaskError();
		});
		const timer: Timer = { due, stop, stopped: false, ran: undefined };
		timers.push(timer);
	};
	for (const { wait, task } of steps) {
		advance(below, wait);
		set(task);
	}
	advance(below, 60_000);
	for (const { due, ran, stopped } of timers) {
		if (stopped) continue;
		expect(ran).toBeDefined();
		expect(ran).toBeGreaterThanOrEqual(due);
		expect(ran).toBeLessThanOrEqual(due + lateness);
	}
	expect(below.pending).toBe(0);
}

/** Goes on after tasks that throw, as the loop of a runtime does. */
function advance(below: FakeClock, milliseconds: number): void {
	const end = below.now() + milliseconds;
	while (below.now() < end) {
		try {
			below.advance(end - below.now());
		} catch (error) {
			if (!(error instanceof TaskError)) throw error;
		}
	}
}
