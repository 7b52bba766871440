import { expect, test } from "bun:test";
import { clockTimeOf, wallTimeOf } from "../../../src/time/wall-time.ts";
import { FakeClock } from "../../support/fake-clock.ts";

function clocks(now: number, time: number) {
	const clock = new FakeClock();
	clock.advance(now);
	return { clock, wall: { now: () => time } };
}

test("a deadline is the same moment in another process, whose clock shows something else", () => {
	const time = wallTimeOf(5000, clocks(2000, 1_800_000_000_000));
	expect(time).toBe(1_800_000_003_000);
	// A second later.
	expect(clockTimeOf(time, clocks(70_000, 1_800_000_001_000), 60_000)).toBe(72_000);
});

test("one that has passed stays in the past, and none stays none", () => {
	const before = clocks(2000, 1000);
	expect(clockTimeOf(wallTimeOf(1000, before), before, 60_000)).toBe(1000);
	expect(wallTimeOf(Number.POSITIVE_INFINITY, before)).toBeUndefined();
	expect(clockTimeOf(undefined, before, 60_000)).toBe(Number.POSITIVE_INFINITY);
});

test("a time of day that was set back does not put a deadline off for longer than it may be away", () => {
	const time = wallTimeOf(5000, clocks(2000, 1_800_000_000_000));
	expect(clockTimeOf(time, clocks(0, 1_700_000_000_000), 60_000)).toBe(60_000);
});
