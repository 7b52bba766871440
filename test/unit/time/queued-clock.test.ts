import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { QueuedClock } from "../../../src/time/queued-clock.ts";
import { FakeClock } from "../../support/fake-clock.ts";

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

	test("every task runs once, never early, at most 10 ms late, unless it was stopped", () => {
		const step = fc.record({
			wait: fc.nat(300),
			delay: fc.constantFrom(5, 100, 500, 1000),
			stopAfter: fc.option(fc.nat(99)),
		});
		fc.assert(
			fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
				const below = new FakeClock();
				const clock = new QueuedClock(below);
				const due: (number | undefined)[] = [];
				const ran: (number | undefined)[] = steps.map(() => undefined);
				const stops: (() => void)[] = [];
				steps.forEach(({ wait, delay, stopAfter }, index) => {
					below.advance(wait);
					due[index] = clock.now() + delay;
					stops[index] = clock.after(delay, () => {
						expect(ran[index]).toBeUndefined();
						ran[index] = clock.now();
					});
					if (stopAfter === null || index === 0) return;
					const victim = stopAfter % index;
					stops[victim]?.();
					if (ran[victim] === undefined) due[victim] = undefined;
				});
				below.advance(5000);
				steps.forEach((_, index) => {
					const [expected, actual] = [due[index], ran[index]];
					if (expected === undefined || actual === undefined) expect(actual).toBe(expected);
					else {
						expect(actual).toBeGreaterThanOrEqual(expected);
						expect(actual).toBeLessThanOrEqual(expected + 10);
					}
				});
				expect(below.pending).toBe(0);
			}),
		);
	});
});
