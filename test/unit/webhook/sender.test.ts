import { describe, expect, test } from "bun:test";
import { ANSWER_TIME, MAX_IN_FLIGHT, MAX_WAITING } from "../../../src/webhook/sender.ts";
import { Bench, eventOf, noticeOf, refusalOf, settled } from "./support.ts";

describe("a webhook", () => {
	test("posts nothing in the turn in which the event happens", () => {
		const bench = new Bench();
		bench.sender.offer(noticeOf(eventOf("a", 1)));
		expect(bench.posted).toEqual([]);
		bench.clock.advance(0);
		expect(bench.posted).toEqual(["a/1"]);
	});

	test("gets the events of a call one after the other, in their order", async () => {
		const bench = new Bench();
		bench.offer(eventOf("a", 1), eventOf("a", 2), eventOf("a", 3));
		expect(bench.posted).toEqual(["a/1"]);
		await bench.answer(200);
		expect(bench.posted).toEqual(["a/1", "a/2"]);
		await bench.answer(204);
		await bench.answer(202);
		expect(bench.posted).toEqual(["a/1", "a/2", "a/3"]);
		expect(bench.sender.counts).toEqual({ delivered: 3, failed: 0, dropped: 0, retries: 0 });
		expect(bench.clock.pending).toBe(0);
	});

	test("gets those of different calls in parallel, a few at a time", async () => {
		const bench = new Bench();
		for (let call = 1; call <= MAX_IN_FLIGHT + 2; call += 1) bench.offer(eventOf(`call${call}`, call));
		expect(bench.open).toHaveLength(MAX_IN_FLIGHT);
		await bench.answer(200);
		expect(bench.posted.at(-1)).toBe(`call${MAX_IN_FLIGHT + 1}/${MAX_IN_FLIGHT + 1}`);
		expect(bench.open).toHaveLength(MAX_IN_FLIGHT);
		expect(bench.sender.waiting).toBe(MAX_IN_FLIGHT + 1);
	});

	test("gets an event again after growing pauses, before the next one of its call", async () => {
		const bench = new Bench();
		bench.offer(eventOf("a", 1), eventOf("a", 2));
		for (const pause of [2000, 8000, 32_000, 128_000]) {
			await bench.answer(503);
			await bench.pass(pause - 1);
			expect(bench.open).toHaveLength(0);
			await bench.pass(1);
			expect(bench.open).toHaveLength(1);
		}
		await bench.answer(200);
		expect(bench.posted).toEqual([...Array(5).fill("a/1"), "a/2"]);
		expect(bench.sender.counts).toMatchObject({ delivered: 1, retries: 4 });
	});

	test("gets an event five times at most; then the call's next one is tried", async () => {
		const bench = new Bench();
		bench.offer(eventOf("a", 1), eventOf("a", 2));
		for (let tries = 1; tries <= 5; tries += 1) {
			await bench.fail(Object.assign(new Error("https://user:pass@hooks"), { code: "ConnectionRefused" }));
			await bench.pass(128_000);
		}
		expect(bench.posted).toEqual([...Array(5).fill("a/1"), "a/2"]);
		expect(bench.sender.counts).toMatchObject({ failed: 1, retries: 4 });
		expect(bench.log.lines).toEqual([
			"WARNING webhook 1 (https://hooks.example.com): an event was not delivered in 5 tries: ConnectionRefused",
		]);
	});

	test("that fails for one call goes on for others meanwhile", async () => {
		const bench = new Bench();
		bench.offer(eventOf("a", 1));
		await bench.answer(500);
		bench.offer(eventOf("b", 2));
		expect(bench.posted).toEqual(["a/1", "b/2"]);
	});

	test("that refuses an event does not get it again", async () => {
		for (const status of [301, 307, 400, 401, 403, 404, 422]) {
			const bench = new Bench();
			bench.offer(eventOf("a", 1), eventOf("a", 2));
			await bench.answer(status);
			expect(bench.posted).toEqual(["a/1", "a/2"]);
			expect(bench.sender.counts).toMatchObject({ failed: 1, retries: 0 });
		}
	});

	test("gets again what it could not take just now", async () => {
		for (const status of [408, 409, 425, 429, 500, 502, 503, 504]) {
			const bench = new Bench();
			bench.offer(eventOf("a", 1));
			await bench.answer(status);
			await bench.pass(2000);
			expect(bench.posted).toEqual(["a/1", "a/1"]);
		}
	});

	test("is waited for as long as it asks", async () => {
		const bench = new Bench();
		bench.offer(eventOf("a", 1));
		await bench.answer(429, "30");
		await bench.pass(29_999);
		expect(bench.posted).toHaveLength(1);
		await bench.pass(1);
		expect(bench.posted).toHaveLength(2);
	});

	test("that is gone gets nothing any more", async () => {
		const bench = new Bench();
		bench.offer(eventOf("a", 1), eventOf("a", 2), eventOf("b", 3));
		await bench.answer(410);
		bench.offer(eventOf("c", 4));
		await bench.pass(200_000);
		expect(bench.posted).toEqual(["a/1", "b/3"]);
		expect(bench.sender.waiting).toBe(0);
		expect(bench.sender.counts).toEqual({ delivered: 0, failed: 0, dropped: 4, retries: 0 });
		expect(bench.log.lines).toEqual([
			"WARNING webhook 1 (https://hooks.example.com): it answered 410: it gets no more events until a restart",
		]);
		expect(bench.clock.pending).toBe(0);
	});

	test("that does not answer in time gets the event again", async () => {
		const bench = new Bench();
		bench.offer(eventOf("a", 1));
		await bench.pass(ANSWER_TIME);
		expect(bench.open[0]?.posting.signal.aborted).toBe(true);
		await bench.pass(2000);
		expect(bench.posted).toEqual(["a/1", "a/1"]);
	});

	test("that is too slow loses the latest events; the log says so once a minute", async () => {
		const bench = new Bench();
		for (let number = 1; number <= MAX_WAITING + 3; number += 1)
			bench.sender.offer(noticeOf(refusalOf(number)));
		expect(bench.sender.waiting).toBe(MAX_WAITING);
		expect(bench.sender.counts.dropped).toBe(3);
		await bench.pass(60_000);
		bench.sender.offer(noticeOf(refusalOf(0)));
		expect(bench.log.lines.filter((line) => line.includes("dropped"))).toEqual([
			"WARNING webhook 1 (https://hooks.example.com): an event was dropped, too many are waiting",
			"WARNING webhook 1 (https://hooks.example.com): an event was dropped, too many are waiting (and 2 more like it)",
		]);
	});

	test("gets refused requests in parallel: they belong to no call", () => {
		const bench = new Bench();
		bench.offer(refusalOf(1), refusalOf(2));
		expect(bench.posted).toEqual(["refused/1", "refused/2"]);
	});
});

