import { expect, test } from "bun:test";
import { median, percentile } from "../../../../scripts/benchmark/statistics.ts";

test("a percentile is a value that was measured, by nearest rank", () => {
	const values = Array.from({ length: 200 }, (_, index) => 200 - index);
	expect(percentile(values, 0.5)).toBe(100);
	expect(percentile(values, 0.99)).toBe(198);
	expect(percentile(values, 1)).toBe(200);
	expect(percentile([7], 0.01)).toBe(7);
});

test("the median of an even number of values lies between the two in the middle", () => {
	expect(median([9, 1, 5])).toBe(5);
	expect(median([10, 9, 2, 1])).toBe(5.5);
});

test("of nothing there is no figure", () => {
	expect(percentile([], 0.5)).toBeNaN();
	expect(median([])).toBeNaN();
});

test("the values stay in the order they came in", () => {
	const values = [3, 1, 2];
	median(values);
	percentile(values, 0.5);
	expect(values).toEqual([3, 1, 2]);
});
