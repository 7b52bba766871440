import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JournalLines } from "../../../src/state/journal-lines.ts";
import { readJournal, type Subjects } from "../../../src/state/journal-reader.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "journal-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Entries are about what stands before their colon; those with a plus only add to others. */
const SUBJECTS: Subjects = {
	of: (entry) => /^\+?(\w+):/.exec(entry.toString())?.[1],
	isWhole: (entry) => !entry.toString().startsWith("+"),
};

function file(name: string, entries: readonly string[], after: string | Uint8Array = ""): string {
	const path = join(folder, name);
	const lines = new JournalLines();
	for (const entry of entries) lines.add(entry);
	writeFileSync(path, Buffer.concat([lines.sum(), Buffer.from(after)]));
	return path;
}

test("of the entries about the same only the last one is read, and all that are about nothing", () => {
	const path = file("a", ["a:1", "b:1", "one", "a:2", "one", "c:1", "b:2"]);
	expect(readJournal([path], SUBJECTS)).toEqual({
		entries: ["one", "a:2", "one", "c:1", "b:2"],
		damaged: 0,
		whole: true,
	});
});

test("what adds to an entry stays as long as that does", () => {
	const path = file("a", ["+a:0", "a:1", "+a:2", "b:1", "+b:2", "a:3", "+a:4", "+a:5", "b:3"]);
	expect(readJournal([path], SUBJECTS).entries).toEqual(["a:3", "+a:4", "+a:5", "b:3"]);
});

test("the newer file counts, and more cannot follow two of them", () => {
	const paths = [file("a", ["a:1", "b:1"]), file("b", ["a:2"])];
	expect(readJournal(paths, SUBJECTS)).toEqual({ entries: ["b:1", "a:2"], damaged: 0, whole: false });
});

test("entries of any length, with any letters, come as they were written", () => {
	const entries = [1, 60_000, 65_525, 65_526, 65_527, 300_000, 131_071, 5].flatMap((length) => [
		`${length}é`,
		"€".repeat(length / 3),
		"x".repeat(length),
	]);
	expect(readJournal([file("a", entries)], SUBJECTS).entries).toEqual(entries);
});

describe("what is not as it was written", () => {
	test("is counted and passed over; the entry before it counts again", () => {
		const path = file("a", ["a:1"], "01234567 a:2\nnothing\n\n");
		expect(readJournal([path], SUBJECTS)).toEqual({ entries: ["a:1"], damaged: 3, whole: false });
	});

	test("because a crash has cut it, is not counted", () => {
		const path = file("a", ["a:1", "a:2"], "0123");
		expect(readJournal([path], SUBJECTS)).toEqual({ entries: ["a:2"], damaged: 0, whole: false });
	});

	test("is counted when it is all there is", () => {
		const path = file("a", [], "no journal at all");
		expect(readJournal([path], SUBJECTS)).toEqual({ entries: [], damaged: 1, whole: false });
	});
});

test("an empty file has nothing in it", () => {
	expect(readJournal([file("a", [])], SUBJECTS)).toEqual({ entries: [], damaged: 0, whole: false });
});
