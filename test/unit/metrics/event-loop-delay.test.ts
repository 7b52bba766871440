import { expect, test } from "bun:test";
import { EventLoopDelay } from "../../../src/metrics/event-loop-delay.ts";
import type { Clock } from "../../../src/time/clock.ts";
import { FakeClock } from "../../support/fake-clock.ts";

test("the delay of the event loop is looked at while somebody asks, and no longer than ten minutes after", () => {
	const clock = new FakeClock();
	const delay = new EventLoopDelay(clock);
	expect(clock.pending).toBe(0);
	delay.watch();
	delay.watch();
	expect(clock.pending).toBe(1);
	clock.advance(600_000);
	expect(clock.pending).toBe(0);
	const looks = delay.histogram.cumulative.at(-1) ?? 0;
	expect(looks).toBe(2400);
	delay.watch();
	clock.advance(1000);
	expect(delay.histogram.cumulative.at(-1)).toBe(looks + 4);
	delay.close();
	expect(clock.pending).toBe(0);
});

test("a timer that comes late counts by how late it is", () => {
	let now = 0;
	let task: (() => void) | undefined;
	const clock: Clock = {
		now: () => now,
		after: (_delay, next) => {
			task = next;
			return () => {};
		},
	};
	const delay = new EventLoopDelay(clock);
	delay.watch();
	now = 320;
	task?.();
	expect(delay.histogram.sum).toBeCloseTo(0.07);
	now += 249;
	task?.();
	expect(delay.histogram.sum).toBeCloseTo(0.07);
});
