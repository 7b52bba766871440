import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, spyOn, test } from "bun:test";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CallWriter } from "../../../src/history/call-writer.ts";
import { RETRY_DELAY } from "../../../src/history/history.ts";
import { HistoryDatabase } from "../../../src/history/history-database.ts";
import { HistoryFile } from "../../../src/history/history-file.ts";
import { HistoryUnavailableError } from "../../../src/history/types.ts";
import { HistoryBench, NOON } from "./support.ts";

let bench: HistoryBench;

beforeEach(() => {
	bench = new HistoryBench();
});

afterEach(() => bench.remove());

const warnings = (): string[] => bench.log.lines.filter((line) => line.startsWith("WARNING"));
const asideFiles = (): string[] => readdirSync(bench.folder).filter((name) => /\.bad-.*Z$/.test(name));
const ids = async (): Promise<string[]> => (await bench.history.search({})).calls.map(({ id }) => id);

async function all(): Promise<string[]> {
	const found: string[] = [];
	let cursor: string | undefined;
	do {
		const page = await bench.history.search({ limit: 500, cursor });
		found.push(...page.calls.map(({ id }) => id));
		cursor = page.next;
	} while (cursor !== undefined);
	return found;
}

/** The time at which a file is tried again. */
async function retry(): Promise<void> {
	bench.clock.advance(RETRY_DELAY);
	await bench.history.flush();
}

describe("a file that is damaged", () => {
	test("is set aside with a time stamp, content and all, and a new one is begun", async () => {
		writeFileSync(bench.path, "this is no database ".repeat(500));
		await bench.make(1);
		expect(asideFiles()).toEqual([expect.stringMatching(/^history\.sqlite\.bad-202611\d\dT\d{6}\.\d{3}Z$/)]);
		expect(readFileSync(join(bench.folder, asideFiles()[0] ?? ""), "utf8")).toStartWith(
			"this is no database",
		);
		expect(warnings()).toHaveLength(1);
		expect(await ids()).toEqual(["call-1"]);
	});

	test("in the middle is set aside when that is seen, and calls that go on are in the new one", async () => {
		await bench.make(300);
		await bench.edit((db) => db.run("PRAGMA journal_mode = DELETE"));
		const bytes = readFileSync(bench.path);
		bytes.fill(0x5a, 4096);
		writeFileSync(bench.path, bytes);
		const call = bench.place();
		await bench.history.flush();
		await bench.history.flush();
		call.connect().enter("ended", undefined, "initiator");
		await bench.history.flush();
		expect(asideFiles()).toHaveLength(1);
		expect(bench.history.call(call.id)).toMatchObject({ state: "ended", endedBy: "initiator" });
		expect(bench.history.callsPerDay(1)).toMatchObject([{ calls: 1, answered: 1 }]);
	});

	test("without its tables is set aside", async () => {
		await bench.make(1);
		await bench.edit((db) => db.run("DROP TABLE call"));
		await bench.make(1);
		expect(asideFiles()).toHaveLength(1);
		expect(await ids()).toEqual(["call-2"]);
	});

	test("by a later version is set aside", async () => {
		await bench.make(1);
		await bench.edit((db) => db.run("PRAGMA user_version = 77"));
		await bench.make(1);
		expect(warnings()[0]).toContain("version is 77");
		expect(asideFiles()).toHaveLength(1);
	});

	test.each([
		["started_at = 'yesterday'"],
		["started_at = 1e300"],
		["started_at = -5"],
		["ended_at = 'x'"],
		["answered_at = 8.65e15"],
		["initiator = x'00ff'"],
		["way = 'fax'"],
		["text = x'00'"],
		["code = 'busy'"],
		["via = x'01'"],
		["ended_by = ''"],
	])("inside its rows (%s) is set aside when that is read, and a new one is begun", async (damage) => {
		await bench.make(3);
		await bench.edit((db) => db.run(`UPDATE call SET ${damage} WHERE id = 'call-2'`));
		await bench.history.flush();
		await expect(bench.history.search({})).rejects.toBeInstanceOf(HistoryUnavailableError);
		await bench.history.flush();
		expect((await bench.history.search({})).calls).toEqual([]);
		await bench.make(1);
		expect((await bench.history.search({})).calls).toHaveLength(1);
		expect(asideFiles()).toHaveLength(1);
		expect(warnings()[0]).toContain("it is damaged");
	});

	test("inside its counts of days is set aside as well", async () => {
		await bench.make(1);
		await bench.edit((db) => db.run("UPDATE day SET calls = 'many'"));
		await bench.history.flush();
		expect(() => bench.history.callsPerDay(1)).toThrow(HistoryUnavailableError);
		expect(asideFiles()).toHaveLength(1);
	});

	test("inside the steps of a call costs those steps only", async () => {
		await bench.make(1);
		await bench.edit((db) =>
			db.run("UPDATE call SET steps = '[1e300,100],[5,180,\"Initiator\"],[-9,200],[null,1]'"),
		);
		await bench.history.flush();
		expect(bench.history.call("call-1")?.steps).toEqual([{ at: NOON + 5, code: 180, leg: "Initiator" }]);
	});

	test("again and again fills no disk: three are set aside, then it is waited", () => {
		const { path, log } = bench;
		let time = bench.now;
		const file = new HistoryFile({ path, log, wall: { now: () => time++ }, onNewFile: () => {} });
		const usable = [1, 2, 3, 4].map(() => {
			writeFileSync(path, "no database ".repeat(2000));
			const opened = file.open();
			file.close();
			return opened;
		});
		expect(usable).toEqual([true, true, true, false]);
		expect(asideFiles()).toHaveLength(3);
	});
});

