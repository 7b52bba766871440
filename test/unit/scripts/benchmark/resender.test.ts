import { afterEach, expect, test } from "bun:test";
import { Resender } from "../../../../scripts/benchmark/resender.ts";

let now = 0;
let sent: string[] = [];
let resender: Resender | undefined;

function start(): Resender {
	now = 0;
	sent = [];
	resender = new Resender(() => now);
	return resender;
}

afterEach(() => resender?.stop());

test("a message is sent at once, and again at T1 and twice as long after it", () => {
	const it = start();
	it.add("a", () => sent.push("a"));
	for (const [at, times] of [
		[499, 1],
		[500, 2],
		[1499, 2],
		[1500, 3],
		[3499, 3],
		[3500, 4],
	] as const) {
		now = at;
		it.sweep();
		expect(sent.length).toBe(times);
	}
	expect(it.resent).toBe(3);
});

test("what is answered is not sent again", () => {
	const it = start();
	it.add("a", () => sent.push("a"));
	it.add("b", () => sent.push("b"));
	expect(it.answered("a")).toBeTrue();
	expect(it.answered("a")).toBeFalse();
	now = 500;
	it.sweep();
	expect(sent).toEqual(["a", "b", "b"]);
});

test("after seven attempts a message is lost", () => {
	const it = start();
	it.add("a", () => sent.push("a"));
	for (now = 500; now < 64_000; now += 500) it.sweep();
	expect(sent.length).toBe(7);
	expect([it.resent, it.lost]).toEqual([6, 1]);
});
