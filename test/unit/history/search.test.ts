import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { containsPattern } from "../../../src/history/contains-pattern.ts";
import { readCursor, writeCursor } from "../../../src/history/cursor.ts";
import { type HistoryFilter, HistoryQueryError } from "../../../src/history/types.ts";
import { HistoryBench, NOON } from "./support.ts";

let bench: HistoryBench;

/** 2500 calls a second apart: most to 0…6, each 500th to an odd address. */
beforeAll(async () => {
	bench = new HistoryBench();
	await bench.make(2500, (index) => ({
		initiator: `${index}`,
		destination: index % 500 === 0 ? `Odd_${index}%` : `${index % 7}`,
		anchor: index % 2 === 0,
	}));
	bench.now = NOON + 5_000_000;
	bench.place({}, "answered").connect().enter("ended", undefined, "initiator");
	bench.place({}, "unreachable").fail(503, "Initiator");
	bench.place({}, "going on");
	bench.refuse({ initiator: "refused" });
	await bench.history.flush();
});

afterAll(() => bench.remove());

/** The ids of all pages. */
async function all(filter: HistoryFilter, limit: number): Promise<string[]> {
	const ids: string[] = [];
	let cursor: string | undefined;
	do {
		const page = await bench.history.search({ ...filter, limit, cursor });
		expect(page.calls.length).toBeLessThanOrEqual(limit);
		ids.push(...page.calls.map(({ id }) => id));
		cursor = page.next;
	} while (cursor !== undefined);
	return ids;
}

const initiators = async (filter: HistoryFilter): Promise<string[]> =>
	(await bench.history.search({ ...filter, limit: 500 })).calls.map(({ initiator }) => initiator);

describe("a search", () => {
	test("finds the latest first, each call once, whatever the size of the page", async () => {
		const whole = await all({}, 500);
		expect(whole).toHaveLength(2504);
		expect(whole.slice(1, 4)).toEqual(["going on", "unreachable", "answered"]);
		expect(new Set(whole).size).toBe(2504);
		expect(await all({}, 37)).toEqual(whole);
		expect(await all({ text: "5" }, 41)).toEqual(await all({ text: "5" }, 499));
	});

	test("finds a number however it was written, then and now", async () => {
		const numbers = new HistoryBench();
		const written = [
			"+49 30 1234567",
			"+49-30/1234-567",
			"+49 (0)30 12345",
			"+4930123",
			"030 1234",
			"4930 @x",
		];
		for (const initiator of written) numbers.refuse({ initiator, destination: "x" });
		await numbers.history.flush();
		const found = async (text: string): Promise<string[]> =>
			(await numbers.history.search({ text, limit: 50 })).calls.map(({ initiator }) => initiator).reverse();
		const abroad = written.slice(0, 4);
		for (const text of ["+4930", "+49 30", "+49 (0)30", "+49\u00a0301", "+49-30 / 12", "tel:+49-30-12"])
			expect([text, await found(text)]).toEqual([text, abroad]);
		expect(await found("30 123456")).toEqual(written.slice(0, 2));
		expect(await found("030 12")).toEqual(["030 1234"]);
		expect(await found("30-@")).toEqual([]);
		await numbers.remove();
	});

	test("also finds the addresses of people of that name, as typed or translated", async () => {
		const people = new HistoryBench();
		for (const initiator of ["101", "102", "anna"]) people.refuse({ initiator, destination: "x" });
		people.place({ initiator: "103" }).fail(486, "Destination");
		await people.history.flush();
		const found = async (named?: readonly string[]): Promise<string[]> =>
			(await people.history.search({ text: "anna", named })).calls.map(({ initiator }) => initiator);
		expect(await found()).toEqual(["anna"]);
		expect(await found(["102"])).toEqual(["anna", "102"]);
		expect(await found(["sip:103@pbx.example.com", "10"])).toEqual(["103", "anna"]);
		await people.remove();
	});

	test("keeps its pages while calls come in", async () => {
		const first = await bench.history.search({ text: "odd", limit: 2 });
		bench.now += 1000;
		const call = bench.place({ destination: "odd" }, "late");
		call.fail(486, "Destination");
		await bench.history.flush();
		const second = await bench.history.search({ text: "odd", limit: 2, cursor: first.next });
		expect([...first.calls, ...second.calls].map(({ destination }) => destination)).toEqual([
			"Odd_2000%",
			"Odd_1500%",
			"Odd_1000%",
			"Odd_500%",
		]);
	});

	test("looks for text in the typed and the translated addresses, signs as they are and letters in either case", async () => {
		expect(await initiators({ text: "odd_1000%" })).toEqual(["1000"]);
		expect(await initiators({ text: "sip:ODD_500%@PBX" })).toEqual(["500"]);
		expect(await initiators({ text: "_%" })).toEqual([]);
		expect(await initiators({ text: "\\" })).toEqual([]);
	});

	test("takes calls from a time on and before a time", async () => {
		const from = NOON + 10_000;
		expect(await initiators({ from, to: from + 3000 })).toEqual(["12", "11", "10"]);
		expect(await initiators({ from: from + 1, to: from + 2000 })).toEqual(["11"]);
		expect(await initiators({ to: NOON })).toEqual([]);
		expect(await initiators({ from: Number.MAX_VALUE })).toEqual([]);
	});

	test("takes calls of one way and of one class of results", async () => {
		const found = await bench.history.search({ way: "refer", text: "odd" });
		expect(found.calls).toEqual([]);
		expect(await all({ resultClass: 2 }, 50)).toEqual(["answered"]);
		expect(await all({ resultClass: 5 }, 50)).toEqual(["unreachable"]);
		expect(await all({ resultClass: 6 }, 50)).toEqual([]);
		expect(await all({ resultClass: 4, text: "refused" }, 50)).toHaveLength(1);
	});

	test("says which field of a query makes no sense", () => {
		const refused = (query: object, field: string) =>
			expect(bench.history.search(query)).rejects.toThrow(new RegExp(`^${field}: expected`));
		refused({ limit: 0 }, "limit");
		refused({ limit: 1.5 }, "limit");
		refused({ limit: 501 }, "limit");
		refused({ cursor: "" }, "cursor");
		refused({ cursor: "-1" }, "cursor");
		refused({ text: "x".repeat(201) }, "text");
		expect(() => bench.history.callsPerDay(0)).toThrow(HistoryQueryError);
		expect(bench.history.call("no such id")).toBeUndefined();
	});
});

test("a cursor is read as it was written, and no other text is one", () => {
	fc.assert(
		fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (place) => {
			expect(readCursor(writeCursor(place))).toBe(place);
		}),
	);
	fc.assert(
		fc.property(fc.string(), (text) => {
			try {
				expect(writeCursor(readCursor(text))).toBe(text);
			} catch (error) {
				expect(error).toBeInstanceOf(HistoryQueryError);
			}
		}),
	);
});

test("whatever text is looked for, only addresses that hold it are found, and those are", async () => {
	const { Database } = await import("bun:sqlite");
	const db = new Database(":memory:");
	const like = db.prepare<{ found: number }, [string, string]>("SELECT ? LIKE ? ESCAPE '\\' AS found");
	const text = fc.string({ unit: fc.constantFrom("a", "B", "%", "_", "\\", "'", "*", "é"), maxLength: 6 });
	fc.assert(
		fc.property(text, text, (address, part) => {
			const lower = (value: string): string => value.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
			const found = like.get(address, containsPattern(part))?.found === 1;
			expect(found).toBe(lower(address).includes(lower(part)));
		}),
	);
	db.close();
});
