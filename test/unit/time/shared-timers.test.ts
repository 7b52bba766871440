import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { SharedTimers } from "../../../src/time/shared-timers.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { checkTimerProgram, timerPrograms } from "../../support/timer-program.ts";

describe("SharedTimers", () => {
	test("timers that are due within one step share one timer of the clock below", () => {
		const below = new FakeClock();
		const clock = new SharedTimers(below);
		below.advance(1);
		let ran = 0;
		for (let task = 0; task < 1000; task++) {
			clock.after(30_000, () => ran++);
			if (task % 100 === 99) below.advance(10);
		}
		expect(below.pending).toBe(1);
		below.advance(30_500);
		expect(ran).toBe(1000);
		expect(below.pending).toBe(0);
	});

	test("the timer below ends with the last task that is stopped, and stopping twice does nothing", () => {
		const below = new FakeClock();
		const clock = new SharedTimers(below);
		const stops = [clock.after(30_000, () => {}), clock.after(30_000, () => {})];
		stops[0]?.();
		stops[0]?.();
		expect(below.pending).toBe(1);
		stops[1]?.();
		expect(below.pending).toBe(0);
	});

	test("a task that throws does not hold up the ones behind it", () => {
		const below = new FakeClock();
		const clock = new SharedTimers(below);
		const ran: string[] = [];
		clock.after(30_000, () => {
			throw new Error("task");
		});
		clock.after(30_000, () => ran.push("next"));
		expect(() => below.advance(30_500)).toThrow("task");
		below.advance(1);
		expect(ran).toEqual(["next"]);
	});

	test("a task that runs can stop another one of its step and set new ones", () => {
		const below = new FakeClock();
		const clock = new SharedTimers(below);
		const ran: string[] = [];
		clock.after(30_000, () => {
			ran.push("first");
			stop();
			clock.after(0, () => ran.push("at once"));
		});
		const stop = clock.after(30_000, () => ran.push("stopped"));
		below.advance(31_000);
		expect(ran).toEqual(["first", "at once"]);
		expect(below.pending).toBe(0);
	});

	test("every task runs once, never early and at most a step late, unless it was stopped", () => {
		fc.assert(
			fc.property(timerPrograms(fc.nat(5000)), fc.integer({ min: 1, max: 700 }), (program, step) =>
				checkTimerProgram(program, step, (below) => new SharedTimers(below, step)),
			),
		);
	});
});
