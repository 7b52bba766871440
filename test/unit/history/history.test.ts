import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { progress } from "../../../src/call/results.ts";
import { csvLine, PLAIN_CSV } from "../../../src/history/csv.ts";
import { FLUSH_DELAY } from "../../../src/history/history.ts";
import { SWEEP_INTERVAL } from "../../../src/history/history-sweep.ts";
import { HistoryUnavailableError } from "../../../src/history/types.ts";
import { HistoryBench, NOON } from "./support.ts";

let bench: HistoryBench;

beforeEach(() => {
	bench = new HistoryBench();
});

afterEach(() => bench.remove());

describe("a call that has just ended", () => {
	test("is found before it would be time to write it, in a search and in a file", async () => {
		await bench.history.flush();
		bench.place({}, "first").fail(486, "Destination");
		expect((await bench.history.search({})).calls).toMatchObject([{ id: "first", state: "ended" }]);
		bench.place({}, "second").fail(486, "Destination");
		expect((await Array.fromAsync(bench.history.exportCsv(PLAIN_CSV))).join("")).toContain("second");
		bench.place({}, "third").fail(486, "Destination");
		await bench.history.upToDate();
		expect(bench.history.call("third")).toMatchObject({ state: "ended" });
	});
});

describe("a call in the history", () => {
	test("has the addresses as typed and translated, who asked, and the time of each state", async () => {
		const call = bench.place({ initiator: "4711", destination: "0815" });
		call.after(100).connect().after(60_000).enter("ended", undefined, "destination");
		await bench.history.flush();
		expect(bench.history.call(call.id)).toEqual({
			id: call.id,
			startedAt: NOON,
			answeredAt: NOON + 100,
			endedAt: NOON + 60_100,
			initiator: "4711",
			destination: "0815",
			initiatorUri: "sip:4711@pbx.example.com",
			destinationUri: "sip:0815@pbx.example.com",
			way: "anchor",
			state: "ended",
			result: { code: 200, leg: "Destination", text: "Connected to destination" },
			endedBy: "destination",
			origin: { via: "http", peer: "192.0.2.7", user: "admin" },
			steps: [
				{ at: NOON, state: "calling initiator" },
				{ at: NOON, code: 100 },
				{ at: NOON + 100, code: 180, leg: "Initiator" },
				{ at: NOON + 100, code: 200, leg: "Initiator" },
				{ at: NOON + 100, state: "calling destination" },
				{ at: NOON + 100, code: 180, leg: "Destination" },
				{ at: NOON + 100, state: "joining" },
				{ at: NOON + 100, state: "connected" },
				{ at: NOON + 100, code: 200, leg: "Destination" },
				{ at: NOON + 60_100, state: "ended" },
			],
		});
	});

	test("is written while it goes on, and again when it changes", async () => {
		const call = bench.place();
		await bench.history.flush();
		expect(bench.history.call(call.id)).toMatchObject({ state: "calling initiator" });
		expect(bench.history.call(call.id)?.endedAt).toBeUndefined();
		call.way = "anchor";
		call.enter("calling destination", "REFER refused with 501 Not Implemented").fail(486, "Destination");
		await bench.history.flush();
		const { calls } = await bench.history.search({});
		expect(calls).toHaveLength(1);
		expect(calls[0]).toMatchObject({ state: "ended", result: { code: 486, leg: "Destination" } });
		expect(bench.history.call(call.id)?.steps[2]).toMatchObject({
			note: "REFER refused with 501 Not Implemented",
		});
	});

	test("that was refused has the reason and who asked", async () => {
		bench.refuse({ initiator: "x", origin: { via: "xml", peer: "192.0.2.9" } });
		await bench.history.flush();
		const [refused] = (await bench.history.search({})).calls;
		expect(refused).toMatchObject({
			state: "refused",
			initiator: "x",
			startedAt: NOON,
			endedAt: NOON,
			result: { code: 400, text: "No translation rule" },
			origin: { via: "xml", peer: "192.0.2.9" },
		});
		expect(refused?.initiatorUri).toBeUndefined();
	});
});