describe("a file that cannot be used now", () => {
	test("in a folder that is not there is tried again, with one warning; calls wait", async () => {
		await bench.history.close();
		const path = join(bench.folder, "later", "history.sqlite");
		bench.history = bench.open(path);
		await bench.make(2);
		expect(bench.history.search({})).rejects.toBeInstanceOf(HistoryUnavailableError);
		await retry();
		expect(warnings()).toHaveLength(1);
		expect(warnings()[0]).toContain(path);
		mkdirSync(dirname(path));
		await retry();
		expect(await ids()).toEqual(["call-2", "call-1"]);
		expect(bench.log.lines.at(-1)).toContain("can be written again");
	});

	test("because another process has it is tried again, and not set aside", async () => {
		await bench.make(1);
		await bench.history.close();
		const other = Bun.spawn(
			[
				process.execPath,
				"-e",
				`const db = new (require("bun:sqlite").Database)(${JSON.stringify(bench.path)});
				db.run("PRAGMA locking_mode = EXCLUSIVE"); db.run("BEGIN EXCLUSIVE"); console.log("locked"); setInterval(() => {}, 1000);`,
			],
			{ stdout: "pipe" },
		);
		for await (const _ of other.stdout) break;
		bench.history = bench.open();
		await bench.make(1);
		expect(warnings()).toEqual([expect.stringContaining("another process uses it")]);
		other.kill("SIGKILL");
		await other.exited;
		await retry();
		expect(await ids()).toEqual(["call-2", "call-1"]);
		expect(asideFiles()).toEqual([]);
	});

	test("because the disk is full is tried again; what is written can still be read", async () => {
		const open = HistoryDatabase.open;
		let db: HistoryDatabase["db"] | undefined;
		const full = spyOn(HistoryDatabase, "open").mockImplementation((path) => {
			const database = open(path);
			db = database.db;
			db.run("PRAGMA max_page_count = 40");
			return database;
		});
		await bench.make(1000);
		expect(warnings()).toEqual([expect.stringContaining("SQLITE_FULL")]);
		const written = (await all()).length;
		expect(written).toBeGreaterThan(0);
		expect(written).toBeLessThan(1000);
		await bench.make(10);
		await retry();
		expect(warnings()).toHaveLength(1);
		db?.run("PRAGMA max_page_count = 10000");
		await retry();
		expect(await all()).toHaveLength(1010);
		expect(bench.history.callsPerDay(1)[0]?.calls).toBe(1010);
		full.mockRestore();
	});

	test("because the disk does not take it to the end is closed and opened again", async () => {
		await bench.make(1);
		const broken = spyOn(HistoryDatabase.prototype, "sync").mockRejectedValueOnce(
			Object.assign(new Error("i/o error, fdatasync"), { code: "EIO" }),
		);
		await bench.make(1);
		expect(warnings()).toEqual([expect.stringContaining("EIO")]);
		await retry();
		await bench.make(1);
		expect(await ids()).toEqual(["call-3", "call-2", "call-1"]);
		broken.mockRestore();
	});

	test("because it is another program's database is left as it is", async () => {
		const db = new Database(bench.path);
		db.run("CREATE TABLE recipes (name TEXT)");
		db.close();
		const before = readFileSync(bench.path);
		await bench.make(1);
		expect(warnings()).toEqual([expect.stringContaining("another program")]);
		expect(asideFiles()).toEqual([]);
		await bench.history.close();
		expect(readFileSync(bench.path)).toEqual(before);
	});

	test("says how many calls are lost when the server ends before it can be used", async () => {
		await bench.history.close();
		mkdirSync(join(bench.folder, "folder"));
		bench.history = bench.open(join(bench.folder, "folder"));
		await bench.make(3);
		await bench.history.close();
		expect(warnings().at(-1)).toContain("3 calls are not in the history");
	});
});

