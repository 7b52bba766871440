import { expect, test } from "bun:test";
import fc from "fast-check";
import { ExpiringMap } from "../../../src/time/expiring-map.ts";
import { FakeClock } from "../../support/fake-clock.ts";

test("a value lives for its time, and one timer serves all", () => {
	const clock = new FakeClock();
	const map = new ExpiringMap<string>(clock, 1000);
	map.set("a", "1");
	clock.advance(400);
	map.set("b", "2");
	expect(clock.pending).toBe(1);
	clock.advance(599);
	expect([map.get("a"), map.get("b")]).toEqual(["1", "2"]);
	clock.advance(1);
	expect([map.get("a"), map.get("b")]).toEqual([undefined, "2"]);
	clock.advance(400);
	expect(map.get("b")).toBeUndefined();
	clock.advance(250);
	expect(map.size).toBe(0);
	expect(clock.pending).toBe(0);
});

test("setting a value again begins its time anew", () => {
	const clock = new FakeClock();
	const map = new ExpiringMap<number>(clock, 1000);
	map.set("a", 1);
	clock.advance(900);
	map.set("a", 2);
	clock.advance(999);
	expect(map.get("a")).toBe(2);
	clock.advance(1);
	expect(map.has("a")).toBe(false);
});

test("a time that began before counts from then", () => {
	const clock = new FakeClock();
	clock.advance(5000);
	const map = new ExpiringMap<number>(clock, 1000);
	map.set("a", 1, 4600);
	clock.advance(599);
	expect(map.has("a")).toBe(true);
	clock.advance(1);
	expect(map.has("a")).toBe(false);
});

test("what is deleted or cleared is gone, and an empty map keeps no timer", () => {
	const clock = new FakeClock();
	const map = new ExpiringMap<number>(clock, 1000);
	map.set("a", 1);
	map.delete("a");
	clock.advance(1000);
	expect(clock.pending).toBe(0);
	map.set("b", 2);
	map.clear();
	expect([map.size, clock.pending]).toEqual([0, 0]);
});

test("beyond the limit the oldest value goes", () => {
	const clock = new FakeClock();
	const map = new ExpiringMap<number>(clock, 1000, 2);
	for (const [index, key] of ["a", "b", "a", "c"].entries()) map.set(key, index);
	expect(["a", "b", "c"].map((key) => map.get(key))).toEqual([2, undefined, 3]);
});

test("beyond the weight the oldest values go, as many as are needed", () => {
	const clock = new FakeClock();
	const map = new ExpiringMap<string>(clock, 1000, 10, { limit: 10, weigh: ({ length }) => length });
	for (const value of ["aaaa", "bbb", "ccc", "dddddd"]) map.set(value.charAt(0), value);
	expect(["a", "b", "c", "d"].map((key) => map.has(key))).toEqual([false, false, true, true]);
	map.set("d", "d");
	map.delete("c");
	map.set("e", "eeeeeeeee");
	expect(["d", "e"].map((key) => map.has(key))).toEqual([true, true]);
	map.set("f", "ffffffffffff");
	expect(map.size).toBe(0);
});

test("a value can be had for exactly its time, whenever that began, and takes room for a quarter more at most", () => {
	const step = fc.record({
		wait: fc.nat(700),
		key: fc.nat(5),
		age: fc.oneof(fc.constant(0), fc.nat(999)),
		deletes: fc.option(fc.nat(5)),
	});
	fc.assert(
		fc.property(fc.array(step), (steps) => {
			const clock = new FakeClock();
			const map = new ExpiringMap<number>(clock, 1000);
			const deadlines = new Map<string, number>();
			const check = (): void => {
				for (const [name, deadline] of deadlines) {
					expect(map.has(name)).toBe(deadline > clock.now());
				}
				const latest = [...deadlines.values()].filter((deadline) => deadline + 250 > clock.now());
				expect(map.size).toBeLessThanOrEqual(latest.length);
			};
			for (const { wait, key, age, deletes } of steps) {
				for (let ms = 0; ms < wait; ms += 1) {
					clock.advance(1);
					check();
				}
				map.set(`${key}`, key, clock.now() - age);
				deadlines.set(`${key}`, clock.now() - age + 1000);
				if (deletes === null) continue;
				map.delete(`${deletes}`);
				deadlines.delete(`${deletes}`);
			}
			for (let ms = 0; ms < 1250; ms += 1) {
				clock.advance(1);
				check();
			}
			expect([map.size, clock.pending]).toEqual([0, 0]);
		}),
		{ numRuns: 30 },
	);
});

test("a value that is added lives, counts and goes like any other", () => {
	const clock = new FakeClock();
	const map = new ExpiringMap<number>(clock, 1000, 2);
	for (const [value, key] of ["a", "b", "c"].entries()) map.add(key, value);
	expect(["a", "b", "c"].map((key) => map.get(key))).toEqual([undefined, 1, 2]);
	clock.advance(1000);
	expect([map.has("c"), map.size, clock.pending]).toEqual([false, 0, 0]);
});
