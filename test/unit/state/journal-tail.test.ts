import { afterEach, beforeEach, describe, expect, spyOn, test } from "bun:test";
import * as fs from "node:fs";
import {
	appendFileSync,
	chmodSync,
	copyFileSync,
	existsSync,
	linkSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { Journal } from "../../../src/state/journal.ts";
import { JournalTail, lookAtTail } from "../../../src/state/journal-tail.ts";

let folder: string;
let path: string;
let tail: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "tail-"));
	path = join(folder, "journal");
	tail = join(folder, "tail");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (first: readonly string[] = []): Journal =>
	Journal.open(path, ({ entries }) => (entries.length > 0 ? { more: first } : ["head", ...first]), { tail });
const entries = (): readonly string[] => Journal.read(path, { tail }).entries;
const size = (): number => statSync(path).size;

/** The process dies here: what it had open is closed by the system, and nothing else happens. */
function killed(journal: Journal): void {
	const kept = [copied(path), copied(tail)];
	journal.close();
	for (const [file, octets] of kept) if (octets) writeFileSync(file, octets, { mode: 0o600 });
}

const copied = (file: string): readonly [string, Buffer | undefined] => [
	file,
	existsSync(file) ? readFileSync(file) : undefined,
];

test("what is appended waits in memory, and the next process finds it all the same", () => {
	const journal = open();
	const before = size();
	journal.append(["one"]);
	journal.append(["two é", "three"]);
	expect(size()).toBe(before);
	expect(journal.length).toBeGreaterThan(before);
	expect(entries()).toEqual(["head", "one", "two é", "three"]);
	killed(journal);
	expect(entries()).toEqual(["head", "one", "two é", "three"]);
	const next = open(["four"]);
	next.append(["five"]);
	expect(size()).toBeGreaterThan(before);
	expect(entries()).toEqual(["head", "one", "two é", "three", "four", "five"]);
	killed(next);
	const last = open();
	last.close();
	expect(existsSync(tail)).toBe(false);
	expect(Journal.read(path).entries).toEqual(["head", "one", "two é", "three", "four", "five"]);
});

test("a sync brings everything to the file", async () => {
	const journal = open();
	journal.append(["one"]);
	expect(journal.isDirty).toBe(true);
	await journal.sync();
	expect(journal.isDirty).toBe(false);
	expect(Journal.read(path).entries).toEqual(["head", "one"]);
	expect(statSync(path).size).toBe(journal.length);
	journal.close();
});

test("what there is no room for goes to the file at once, in order", () => {
	const journal = open();
	const large = "x".repeat(90_000);
	const huge = "y".repeat(150_000);
	for (const text of ["one", large, "two", large, huge, "three"]) journal.append([text]);
	killed(journal);
	expect(entries()).toEqual(["head", "one", large, "two", large, huge, "three"]);
	open().close();
	expect(Journal.read(path).entries).toEqual(["head", "one", large, "two", large, huge, "three"]);
});

test("however it is used, and whenever it dies, nothing is lost and nothing is there twice", async () => {
	const step = fc.oneof(
		{ weight: 6, arbitrary: fc.integer({ min: 1, max: 200_000 }).map((length) => ({ length })) },
		{ weight: 2, arbitrary: fc.constant("sync" as const) },
		{ weight: 1, arbitrary: fc.constant("kill" as const) },
		{ weight: 1, arbitrary: fc.constant("close" as const) },
		{ weight: 1, arbitrary: fc.constant("move" as const) },
	);
	await fc.assert(
		fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
			for (const file of [path, tail, `${path}-old`]) rmSync(file, { force: true });
			let journal = open();
			let expected = ["head"];
			for (const [index, what] of steps.entries()) {
				if (what === "sync") await journal.sync();
				else if (what === "move") {
					await journal.dropOld();
					journal.moveOn(["moved", ...expected.slice(1)]);
					expected = ["moved", ...expected.slice(1)];
					await journal.dropOld();
				} else if (what === "kill" || what === "close") {
					if (what === "kill") killed(journal);
					else journal.close();
					expect(entries()).toEqual(expected);
					journal = open();
				} else {
					const text = `${index} `.repeat(what.length / 3 + 1);
					journal.append([text]);
					expected.push(text);
				}
			}
			expect(entries()).toEqual(expected);
			journal.close();
			expect(Journal.read(path).entries).toEqual(expected);
		}),
		{ numRuns: 60 },
	);
});

