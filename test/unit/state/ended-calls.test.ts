import { expect, test } from "bun:test";
import { EndedCalls } from "../../../src/state/ended-calls.ts";

test("the last ten thousand calls are known, and memory does not grow beyond", () => {
	const ended = new EndedCalls();
	for (let at = 0; at < 50_000; at += 1) ended.set(`${at}`, { at, call: "{}" });
	expect(ended.size).toBeGreaterThanOrEqual(10_000);
	expect(ended.size).toBeLessThan(12_500);
	const ids = [...ended.all()].map(([id]) => Number(id));
	expect(ids).toEqual(Array.from(ids, (_, index) => 50_000 - ids.length + index));
	expect(ended.get("40000")?.at).toBe(40_000);
	expect(ended.get("0")).toBeUndefined();
});

test("what became of a call is told once, also when it is said again much later", () => {
	const ended = new EndedCalls();
	ended.set("a", { at: 1, call: '"first"' });
	for (let at = 2; at < 2000; at += 1) ended.set(`${at}`, { at, call: "{}" });
	ended.set("a", { at: 2000, call: '"second"' });
	expect(ended.get("a")).toEqual({ at: 2000, call: '"second"' });
	expect([...ended.all()].filter(([id]) => id === "a").length).toBe(1);
});

test("of a call that ends once more what was said last counts, also long after", () => {
	const ended = new EndedCalls();
	ended.add("a", { at: 1, call: '"first"' });
	ended.add("a", { at: 2, call: '"second"' });
	expect(ended.size).toBe(1);
	for (let at = 3; at < 2000; at += 1) ended.add(`${at}`, { at, call: "{}" });
	ended.add("a", { at: 2000, call: '"third"' });
	expect(ended.get("a")).toEqual({ at: 2000, call: '"third"' });
	expect(new Map(ended.all()).get("a")).toEqual({ at: 2000, call: '"third"' });
	ended.set("a", { at: 2001, call: '"fourth"' });
	expect(ended.get("a")?.at).toBe(2001);
	for (let at = 3000; at < 13_000; at += 1) ended.add(`${at}`, { at, call: "{}" });
	expect(ended.get("a")?.at).toBe(2001);
});

test("long texts and other alphabets are kept as they are, more than there is room for at first, and again after that", () => {
	const ended = new EndedCalls();
	const call = (at: number): string => JSON.stringify(`${"grüße 電話 ".repeat(100)}${at}`);
	for (let at = 0; at < 30_000; at += 1) ended.set(`ü${at}`, { at, call: call(at) });
	for (const at of [29_999, 28_500, 20_001]) expect(ended.get(`ü${at}`)).toEqual({ at, call: call(at) });
	for (const [id, { at, call: text }] of ended.all()) {
		if (id !== `ü${at}` || text !== call(at)) throw new Error(`${id} is not what it was`);
	}
});
