import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { QueuedClock } from "../../../src/time/queued-clock.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { checkTimerProgram, timerPrograms } from "../../support/timer-program.ts";

describe("QueuedClock", () => {
	test("serves many timers of one delay with one timer of the clock below", () => {
		const below = new FakeClock();
		const clock = new QueuedClock(below);
		const ran: number[] = [];
		for (let task = 0; task < 1000; task++) clock.after(500, () => ran.push(task));
		expect(below.pending).toBe(1);
		below.advance(499);
		expect(ran).toEqual([]);
		below.advance(1);
		expect(ran).toEqual(Array.from({ length: 1000 }, (_, task) => task));
		expect(below.pending).toBe(0);
	});

	test("clear stops what waits, and the clock can be used on", () => {
		const below = new FakeClock();
		const clock = new QueuedClock(below);
		const ran: string[] = [];
		const stop = clock.after(500, () => ran.push("cleared"));
		clock.clear();
		expect(below.pending).toBe(0);
		stop();
		clock.after(500, () => ran.push("after"));
		below.advance(500);
		expect(ran).toEqual(["after"]);
	});

	test("a task that throws does not hold up the ones behind it", () => {
		const below = new FakeClock();
		const clock = new QueuedClock(below);
		const ran: string[] = [];
		clock.after(500, () => {
			throw new Error("task");
		});
		clock.after(500, () => ran.push("next"));
		expect(() => below.advance(500)).toThrow("task");
		below.advance(10);
		expect(ran).toEqual(["next"]);
	});

	test("a task that sets another one of its delay does not put off those behind it", () => {
		const below = new FakeClock();
		const clock = new QueuedClock(below);
		const ran: [string, number][] = [];
		clock.after(1000, () => {
			ran.push(["first", clock.now()]);
			clock.after(1000, () => ran.push(["third", clock.now()]));
		});
		below.advance(300);
		clock.after(1000, () => ran.push(["second", clock.now()]));
		below.advance(5000);
		expect(ran).toEqual([
			["first", 1000],
			["second", 1300],
			["third", 2000],
		]);
	});

	test("a task that takes its time does not put off those that are due meanwhile", () => {
		const below = new FakeClock();
		const clock = new QueuedClock(below);
		const ran: number[] = [];
		clock.after(1000, () => below.advance(600));
		below.advance(300);
		clock.after(1000, () => ran.push(clock.now()));
		below.advance(700);
		expect(ran).toEqual([]);
		below.advance(0);
		expect(ran).toEqual([1600]);
	});

	test("every task runs once, never early, at most 10 ms late, unless it was stopped", () => {
		fc.assert(
			fc.property(timerPrograms(fc.constantFrom(0, 5, 100, 500, 1000)), (program) =>
				checkTimerProgram(program, 10, (below) => new QueuedClock(below)),
			),
		);
	});
});
