import { expect, test } from "bun:test";
import { RecentMap } from "../../src/recent-map.ts";

const value = (number: number): { readonly number: number } => ({ number });

test("the last half of the entries is there, and not more than the limit", () => {
	const map = new RecentMap<{ readonly number: number }>(10);
	for (let number = 0; number < 100; number += 1) {
		map.set(String(number), value(number));
		for (let back = 0; back < 5 && back <= number; back += 1)
			expect(map.get(String(number - back))).toEqual(value(number - back));
		expect(map.get(String(number - 10))).toBeUndefined();
	}
});

test("what is asked for again and again stays", () => {
	const map = new RecentMap<{ readonly number: number }>(10);
	map.set("kept", value(-1));
	for (let number = 0; number < 100; number += 1) {
		map.set(String(number), value(number));
		if (number % 4 === 0) expect(map.get("kept")).toEqual(value(-1));
	}
});

test("an entry that is set again has its latest value", () => {
	const map = new RecentMap<{ readonly number: number }>(4);
	map.set("a", value(1));
	map.set("b", value(2));
	map.set("c", value(3));
	map.set("a", value(4));
	expect(map.get("a")).toEqual(value(4));
	map.clear();
	expect(map.get("a")).toBeUndefined();
});