describe("what is written", () => {
	test("is written in one go, less than a second after it happened", () => {
		bench.place().fail(486, "Initiator");
		bench.place().fail(486, "Initiator");
		expect(bench.clock.pending).toBe(1);
		expect(FLUSH_DELAY).toBeLessThan(1000);
	});

	test("survives a restart, and the numbering goes on", async () => {
		await bench.make(3);
		await bench.restart();
		await bench.make(2);
		const { calls } = await bench.history.search({});
		expect(calls.map(({ id }) => id)).toEqual(["call-5", "call-4", "call-3", "call-2", "call-1"]);
	});

	test("is written when the server ends", async () => {
		bench.place().fail(486, "Initiator");
		await bench.history.close();
		bench.history = bench.open();
		await bench.history.flush();
		expect((await bench.history.search({})).calls).toHaveLength(1);
	});

	test("nothing is heard, and no timer is set, once it is closed", async () => {
		await bench.history.close();
		bench.place();
		expect(bench.clock.pending).toBe(0);
		expect(bench.history.search({})).rejects.toBeInstanceOf(HistoryUnavailableError);
	});

	test("calls of one millisecond keep their order, also beyond the numbers that it has", async () => {
		for (let index = 0; index < 1100; index += 1) bench.place({}, `c${index}`);
		await bench.history.flush();
		const seen: string[] = [];
		let cursor: string | undefined;
		do {
			const page = await bench.history.search({ limit: 500, cursor });
			seen.push(...page.calls.map(({ id }) => id));
			cursor = page.next;
		} while (cursor !== undefined);
		expect(seen.reverse()).toEqual(Array.from({ length: 1100 }, (_, index) => `c${index}`));
	});

	test("calls get their place by their time also when the clock was set back", async () => {
		await bench.make(2);
		bench.now = NOON - 1000;
		await bench.make(1);
		bench.now = NOON;
		await bench.make(1);
		const { calls } = await bench.history.search({});
		expect(calls.map(({ id }) => id)).toEqual(["call-2", "call-4", "call-1", "call-3"]);
	});
});

describe("old calls", () => {
	const DAY = 86_400_000;

	beforeEach(async () => {
		await bench.remove();
		bench = new HistoryBench(90);
	});

	/** So many hours pass on the clock that nobody sets, one sweep in each. */
	async function run(hours: number): Promise<void> {
		for (let hour = 0; hour < hours; hour += 1) {
			bench.pass(SWEEP_INTERVAL);
			await bench.history.flush();
		}
	}

	const count = async (): Promise<number> => (await bench.history.search({ limit: 500 })).calls.length;

	test("are deleted some at a time when they are older than HistoryDays, by whole days", async () => {
		const today = bench.now;
		bench.now = today - 91 * DAY;
		await bench.make(450);
		bench.now = today - 89 * DAY;
		await bench.make(5);
		bench.now = today;
		await bench.restart();
		expect(await count()).toBe(455);
		bench.pass(SWEEP_INTERVAL - 1);
		await bench.history.flush();
		expect(await count()).toBe(455);
		bench.pass(1);
		await bench.history.flush();
		expect(await count()).toBe(55);
		await bench.history.flush();
		expect(await count()).toBe(5);
		await run(1);
		expect(bench.history.callsPerDay(100).reduce((sum, { calls }) => sum + calls, 0)).toBe(5);
		expect(bench.log.lines).toContainEqual(expect.stringContaining("older than 90 days: 450"));
	});

	test("are looked for again and again while nobody calls", async () => {
		bench.history.start();
		await settled(bench);
		expect(bench.clock.pending).toBe(1);
		await bench.make(1);
		bench.now += 92 * DAY;
		bench.clock.advance(SWEEP_INTERVAL);
		await settled(bench);
		expect(await count()).toBe(0);
	});

	test("only seem to be old when the clock is wrong: starts with it a year ahead delete nothing", async () => {
		await makeDaily(100);
		const right = bench.now;
		bench.now = right + 365 * DAY;
		for (let start = 0; start < 5; start += 1) {
			await bench.restart();
			bench.pass(SWEEP_INTERVAL - 1000);
			await bench.make(1);
		}
		bench.now = right;
		await bench.restart();
		expect(await count()).toBe(105);
	});

	test("go bit by bit when the clock stays wrong, and the log says so", async () => {
		await makeDaily(90);
		bench.now += 20 * 365 * DAY;
		await bench.restart();
		await run(24);
		expect(await count()).toBeWithin(90 - 8, 90);
		expect(bench.log.lines.filter((line) => line.includes("this machine's clock"))).toHaveLength(1);
		await run(24);
		expect(await count()).toBeWithin(90 - 14, 90 - 8);
	});

	test("go as they come when the server runs by day only", async () => {
		await makeDaily(90);
		for (let day = 0; day < 60; day += 1) {
			await bench.make(1);
			await run(8);
			bench.now += 16 * 3_600_000 - 1000;
			await bench.restart();
		}
		expect(await count()).toBeWithin(90, 93);
	});

	test("begun before the clock was set go soon, and hold up no others", async () => {
		const right = bench.now;
		bench.now = 0;
		await bench.make(3);
		bench.now = right - 91 * DAY;
		await bench.make(3);
		bench.now = right;
		await bench.make(3);
		await run(2);
		expect(await count()).toBe(3);
	});

	/** A call on each day up to this one. */
	async function makeDaily(days: number): Promise<void> {
		const today = bench.now;
		for (let day = days - 1; day >= 0; day -= 1) {
			bench.now = today - day * DAY;
			await bench.make(1);
		}
	}
});

