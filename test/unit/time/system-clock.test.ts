import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { newSystemClock, timersSet } from "../../../src/time/system-clock.ts";

const DAY = 86_400_000;
/** Other tests leave long timers on the one that the program has. */
const systemClock = newSystemClock();

beforeEach(() => {
	jest.useFakeTimers();
});
afterEach(() => {
	jest.useRealTimers();
});

test("a timer of any length runs when it is due, and no more than half a second later", () => {
	for (const delay of [1, 500, 10_000, 3_600_000, DAY, 2 ** 31 - 1, 2 ** 31, 30 * DAY, 400 * DAY]) {
		const begin = systemClock.now();
		let ran: number | undefined;
		systemClock.after(delay, () => {
			ran = systemClock.now() - begin;
		});
		for (let left = delay + 500; left > 0; left -= DAY) jest.advanceTimersByTime(Math.min(left, DAY));
		expect(ran).toBeGreaterThanOrEqual(delay);
		expect(ran).toBeLessThanOrEqual(delay + 500);
		expect(jest.getTimerCount()).toBe(0);
	}
});

test("what is due at once runs when this turn is over, unless it is stopped", async () => {
	const ran: string[] = [];
	systemClock.after(0, () => ran.push("first"));
	const stop = systemClock.after(0, () => ran.push("stopped"));
	systemClock.after(-1, () => ran.push("second"));
	stop();
	expect(ran).toEqual([]);
	await new Promise((resolve) => setImmediate(resolve));
	expect(ran).toEqual(["first", "second"]);
});

test("a timer that is longer than the runtime's own ones can be stopped at any time", () => {
	let ran = 0;
	const stops = [60 * DAY, Number.POSITIVE_INFINITY].map((delay) => systemClock.after(delay, () => ran++));
	jest.advanceTimersByTime(40 * DAY);
	expect(ran).toBe(0);
	for (const stop of stops) stop();
	expect(jest.getTimerCount()).toBe(0);
	jest.advanceTimersByTime(40 * DAY);
	expect(ran).toBe(0);
});

test("the timers that are set are counted, those that share one as one", () => {
	const before = timersSet();
	const stops = [10, 20, 60_000, 60_000, 60 * DAY].map((delay) => systemClock.after(delay, () => {}));
	expect(timersSet() - before).toBe(3);
	jest.advanceTimersByTime(15);
	expect(timersSet() - before).toBe(2);
	for (const stop of [...stops, ...stops]) stop();
	expect(timersSet()).toBe(before);
});