/** Copies what a process leaves that dies now. @returns what the next one finds there. */
function leftNow(): readonly string[] {
	const copies = { path: join(folder, "copy"), tail: join(folder, "copy-tail") };
	copyFileSync(path, copies.path);
	const octets = readFileSync(tail);
	octets.writeDoubleLE(statSync(copies.path).ino, 8);
	writeFileSync(copies.tail, octets, { mode: 0o600 });
	return Journal.read(copies.path, { tail: copies.tail }).entries;
}

test("whatever part of the tail is in the file when the process dies, each line is there once", async () => {
	const journal = open();
	const expected = ["head"];
	const { writeSync } = fs;
	const parts: number[] = [];
	const write = spyOn(fs, "writeSync").mockImplementation((...[file, octets, from, length, position]) => {
		expect(leftNow()).toEqual(expected);
		// The system may take a part of it only.
		const taken = Math.ceil(Number(length) / 2);
		parts.push(taken);
		const count = writeSync(file, octets as Uint8Array, Number(from), taken, Number(position));
		expect(leftNow()).toEqual(expected);
		return count;
	});
	try {
		// Lengths without a common divisor: each place of a line comes at the end of the ring, also within its checksum.
		for (let length = 20_011; expected.length < 120; length = ((length * 7) % 59_999) + 1) {
			const text = `${expected.length} `.repeat(length / 4);
			journal.append([text, `after ${expected.length}`]);
			expected.push(text, `after ${expected.length}`);
			if (length % 5 === 0) await journal.sync();
		}
		await journal.sync();
	} finally {
		write.mockRestore();
	}
	expect(parts.length).toBeGreaterThan(50);
	expect(entries()).toEqual(expected);
	expect(Journal.read(path).entries).toEqual(expected);
	journal.close();
});

test("a line may go around the end of the ring anywhere", () => {
	const RING = 131_072;
	const first = "x".repeat(40_000);
	// The checksum, the space and the line break are ten octets.
	for (let before = 0; before <= 14; before += 1) {
		for (const file of [path, tail]) rmSync(file, { force: true });
		const journal = open([first]);
		const second = "y".repeat(RING - journal.length - before - 10);
		for (const entry of [second, "one", "two"]) journal.append([entry]);
		const expected = ["head", first, second, "one", "two"];
		expect(entries()).toEqual(expected);
		expect(size()).toBeLessThan(RING / 2);
		journal.close();
		expect(Journal.read(path)).toEqual({ entries: expected, damaged: 0, whole: true });
	}
});

describe.each([524_288, 65_536])("a tail of another version, with a ring of %d octets,", (ring) => {
	/** Makes the tail one of that version, with the same in it. */
	function convert(): void {
		const left = lookAtTail(tail, path);
		if (!left) throw new Error("nothing is left");
		const octets = Buffer.alloc(64 + ring);
		readFileSync(tail).copy(octets, 0, 0, 64);
		for (const [index, octet] of left.octets.entries()) octets[64 + ((left.from + index) % ring)] = octet;
		writeFileSync(tail, octets, { mode: 0o600 });
	}

	test.each([100, 520_000, 524_200, 600_000])(
		"is read, and gives way to one of this: %d octets",
		(length) => {
			const text = "x".repeat(length);
			const first = open([text]);
			first.append(["one", "two é".repeat(5000)]);
			killed(first);
			convert();
			const expected = ["head", text, "one", "two é".repeat(5000)];
			expect(statSync(tail).size).toBe(64 + ring);
			expect(entries()).toEqual(expected);
			const next = open();
			expect(statSync(tail).size).toBe(64 + 131_072);
			expect(entries()).toEqual(expected);
			next.append(["three"]);
			killed(next);
			expect(entries()).toEqual([...expected, "three"]);
			open().close();
			expect(Journal.read(path).entries).toEqual([...expected, "three"]);
		},
	);

	test("of which everything is in the file gives way, too", () => {
		const first = open();
		first.append(["one"]);
		killed(first);
		convert();
		// That process had written everything, and died before it removed the tail.
		const octets = readFileSync(tail);
		octets.writeDoubleLE(octets.readDoubleLE(24), 16);
		const { octets: lines } = lookAtTail(tail, path) ?? { octets: new Uint8Array() };
		writeFileSync(tail, octets, { mode: 0o600 });
		appendFileSync(path, lines);
		const next = open();
		expect(statSync(tail).size).toBe(64 + 131_072);
		next.append(["two"]);
		killed(next);
		expect(entries()).toEqual(["head", "one", "two"]);
		open().close();
	});
});

