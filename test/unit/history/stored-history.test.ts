import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { copyFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StoredHistory, StoredHistoryError } from "../../../src/history/stored-history.ts";
import type { HistoryFilter } from "../../../src/history/types.ts";
import { HistoryBench, NOON } from "./support.ts";

let bench: HistoryBench;

beforeEach(() => {
	bench = new HistoryBench();
});

afterEach(() => bench.remove());

function read(path: string, filter: HistoryFilter = {}): string[] {
	const stored = StoredHistory.open(path);
	try {
		return [...stored.calls(filter)].map(({ initiator }) => initiator);
	} finally {
		stored.close();
	}
}

const files = (): string[] => readdirSync(bench.folder).sort();

describe("the history that no server has open", () => {
	test("is read to the end, the latest call first, and nothing is left beside it", async () => {
		await bench.make(1200, (index) => ({ initiator: `${index}` }));
		await bench.history.close();
		const before = files();
		expect(read(bench.path)).toEqual(Array.from({ length: 1200 }, (_, index) => `${1199 - index}`));
		expect(read(bench.path, { text: "77", from: NOON + 700_000 })).toEqual([
			"1177",
			"1077",
			"977",
			"877",
			"779",
			"778",
			"777",
			"776",
			"775",
			"774",
			"773",
			"772",
			"771",
			"770",
		]);
		expect(files()).toEqual(before);
	});

	test("is found in a file with a name that a URI would have to escape", async () => {
		await bench.make(1, () => ({ initiator: "a" }));
		await bench.history.close();
		const path = join(bench.folder, "50% of?calls#1 ä.sqlite");
		copyFileSync(bench.path, path);
		expect(read(path)).toEqual(["a"]);
	});

	test("has the calls of the log that a power failure has left", async () => {
		await bench.make(3, (index) => ({ initiator: `${index}` }));
		const path = join(bench.folder, "crashed.sqlite");
		for (const end of ["", "-wal"]) copyFileSync(bench.path + end, path + end);
		expect(read(path)).toEqual(["2", "1", "0"]);
	});
});

describe("there is nothing to read", () => {
	const refusal = (path: string): string => {
		try {
			read(path);
		} catch (error) {
			if (error instanceof StoredHistoryError) return error.message;
			throw error;
		}
		throw new Error("it was read");
	};

	test("while a server has the file open", async () => {
		await bench.make(1);
		expect(refusal(bench.path)).toBe(`${bench.path}: a server has it open`);
		// And the server never notices.
		await bench.make(1);
		expect((await bench.history.search({})).calls).toHaveLength(2);
	});

	test("when a server opens the file in the middle of it", async () => {
		await bench.make(600);
		await bench.history.close();
		const stored = StoredHistory.open(bench.path);
		const calls = stored.calls({});
		expect(calls.next().done).toBe(false);
		bench.history = bench.open();
		await bench.history.flush();
		expect(() => [...calls]).toThrow("a server has opened it in the meantime");
		stored.close();
	});

	test("in a file that is not there, is no database, or not ours", async () => {
		const path = join(bench.folder, "other.sqlite");
		expect(refusal(path)).toBe(`${path}: no such file`);
		expect(files()).toEqual([]);
		writeFileSync(path, "no database, but long enough to be looked at: ".repeat(100));
		expect(refusal(path)).toBe(`${path}: it is not a history`);
		const foreign = join(bench.folder, "foreign.sqlite");
		new Database(foreign, { create: true }).run("CREATE TABLE a (b)");
		expect(refusal(foreign)).toContain("another program");
		const empty = join(bench.folder, "empty.sqlite");
		writeFileSync(empty, "");
		expect(refusal(empty)).toContain("empty or of an earlier version");
	});

	test("in a history of a later version", async () => {
		await bench.history.flush();
		await bench.edit((db) => db.run("PRAGMA user_version = 99"));
		expect(refusal(bench.path)).toContain("version is 99");
	});
});
