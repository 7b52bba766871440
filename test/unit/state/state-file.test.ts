import { afterEach, beforeEach, describe, expect, spyOn, test } from "bun:test";
import * as fs from "node:fs";
import {
	appendFileSync,
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { RowValue } from "../../../src/row.ts";
import { Journal } from "../../../src/state/journal.ts";
import { type CallChange, recordIn, type WrittenRow, writtenIn } from "../../../src/state/state-content.ts";
import { StateFile } from "../../../src/state/state-file.ts";
import { summarizeState } from "../../../src/state/state-summary.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

const NOW = new Date("2026-11-23T10:00:00Z");
const IDENTITY = "sip:click2call@example.com";

let folder: string;
let path: string;
let log: MemoryLogger;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "state-"));
	path = join(folder, "state");
	log = new MemoryLogger();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (identity = IDENTITY): StateFile => StateFile.open({ path, identity, log, now: NOW });
const put = (id: string, record: string): CallChange => ({
	id,
	row: JSON.parse(record),
	ended: undefined,
});
const drop = (id: string, call?: string): CallChange => ({
	id,
	row: null,
	ended: call === undefined ? undefined : { at: 5, call },
});

/** What the next process finds. */
function found(): [string, string][] {
	const file = open();
	const records = recordsOf(file);
	file.close();
	return records;
}

/** As JSON. */
function recordsOf({ records }: StateFile): [string, string][] {
	return Array.from(records, ([id, record]) => [id, JSON.stringify(writtenIn(record))]);
}

test("what is written is there for the next process, with the same key", () => {
	const first = open();
	first.write([put("a", '["1"]'), put("b", '["2 é"]')]);
	first.write([drop("a", '["over"]'), put("b", '["3 é"]')]);
	const { key } = first;
	first.close();
	const second = open();
	expect(recordsOf(second)).toEqual([["b", '["3 é"]']]);
	expect(second.ended("a")).toBe('["over"]');
	expect(second.endedLast(0)).toEqual(['["over"]']);
	expect(second.endedCount).toBe(1);
	expect(second.key).toEqual(key);
	expect(key.length).toBe(32);
	expect(second.ended("a", 5)).toBe('["over"]');
	expect(second.ended("a", 6)).toBeUndefined();
	second.close();
});

test("a call that ended twice is told once by the next process, as it was said last", async () => {
	const file = open();
	const others = Array.from({ length: 2000 }, (_, index) => drop(`${index}`, `[${index}]`));
	file.write([drop("a", '["first"]'), ...others, drop("a", '["second"]')]);
	expect(file.ended("a")).toBe('["second"]');
	file.moveOn();
	await file.dropOld();
	file.close();
	const next = open();
	expect(next.ended("a")).toBe('["second"]');
	expect(next.endedCount).toBe(2001);
	expect(next.lastEnded(10_000, 0).filter((call) => call.includes('"'))).toEqual(['["second"]']);
	next.close();
});

test("only the server may read it, and one process at a time", () => {
	const file = open();
	file.write([put("a", "1")]);
	expect(statSync(path).mode & 0o777).toBe(0o600);
	expect(open).toThrow("another process uses it");
	file.write([put("b", "2")]);
	file.close();
	expect(found().length).toBe(2);
});

test("each start that comes before the calls were written again counts", () => {
	open().close();
	const second = open();
	expect(second.restores).toBe(2);
	second.settle();
	second.close();
	const third = open();
	expect(third.restores).toBe(1);
	third.close();
});

test("a start writes little: what is in the file stays there, however often it was taken up", () => {
	const file = open();
	file.write([put("a", JSON.stringify("x".repeat(10_000)))]);
	const { key } = file;
	file.close();
	const { size, ino } = statSync(path);
	for (const restores of [2, 3, 4]) {
		const next = open();
		expect([next.restores, next.records.size, next.key]).toEqual([restores, 1, key]);
		next.close();
	}
	expect(statSync(path).ino).toBe(ino);
	expect(statSync(path).size).toBeLessThan(size + 500);
});

test.each([
	["has a damaged line", "01234567 +a 1\n"],
	["was cut", "0123"],
])("a file that %s is written anew, and the damage is told once", (_what, text) => {
	const file = open();
	file.write([put("a", '["one"]')]);
	file.close();
	appendFileSync(path, text);
	const { damaged, restores } = open();
	expect([damaged, restores]).toEqual([text.endsWith("\n") ? 1 : 0, 2]);
});

