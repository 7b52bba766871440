import { beforeEach, expect, test } from "bun:test";
import { digestOf, IdempotencyKeys, type KeyExchange } from "../../../src/api/idempotency.ts";
import { FakeClock } from "../../support/fake-clock.ts";

let clock: FakeClock;
beforeEach(() => {
	clock = new FakeClock();
});

type Told = readonly [key: string, request: string, answer: unknown];

/** Boxes that share their keys; what is told arrives when the test passes it on. */
function sharing(count: number) {
	const taken = new Set<string>();
	const told: Told[] = [];
	const listeners: Parameters<KeyExchange["hear"]>[0][] = [];
	const exchange: KeyExchange = {
		tell: (...what) => void told.push(what),
		hear: (listener) => void listeners.push(listener),
		take: async (key) => {
			if (taken.has(key)) return false;
			taken.add(key);
			return true;
		},
		release: (key) => void taken.delete(key),
	};
	const boxes = Array.from({ length: count }, () => new IdempotencyKeys<string>(clock, [exchange]));
	const pass = (): void => {
		for (const what of told.splice(0)) for (const listener of listeners) listener(...what);
	};
	return { boxes, pass, listeners };
}

async function settle(): Promise<void> {
	for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

test("a key that reaches two boxes at the same time is worked on by one; the other one gets its answer", async () => {
	const { boxes, pass } = sharing(2);
	const [one, two] = boxes;
	const [first, second] = [one?.take("k"), two?.take("k")];
	expect(await first).toBe(true);
	let isOver = false;
	void second?.then(() => {
		isOver = true;
	});
	await settle();
	expect(isOver).toBe(false);
	one?.keep("k", "digest", "the answer", true);
	pass();
	expect(await second).toBe(false);
	expect(two?.find("k", "digest")).toEqual({ kind: "same", answer: "the answer" });
});

test("the answer is waited for no longer than 2 s", async () => {
	const { boxes } = sharing(2);
	const [one, two] = boxes;
	await one?.take("k");
	const second = two?.take("k");
	await settle();
	clock.advance(2000);
	expect(await second).toBe(false);
	expect(two?.find("k", "digest")).toEqual({ kind: "none" });
});

test("a key of which nothing has come can be used again", async () => {
	const { boxes } = sharing(2);
	await boxes[0]?.take("k");
	boxes[0]?.release("k");
	expect(await boxes[1]?.take("k")).toBe(true);
});

test("a box alone takes every key", async () => {
	expect(await new IdempotencyKeys<string>(clock).take("k")).toBe(true);
});

test("what a box of an earlier version tells, the request itself, is known, too", () => {
	const { boxes, listeners } = sharing(1);
	const request = JSON.stringify([null, "201", "301", false]);
	listeners[0]?.("k", request, "the answer");
	expect(boxes[0]?.find("k", digestOf(request))).toEqual({ kind: "same", answer: "the answer" });
	expect(boxes[0]?.find("k", digestOf("other"))).toEqual({ kind: "other" });
});

test("no more than 10,000 keys are kept: the oldest go first, a quarter at once", () => {
	const { boxes } = sharing(1);
	const [keys] = boxes;
	for (let number = 0; number <= 10_000; number++) keys?.keep(`k${number}`, "digest", "answer", false);
	expect(keys?.find("k0", "digest")).toEqual({ kind: "none" });
	expect(keys?.find("k2500", "digest").kind).toBe("same");
});