describe("power loss", () => {
	/** What is on the disk now: the files as they are, without an orderly end. */
	function crash(): HistoryBench {
		const copy = new HistoryBench(0, ({ path }) => {
			for (const suffix of ["", "-wal"]) copyFileSync(bench.path + suffix, path + suffix);
		});
		copy.now = bench.now + 60_000;
		return copy;
	}

	test("leaves all that was written before, and calls that went on are interrupted", async () => {
		await bench.make(700);
		const call = bench.place().connect();
		await bench.history.flush();
		const after = crash();
		await after.history.flush();
		expect(after.history.call(call.id)).toMatchObject({ state: "interrupted", result: { code: 200 } });
		expect(after.history.call(call.id)?.endedAt).toBeUndefined();
		expect(after.history.callsPerDay(1)).toMatchObject([{ calls: 701, answered: 1 }]);
		expect(after.log.lines.join()).toContain("in progress when the server went down: 1");
		await after.remove();
	});

	test("loses only the end when the write-ahead log is torn", async () => {
		await bench.make(10);
		await bench.history.flush();
		const after = new HistoryBench(0, ({ path }) => {
			copyFileSync(bench.path, path);
			const log = readFileSync(`${bench.path}-wal`);
			writeFileSync(`${path}-wal`, log.subarray(0, log.length - 1000));
		});
		await bench.make(1);
		await after.history.flush();
		expect((await after.history.search({})).calls.length).toBeLessThan(10);
		expect(asideFiles()).toEqual([]);
		await after.remove();
	});
});

test("an orderly end leaves one file, without a write-ahead log", async () => {
	await bench.make(5);
	await bench.history.close();
	expect(readdirSync(bench.folder)).toEqual(["history.sqlite"]);
	const db = new Database(bench.path, { readonly: true });
	expect(db.query("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
	db.close();
});

test("a file that is renamed while it is open stays as it is, and a new one is begun", async () => {
	await bench.make(1);
	const call = bench.place();
	await bench.history.flush();
	const elsewhere = join(bench.folder, "kept.sqlite");
	renameSync(bench.path, elsewhere);
	await bench.make(1);
	expect(warnings()).toEqual([expect.stringContaining("removed or renamed")]);
	call.fail(486, "Destination");
	await bench.history.flush();
	expect(await ids()).toEqual([call.id]);
	await bench.make(1);
	await bench.history.close();
	bench.history = bench.open(elsewhere);
	await bench.history.flush();
	expect(await ids()).toEqual(["call-3", "call-2", "call-1"]);
	await bench.history.close();
	expect(readdirSync(bench.folder).sort()).toEqual(["history.sqlite", "kept.sqlite"]);
});

test("a full disk from the start leaves a history that can be read", async () => {
	await bench.make(2);
	await bench.history.close();
	const full = spyOn(CallWriter.prototype, "markInterrupted").mockImplementation(() => {
		throw Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
	});
	bench.history = bench.open();
	bench.place().fail(486, "Initiator");
	await bench.history.flush();
	expect(warnings()).toEqual([expect.stringContaining("SQLITE_FULL")]);
	expect(await ids()).toEqual(["call-2", "call-1"]);
	full.mockRestore();
	await retry();
	expect(await ids()).toEqual(["call-3", "call-2", "call-1"]);
});