test("a clock that is set while a call goes on changes none of its lengths", async () => {
	for (const jump of [-20 * 365 * 86_400_000, 7_200_000, -2000]) {
		const call = bench.place().after(3000).connect();
		bench.now += jump;
		call.after(5000).enter("ended", undefined, "initiator");
		await bench.history.flush();
		const past = bench.history.call(call.id);
		if (!past) throw new Error("the call is not in the history");
		const { startedAt, answeredAt = 0, endedAt = 0, steps } = past;
		expect([answeredAt - startedAt, endedAt - answeredAt]).toEqual([3000, 5000]);
		expect(steps.map(({ at }) => at)).toEqual(steps.map(({ at }) => at).toSorted((a, b) => a - b));
		expect(csvLine(past, PLAIN_CSV).split(",")[4]).toBe("5");
	}
});

/** Waits for the run that a timer has begun. */
async function settled({ clock, history }: HistoryBench): Promise<void> {
	clock.advance(0);
	await history.flush();
}

test("calls a day come with the share of those that were answered, days without calls included", async () => {
	bench.now = NOON - 2 * 86_400_000;
	bench.place().connect().enter("ended", undefined, "initiator");
	await bench.make(3);
	bench.now = NOON;
	const call = bench.place();
	await bench.history.flush();
	call.connect();
	bench.refuse();
	await bench.history.flush();
	call.enter("ended", undefined, "server");
	await bench.history.flush();
	expect(bench.history.callsPerDay(3)).toEqual([
		{ day: "2026-11-21", calls: 4, answered: 1, refused: 0, answerRate: 0.25 },
		{ day: "2026-11-22", calls: 0, answered: 0, refused: 0 },
		{ day: "2026-11-23", calls: 1, answered: 1, refused: 1, answerRate: 1 },
	]);
});

test("a call that another process began goes on in its row: its steps, when it was answered, and the day's counts", async () => {
	const call = bench.place().connect();
	await bench.history.flush();
	const before = bench.history.call(call.id);
	await bench.restart();
	bench.pass(60_000);
	call.restored([progress(200, "Destination")]);
	await bench.history.flush();
	const after = bench.history.call(call.id);
	expect(after).toMatchObject({ state: "connected", answeredAt: before?.answeredAt, result: { code: 200 } });
	expect(after?.steps.slice(0, -1)).toEqual([...(before?.steps ?? [])]);
	expect(after?.steps.at(-1)).toMatchObject({ note: "taken up again" });
	expect(bench.history.callsPerDay(1)).toMatchObject([{ calls: 1, answered: 1 }]);
});

