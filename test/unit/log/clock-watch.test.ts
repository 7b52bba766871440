import { beforeEach, describe, expect, test } from "bun:test";
import { ClockWatch, WATCH_INTERVAL } from "../../../src/log/clock-watch.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

describe("a time of day that is set", () => {
	let clock: FakeClock;
	let log: MemoryLogger;
	/** What the time of day is ahead of the clock. */
	let ahead: number;
	let watch: ClockWatch;
	let gaps: number;

	beforeEach(() => {
		clock = new FakeClock();
		log = new MemoryLogger("WARNING");
		ahead = Date.UTC(2026, 10, 27);
		gaps = 0;
		const wall = { now: () => clock.now() + ahead };
		watch = new ClockWatch({ clock, wall, log, onGap: () => gaps++ });
	});

	const HOUR = 3_600_000;

	test.each([
		[7305 * 24 * HOUR, "forward by 7305 d 0 h"],
		[-2 * HOUR, "back by 2 h 0 min"],
		[-90_000, "back by 1 min 30 s"],
		[2000, "forward by 2 s"],
	])("by %d ms is told once, soon", (jump, words) => {
		clock.advance(WATCH_INTERVAL * 1000);
		expect(log.lines).toEqual([]);
		ahead += jump;
		clock.advance(WATCH_INTERVAL);
		expect(log.lines).toEqual([expect.stringContaining(words)]);
		clock.advance(WATCH_INTERVAL * 10);
		expect(log.lines).toHaveLength(1);
	});

	test.each([
		[8 * HOUR, 1],
		[30_000, 1],
		[29_000, 0],
		[-8 * HOUR, 0],
	])("by %d ms means that the machine may have slept: %d", (jump, expected) => {
		ahead += jump;
		clock.advance(WATCH_INTERVAL * 10);
		expect(gaps).toBe(expected);
	});

	test("in small steps, as a time daemon does, is not told", () => {
		for (let step = 0; step < 1000; step += 1) {
			ahead += 5;
			clock.advance(WATCH_INTERVAL);
		}
		expect(log.lines).toEqual([]);
	});

	test("is nothing to one that was closed", () => {
		watch.close();
		expect(clock.pending).toBe(0);
	});
});
