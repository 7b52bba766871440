import { expect, test } from "bun:test";
import { growth, type Sample } from "../../../../../scripts/benchmark/soak/growth.ts";

const IDLE: Sample = {
	minute: 10,
	residentMb: 90,
	heapMb: 20,
	descriptors: 30,
	timers: 5,
	calls: 0,
	legs: 0,
	transactions: 0,
	logPerCall: 800,
	registered: true,
	clients: 1,
};

test("a server that stands as before has not grown", () => {
	expect(growth([IDLE, { ...IDLE, minute: 20, residentMb: 95, logPerCall: 810 }])).toEqual([]);
});

test("one high value before the end, or at the end alone, is no growth", () => {
	expect(growth([IDLE, { ...IDLE, residentMb: 130 }, IDLE])).toEqual([]);
	expect(growth([IDLE, IDLE, { ...IDLE, residentMb: 130 }])).toEqual([]);
});

test.each([
	[{ residentMb: 111 }, "residentMb grew from 90 to 111, at most 20 more is allowed"],
	[{ descriptors: 37 }, "descriptors grew from 30 to 37, at most 6 more is allowed"],
	[{ timers: 12 }, "timers grew from 5 to 12, at most 6 more is allowed"],
	[{ logPerCall: 1001 }, "log a call grew from 800 to 1001 octets"],
	[{ legs: 1 }, "minute 10: 0 calls and 1 legs in an idle time"],
	[{ registered: false }, "minute 10: not registered"],
	[{ clients: 0 }, "minute 10: 0 clients of the XML socket instead of 1"],
	[{ transactions: 3 }, "3 transactions are left"],
])("%p is told", (change, problem) => {
	const grown = { ...IDLE, ...change };
	expect(growth([IDLE, grown, grown])).toContain(problem);
});

test("a figure that could not be read is told", () => {
	const unknown = { ...IDLE, timers: Number.NaN };
	expect(growth([unknown, unknown])).toEqual(["timers could not be read"]);
});