test("the old file is whole when a new one begins, and what follows belongs to the new one", () => {
	const journal = open();
	journal.append(["one"]);
	journal.moveOn(["head"]);
	journal.append(["two"]);
	killed(journal);
	expect(entries()).toEqual(["head", "one", "head", "two"]);
});

test("an old file that nobody needs goes without waiting for the disk", async () => {
	const journal = open();
	journal.append(["one"]);
	journal.moveOn(["head", "one"]);
	const wait = spyOn(fs, "fdatasyncSync");
	await journal.dropOld();
	expect(wait).not.toHaveBeenCalled();
	wait.mockRestore();
	expect(existsSync(`${path}-old`)).toBe(false);
	expect(entries()).toEqual(["head", "one"]);
	journal.close();
});

describe("a disk that takes nothing", () => {
	const full = (): never => {
		throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
	};

	test("is told at the sync, and at each entry until it takes again what waits", async () => {
		const journal = open();
		journal.append(["one"]);
		const write = spyOn(fs, "writeSync").mockImplementation(full);
		await expect(journal.sync()).rejects.toThrow("no space left");
		expect(journal.isDirty).toBe(true);
		expect(() => journal.append(["two"])).toThrow("no space left");
		write.mockRestore();
		journal.append(["three"]);
		expect(Journal.read(path).entries).toEqual(["head", "one"]);
		await journal.sync();
		expect(Journal.read(path).entries).toEqual(["head", "one", "three"]);
		journal.close();
	});

	test("leaves in memory what it did not take, also at the end", () => {
		const journal = open();
		journal.append(["one"]);
		const write = spyOn(fs, "writeSync").mockImplementation(full);
		journal.close();
		expect(open).toThrow("no space left");
		expect(entries()).toEqual(["head", "one"]);
		write.mockRestore();
		open().close();
		expect(Journal.read(path).entries).toEqual(["head", "one"]);
	});
});

describe("a tail is passed over that", () => {
	const left = (): boolean => lookAtTail(tail, path) !== undefined;
	const leave = (): void => {
		const journal = open();
		journal.append(["one"]);
		killed(journal);
		expect(left()).toBe(true);
	};

	test("belongs to another file", () => {
		leave();
		copyFileSync(path, `${path}.copy`);
		rmSync(path);
		fs.renameSync(`${path}.copy`, path);
		expect(left()).toBe(false);
		open().close();
	});

	test("does not go on where the file ends", () => {
		leave();
		fs.truncateSync(path, size() - 1);
		expect(left()).toBe(false);
	});

	test("another process has written past", () => {
		leave();
		const journal = Journal.open(path, () => ({ more: ["another"] }));
		journal.close();
		expect(left()).toBe(false);
		open().close();
		expect(Journal.read(path).entries).toEqual(["head", "another"]);
	});

	test("others can read", () => {
		leave();
		chmodSync(tail, 0o644);
		expect(left()).toBe(false);
		expect(JournalTail.make(tail)).toBeUndefined();
	});

	test("is a link", () => {
		leave();
		fs.renameSync(tail, `${tail}.real`);
		symlinkSync(`${tail}.real`, tail);
		expect(left()).toBe(false);
		expect(JournalTail.make(tail)).toBeUndefined();
		rmSync(tail);
		linkSync(`${tail}.real`, tail);
		expect(left()).toBe(false);
		expect(JournalTail.make(tail)).toBeUndefined();
	});

	test("is something else", () => {
		leave();
		writeFileSync(tail, "x");
		expect(left()).toBe(false);
		writeFileSync(tail, Buffer.alloc(1000, 0xff));
		expect(left()).toBe(false);
	});
});

test("a part of its octets that is in the file already is not there twice", () => {
	const journal = open();
	journal.append(["one"]);
	killed(journal);
	const { octets } = lookAtTail(tail, path) ?? { octets: new Uint8Array() };
	appendFileSync(path, octets.subarray(0, 5));
	expect(entries()).toEqual(["head", "one"]);
	open().close();
	expect(Journal.read(path).entries).toEqual(["head", "one"]);
});

test("where there can be none, everything is written at once", () => {
	tail = join(folder, "none", "tail");
	const journal = open();
	journal.append(["one"]);
	expect(Journal.read(path).entries).toEqual(["head", "one"]);
	journal.close();
});