describe("a file that is not one", () => {
	test.each([
		["text without a line break", "this is no state file"],
		["text", "this is no state file\nin two lines\n"],
		["a database", "SQLite format 3\0\n and so on\n"],
	])("but %s is renamed, and a new one is started", (_what, text) => {
		writeFileSync(path, text);
		expect(found()).toEqual([]);
		const [aside = ""] = readdirSync(folder).filter((name) => name.includes(".bad-"));
		expect(readFileSync(join(folder, aside), "utf8")).toBe(text);
		expect(log.lines.join()).toContain("it is not a state file; it is renamed to");
	});

	test("of this identity is renamed, too", () => {
		const other = open("sip:other@example.net");
		other.write([put("a", "1")]);
		other.close();
		expect(found()).toEqual([]);
		expect(log.lines.join()).toContain(
			"its calls are those of sip:other@example.net, expected sip:click2call@",
		);
	});

	test("of this version is renamed, too", () => {
		const journal = Journal.open(path, () => [JSON.stringify({ kind: "clicktocall-state", version: 99 })]);
		journal.close();
		expect(found()).toEqual([]);
		expect(log.lines.join()).toContain("its version is 99, expected 3");
	});
});

test("a line that is damaged is passed over, and the last one may be cut", () => {
	const file = open();
	file.write([put("a", '["one"]')]);
	file.write([put("b", '["two"]')]);
	file.write([put("c", '["three"]')]);
	file.close();
	writeFileSync(path, readFileSync(path, "utf8").replace('["two"]', '["owt"]'));
	truncateSync(path, statSync(path).size - 3);
	const after = open();
	expect(recordsOf(after)).toEqual([["a", '["one"]']]);
	expect(after.damaged).toBe(1);
	after.close();
});

test("what is different in a record counts as long as everything before it is there", () => {
	const states = ["one", "two", "three", "four"].map((state) => ["a", state]);
	const write = (file: StateFile): void => {
		for (const [index, row] of states.entries()) {
			const earlier = states[index - 1];
			const before = earlier && { row: earlier, changes: index - 1 };
			file.write([{ id: "a", row, before, ended: undefined }]);
		}
	};
	const file = open();
	write(file);
	file.close();
	expect(readFileSync(path, "utf8")).toMatch(/ ~a 2 \[1,1,"three"\]\n/);
	expect(found()).toEqual([["a", '["a","four"]']]);
	writeFileSync(path, readFileSync(path, "utf8").replace('"three"', '"eerht"'));
	const after = open();
	expect(recordsOf(after)).toEqual([["a", '["a","two"]']]);
	expect(after.damaged).toBe(2);
	write(after);
	after.close();
	expect(found()).toEqual([["a", '["a","four"]']]);
});

test.each([
	[1, ['+a {"state":"one","held":"x"}'], { state: "one", held: "x" }],
	[
		2,
		['+a {"state":"one","leg":{"tag":""},"held":"x"}', '~a 1 {"state":"two","leg":{"tag":"t"},"held":null}'],
		{
			state: "two",
			leg: { tag: "t" },
		},
	],
])("a file of version %p is read, and gives way to one of this version", (version, entries, record) => {
	const key = "ab".repeat(32);
	const head = { kind: "clicktocall-state", version, identity: IDENTITY, key, restores: 0 };
	const journal = Journal.open(path, () => [JSON.stringify(head), ...entries]);
	journal.close();
	const file = open();
	expect(Array.from(file.records.values(), recordIn)).toEqual([record]);
	expect(Buffer.from(file.key).toString("hex")).toBe(key);
	expect(file.restores).toBe(1);
	file.close();
	expect(readFileSync(path, "utf8")).toContain('"version":3');
	const next = open();
	expect(Array.from(next.records.values(), recordIn)).toEqual([record]);
	next.close();
});

test("a write that the disk takes a part of only leaves nothing of it", () => {
	const file = open();
	file.write([put("a", "1")]);
	const before = readFileSync(path, "utf8");
	const { writeSync } = fs;
	const write = spyOn(fs, "writeSync").mockImplementation((...[descriptor, , , , position]): never => {
		writeSync(descriptor, "part", Number(position));
		throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
	});
	expect(() => file.write([put("b", "2")])).toThrow("no space left");
	write.mockRestore();
	expect(readFileSync(path, "utf8")).toBe(before);
	file.write([put("c", "3")]);
	file.close();
	expect(found().map(([id]) => id)).toEqual(["a", "c"]);
});

test("what the disk did not take is written once there is room, also that nothing is left of a call", () => {
	const file = open();
	file.write([put("a", "1")]);
	const write = spyOn(fs, "writeSync").mockImplementation((): never => {
		throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
	});
	const changes = [drop("a", '["over"]')];
	expect(() => file.write(changes)).toThrow("no space left");
	expect(file.endedCount).toBe(0);
	write.mockRestore();
	file.write(changes);
	expect(file.endedCount).toBe(1);
	file.close();
	expect(found()).toEqual([]);
});

