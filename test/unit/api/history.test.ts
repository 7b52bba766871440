import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { PastCallDetails, PastCalls } from "../../../src/api/schemas.ts";
import { HistoryBench, NOON } from "../history/support.ts";
import { setUp } from "./support.ts";

let bench: HistoryBench;

/** Seven calls a second apart, then one that was answered, and a request that was refused. */
beforeAll(async () => {
	bench = new HistoryBench();
	await bench.make(7, (index) => ({ initiator: `10${index}`, anchor: index % 2 === 0 }));
	bench.now = NOON + 60_000;
	bench.place({ destination: "=1+2" }, "answered").connect().enter("ended", undefined, "initiator");
	bench.now += 1000;
	bench.refuse({ initiator: "nobody" });
	await bench.history.flush();
});

afterAll(() => bench.remove());

const ask = (path: string, init?: RequestInit) => setUp({ history: bench.history }).ask(path, init);

async function page(query: string) {
	const response = await ask(`/api/v1/history${query}`);
	expect(response.status).toBe(200);
	return PastCalls.parse(await response.json());
}

describe("GET /history", () => {
	test("gives the latest first, a page at a time, each call once", async () => {
		const all = (await page("")).calls.map(({ id }) => id);
		expect(all).toHaveLength(9);
		expect(all[1]).toBe("answered");
		const ids: string[] = [];
		let next = "";
		do {
			const part = await page(`?limit=4${next}`);
			ids.push(...part.calls.map(({ id }) => id));
			next = part.next === undefined ? "" : `&cursor=${encodeURIComponent(part.next)}`;
		} while (next !== "");
		expect(ids).toEqual(all);
	});

	test("shows a call in the shape of one in progress", async () => {
		const [call] = (await page("?result=2")).calls;
		expect(call).toEqual({
			id: "answered",
			way: "anchor",
			state: "ended",
			initiator: { address: "100", uri: "sip:100@pbx.example.com" },
			destination: { address: "=1+2", uri: "sip:=1+2@pbx.example.com" },
			origin: { via: "http", peer: "192.0.2.7", user: "admin" },
			startedAt: new Date(NOON + 60_000).toISOString(),
			answeredAt: new Date(NOON + 60_000).toISOString(),
			endedAt: new Date(NOON + 60_000).toISOString(),
			result: { code: 200, leg: "Destination", text: expect.any(String) },
			endedBy: "initiator",
		});
	});

	test.each([
		["?text=103", 1],
		["?result=4", 8],
		["?way=refer", 3],
		[`?from=${new Date(NOON + 60_000).toISOString()}`, 2],
		[`?to=${new Date(NOON + 3000).toISOString()}`, 3],
		["?text=PBX.example&way=anchor&result=4", 4],
	])("%s finds %i", async (query, count) => {
		expect((await page(query)).calls).toHaveLength(count);
	});

	test("takes days of the server, the last one included", async () => {
		const day = "2026-11-23";
		expect((await page(`?from=${day}&to=${day}`)).calls).toHaveLength(9);
		expect((await page("?from=2026-11-24")).calls).toEqual([]);
		expect((await page("?to=2026-11-22")).calls).toEqual([]);
		const response = await ask("/api/v1/history?from=2026-02-30");
		expect(response.status).toBe(400);
		expect(await response.text()).toContain("expected a day such as 2026-03-01, or a time");
	});

	test("takes times of any zone", async () => {
		const time = new Date(NOON + 60_000).toISOString().replace("Z", "+00:00");
		expect((await page(`?from=${encodeURIComponent(time)}`)).calls).toHaveLength(2);
	});

	test.each([
		["?limit=0", "limit"],
		["?limit=501", "limit"],
		["?limit=many", "limit"],
		["?from=2026-13-01T00:00:00Z", "from"],
		["?to=today", "to"],
		["?result=1", "result"],
		["?way=sideways", "way"],
		["?cursor=X", "cursor"],
		["?text=a&text=b", "text"],
		["?txt=a", "txt"],
	])("%s is refused, and the field named", async (query, field) => {
		const response = await ask(`/api/v1/history${query}`);
		expect(response.status).toBe(400);
		expect(await response.json()).toMatchObject({ errors: [{ field, problem: expect.any(String) }] });
	});
});

test("GET /history/{id} and GET /calls/{id} tell all that happened in a call of the past", async () => {
	const past = PastCallDetails.parse(await (await ask("/api/v1/history/answered")).json());
	const at = new Date(NOON + 60_000).toISOString();
	expect(past.steps).toHaveLength(10);
	expect(past.steps).toContainEqual({ at, code: 180, leg: "Initiator" });
	expect(past.steps.at(-1)).toEqual({ at, state: "ended" });
	expect(await (await ask("/api/v1/calls/answered")).json()).toEqual(past);
});

test("a call of the past cannot be hung up", async () => {
	expect((await ask("/api/v1/calls/answered", { method: "DELETE" })).status).toBe(409);
});

describe("GET /history.csv", () => {
	test("gives what was searched for as a file", async () => {
		const response = await ask("/api/v1/history.csv?result=2");
		expect([...new Uint8Array(await response.clone().arrayBuffer()).slice(0, 2)]).toEqual([0x69, 0x64]);
		expect(response.headers.get("Content-Type")).toBe("text/csv; charset=utf-8; header=present");
		expect(response.headers.get("Content-Disposition")).toContain("attachment;");
		const lines = (await response.text()).trimEnd().split("\r\n");
		expect(lines).toHaveLength(2);
		expect(lines[1]).toContain("answered");
	});

	test("HEAD reads no more of the history than its first piece", async () => {
		const response = await ask("/api/v1/history.csv", { method: "HEAD" });
		expect(response.status).toBe(200);
		expect(response.body).toBeNull();
	});
});

test.each(["/history", "/history/x", "/history.csv"])("without HistoryFile %s says so", async (path) => {
	const response = await setUp().ask(`/api/v1${path}`);
	expect(response.status).toBe(503);
	expect(await response.json()).toMatchObject({ detail: "No history is kept: HistoryFile is empty." });
});
