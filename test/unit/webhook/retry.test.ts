import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { MAX_TRIES, pauseBefore } from "../../../src/webhook/retry.ts";
import { NOW } from "./support.ts";

describe("the pause before another try", () => {
	test("grows fourfold, and by a quarter at most by chance", () => {
		expect([1, 2, 3, 4].map((failures) => pauseBefore(failures, undefined, 0, NOW))).toEqual([
			2000, 8000, 32_000, 128_000,
		]);
		expect(pauseBefore(1, undefined, 1, NOW)).toBe(2500);
	});

	test("is as long as the receiver asks for, in seconds or as a date, up to ten minutes", () => {
		expect(pauseBefore(1, "120", 0, NOW)).toBe(120_000);
		expect(pauseBefore(1, new Date(NOW + 60_000).toUTCString(), 0, NOW)).toBe(60_000);
		expect(pauseBefore(1, "999999999", 0, NOW)).toBe(600_000);
		expect(pauseBefore(1, "1", 0, NOW)).toBe(2000);
		expect(pauseBefore(1, new Date(NOW - 60_000).toUTCString(), 0, NOW)).toBe(2000);
	});

	test("is 2 s to 10 minutes whatever the receiver asks for", () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: MAX_TRIES - 1 }),
				fc.oneof(fc.string(), fc.integer().map(String), fc.date().map(String)),
				fc.double({ min: 0, max: 1, noNaN: true }),
				(failures, asked, chance) => {
					const pause = pauseBefore(failures, asked, chance, NOW);
					expect(pause).toBeGreaterThanOrEqual(2000);
					expect(pause).toBeLessThanOrEqual(600_000);
				},
			),
		);
	});
});