test("it is told of each event that is done with: delivered, refused, given up, dropped, or no longer wanted", async () => {
	const done: string[] = [];
	const bench = new Bench({ done: (id) => done.push(id) });
	bench.offer(eventOf("a", 1), eventOf("b", 2), eventOf("c", 3), eventOf("c", 4));
	await bench.answer(200);
	await bench.answer(400);
	expect(done).toEqual(["evt_run_1", "evt_run_2"]);
	for (let number = 5; number <= MAX_WAITING + 3; number += 1)
		bench.sender.offer(noticeOf(refusalOf(number)));
	expect(done.slice(2)).toEqual([`evt_run_${MAX_WAITING + 3}`]);
	await bench.answer(410);
	expect(new Set(done).size).toBe(MAX_WAITING + 3);
});

describe("when the server stops", () => {
	test("what waits for another try is tried at once, and never again", async () => {
		const bench = new Bench();
		bench.offer(eventOf("a", 1), eventOf("a", 2));
		await bench.answer(503);
		const closed = bench.sender.close(2000);
		bench.clock.advance(0);
		expect(bench.posted).toEqual(["a/1", "a/1"]);
		await bench.answer(200);
		await bench.answer(503);
		await closed;
		expect(bench.posted).toEqual(["a/1", "a/1", "a/2"]);
		expect(bench.sender.counts).toMatchObject({ delivered: 1, failed: 1 });
		expect(bench.clock.pending).toBe(0);
	});

	test("what has not arrived within the time limit is given up", async () => {
		const bench = new Bench();
		bench.offer(eventOf("a", 1), eventOf("a", 2));
		const closed = bench.sender.close(2000);
		bench.clock.advance(2000);
		await closed;
		expect(bench.open[0]?.posting.signal.aborted).toBe(true);
		expect(bench.log.lines).toContain(
			"WARNING webhook 1 (https://hooks.example.com): 2 events were not delivered in time",
		);
		await settled();
		expect(bench.clock.pending).toBe(0);
	});

	test("what has not arrived is left for the next process, if there is a file for it", async () => {
		const done: string[] = [];
		const bench = new Bench({ done: (id) => done.push(id) });
		bench.offer(eventOf("a", 1), eventOf("a", 2), eventOf("b", 3), eventOf("b", 4));
		await bench.answer(200);
		expect(done).toEqual(["evt_run_1"]);
		const closed = bench.sender.close(2000);
		// The one of "b" cannot be taken now, and so the next one of that call must wait, too.
		await bench.answer(503);
		bench.offer(eventOf("c", 5));
		bench.clock.advance(2000);
		await closed;
		expect(bench.posted).toEqual(["a/1", "b/3", "a/2"]);
		expect(done).toEqual(["evt_run_1"]);
		expect(bench.sender.counts).toEqual({ delivered: 1, failed: 0, dropped: 0, retries: 0 });
		expect(bench.log.lines).toEqual([
			"INFO webhook 1 (https://hooks.example.com): 3 events wait for the next start",
		]);
		await settled();
		expect(bench.clock.pending).toBe(0);
	});

	test("nothing is waited for when all has arrived", async () => {
		const bench = new Bench();
		bench.offer(eventOf("a", 1));
		await bench.answer(200);
		await bench.sender.close(2000);
		expect(bench.clock.pending).toBe(0);
	});
});