describe("calls that ended just before another process died", () => {
	/** What the state file knows of a call that one phone hung up after 42 s of talk. */
	const endOf = ({ id }: { readonly id: string }) => ({
		id,
		way: "anchor" as const,
		initiator: { address: "101", uri: "sip:101@pbx.example.com" },
		destination: { address: "102", uri: "sip:102@pbx.example.com" },
		origin: { via: "xml", peer: "192.0.2.7" } as const,
		startedAt: NOON,
		answeredAt: NOON + 3000,
		endedAt: NOON + 45_000,
		result: { code: 200, leg: "Destination", text: "Connected to destination" } as const,
		endedBy: "destination" as const,
	});

	/** A server that starts on the file of one that died at this moment. */
	async function startAfterCrash(ends: readonly ReturnType<typeof endOf>[]): Promise<void> {
		await bench.history.close();
		bench.history = bench.open();
		bench.history.complete(ends);
		await bench.history.flush();
	}

	test("the row that was left in progress gets its end, parties, times, and who hung up", async () => {
		bench.now = NOON;
		const call = bench.place().after(3000).connect();
		await bench.history.flush();
		bench.pass(60_000);
		await startAfterCrash([endOf(call)]);
		expect(bench.history.call(call.id)).toMatchObject({
			state: "ended",
			initiator: "100",
			startedAt: NOON,
			answeredAt: NOON + 3000,
			endedAt: NOON + 45_000,
			result: { code: 200, leg: "Destination" },
			endedBy: "destination",
		});
		const words = bench.history
			.call(call.id)
			?.steps.map((step) => ("state" in step ? step.state : step.code));
		expect(words).toEqual([
			"calling initiator",
			100,
			180,
			200,
			"calling destination",
			180,
			"joining",
			"connected",
			200,
			"ended",
		]);
		expect(bench.history.callsPerDay(1)).toMatchObject([{ calls: 1, answered: 1 }]);
	});

	test("a call that the file never had is there", async () => {
		bench.now = NOON + 60_000;
		await startAfterCrash([endOf({ id: "unknown" })]);
		expect(bench.history.call("unknown")).toMatchObject({ state: "ended", endedAt: NOON + 45_000 });
		expect(bench.history.callsPerDay(1)).toMatchObject([{ calls: 1, answered: 1 }]);
	});

	test("a row that has its end stays as it is", async () => {
		bench.now = NOON;
		const call = bench.place().fail(486, "Destination");
		await bench.history.flush();
		const before = bench.history.call(call.id);
		await startAfterCrash([endOf(call)]);
		expect(bench.history.call(call.id)).toEqual(before);
	});

	test("a call that the file never had is talked in since it was connected", async () => {
		bench.now = NOON;
		const call = bench.place().after(60_000);
		await startAfterCrash([]);
		await bench.edit((db) => db.run("DELETE FROM call"));
		call.restored([progress(200, "Destination")], NOON + 3000);
		await bench.history.flush();
		expect(bench.history.call(call.id)).toMatchObject({ answeredAt: NOON + 3000, result: { code: 200 } });
	});

	test("a call that is taken up again and then ends has one row, with its whole duration", async () => {
		bench.now = NOON;
		const call = bench.place().after(3000).connect();
		await bench.history.flush();
		await startAfterCrash([]);
		bench.pass(57_000);
		call.restored([progress(200, "Destination")]);
		call.enter("ended", undefined, "initiator");
		await bench.history.flush();
		const { calls } = await bench.history.search({ limit: 10 });
		expect(calls).toMatchObject([
			{
				id: call.id,
				state: "ended",
				startedAt: NOON,
				answeredAt: NOON + 3000,
				endedAt: NOON + 60_000,
				endedBy: "initiator",
			},
		]);
		expect(bench.history.callsPerDay(1)).toMatchObject([{ calls: 1, answered: 1 }]);
	});
});
