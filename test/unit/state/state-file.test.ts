import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StateFile } from "../../../src/state/state-file.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

const NOW = new Date("2026-11-23T10:00:00Z");

let folder: string;
let log: MemoryLogger;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "state-"));
	log = new MemoryLogger();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (): StateFile => StateFile.open(join(folder, "state.sqlite"), log, NOW);

test("what is written is there for the next process, with the same key", () => {
	const first = open();
	first.write(
		[
			{ id: "a", record: "1", ended: undefined },
			{ id: "b", record: "2", ended: undefined },
		],
		0,
	);
	first.write(
		[
			{ id: "a", record: undefined, ended: { at: 5, call: "over" } },
			{ id: "b", record: "3", ended: undefined },
		],
		0,
	);
	const { key } = first;
	first.close();
	const second = open();
	expect(second.records()).toEqual([{ id: "b", record: "3" }]);
	expect(second.ended("a")).toBe("over");
	expect(second.key).toEqual(key);
	expect(key.length).toBe(32);
	second.write([], 6);
	expect(second.ended("a")).toBeUndefined();
	second.close();
});

test("only the server may read it", () => {
	open().close();
	expect(statSync(join(folder, "state.sqlite")).mode & 0o777).toBe(0o600);
});

test("a damaged file is renamed, and a new one is started", () => {
	writeFileSync(join(folder, "state.sqlite"), "this is no database, but it is long enough to be looked at");
	const file = open();
	expect(file.records()).toEqual([]);
	file.close();
	expect(readdirSync(folder).some((name) => name.includes(".bad-"))).toBe(true);
	expect(log.lines.join()).toContain("it is renamed to");
});