test("a start for which the disk has no room leaves the file to the next try", () => {
	open().close();
	const full = spyOn(fs, "writeSync").mockImplementation(() => {
		throw new Error("ENOSPC");
	});
	try {
		expect(() => open()).toThrow("ENOSPC");
	} finally {
		full.mockRestore();
	}
	open().close();
});

test("a process that comes while another one begins does not take the file from it", () => {
	const { openSync } = fs;
	let first: StateFile | undefined;
	const opening = spyOn(fs, "openSync").mockImplementationOnce((...args: Parameters<typeof openSync>) => {
		const descriptor = openSync(...args);
		first = open();
		return descriptor;
	});
	expect(open).toThrow("another process uses it");
	opening.mockRestore();
	first?.write([put("a", "1")]);
	first?.close();
	expect(found()).toEqual([["a", "1"]]);
});

test("beginning a new file makes nothing wait for the disk", async () => {
	const file = open();
	file.write([put("a", "1")]);
	const wait = spyOn(fs, "fdatasyncSync");
	file.moveOn();
	expect(wait).not.toHaveBeenCalled();
	wait.mockRestore();
	file.write([put("a", "1")]);
	await file.dropOld();
	file.close();
	expect(found()).toEqual([["a", "1"]]);
});

test("goes on in a new file once it is large, and loses nothing wherever it is cut", async () => {
	const file = open();
	const record = JSON.stringify("x".repeat(10_000));
	file.write([put("held", '["first"]')]);
	for (let index = 0; index < 3400; index += 1) file.write([put("a", record), drop("a", '["over"]')]);
	expect(file.isLarge()).toBe(true);
	file.moveOn();
	expect(file.isLarge()).toBe(false);
	appendFileSync(`${path}-new`, "left by a crash");
	// A process that is killed now leaves both files.
	const copy = join(folder, "copy");
	writeFileSync(copy, readFileSync(path));
	writeFileSync(`${copy}-old`, readFileSync(`${path}-old`));
	const killed = StateFile.open({ path: copy, identity: IDENTITY, log, now: NOW });
	expect(recordsOf(killed)).toEqual([["held", '["first"]']]);
	expect(existsSync(`${copy}-old`)).toBe(false);
	killed.close();
	file.write([put("held", '["first"]')]);
	await file.dropOld();
	expect(statSync(path).size).toBeLessThan(1000);
	expect(existsSync(`${path}-old`)).toBe(false);
	file.close();
	expect(found()).toEqual([["held", '["first"]']]);
});

test("can be looked into while it is in use", () => {
	expect(summarizeState(path, IDENTITY)).toBeUndefined();
	const file = open();
	file.write([put("a", '{"version":99}'), drop("b", '["over"]')]);
	expect(summarizeState(path, IDENTITY)).toEqual({ states: new Map(), ended: 1, unusable: 1 });
	expect(() => summarizeState(path, "sip:other@example.net")).toThrow("its calls are those of");
	file.close();
});

test("whatever is written and wherever it is cut, the next process finds a state that there was", () => {
	const value = fc.oneof(fc.nat(), fc.string(), fc.constant(null));
	const change = fc.record({
		id: fc.constantFrom("a", "b", "c"),
		row: fc.option(
			fc.array(fc.oneof<fc.Arbitrary<RowValue>[]>(value, fc.array(fc.string(), { maxLength: 2 })), {
				minLength: 3,
				maxLength: 3,
			}),
		),
		whole: fc.boolean(),
	});
	fc.assert(
		fc.property(fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 8 }), fc.nat(), (batches, cut) => {
			rmSync(path, { force: true });
			const file = open();
			const states: string[] = [];
			const now = new Map<string, WrittenRow>();
			const inOrder = (calls: readonly (readonly [string, string])[]): string =>
				JSON.stringify([...calls].sort());
			const note = () => states.push(inOrder(Array.from(now, ([id, { row }]) => [id, JSON.stringify(row)])));
			note();
			const start = statSync(path).size;
			for (const batch of batches) {
				for (const { id, row, whole } of batch) {
					const before = whole ? undefined : now.get(id);
					file.write([{ id, row, before, ended: undefined }]);
					if (row === null) now.delete(id);
					else now.set(id, { row, changes: before ? before.changes + 1 : 0 });
					note();
				}
			}
			file.close();
			const whole = statSync(path).size;
			truncateSync(path, start + (cut % (whole - start + 1)));
			expect(states).toContain(inOrder(found()));
		}),
		{ numRuns: 200 },
	);
});
