import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	losePower,
	momentsOf,
	type PowerLoss,
	survivors,
	writesOf,
} from "../../../../../scripts/testing/card/power-loss.ts";

const SECTOR = 512;
const [FLUSH, FUA, DISCARD] = [1, 2, 4];

interface Entry {
	readonly sector?: number;
	readonly flags?: number;
	readonly sectors?: number;
	/** What each octet that is written is. */
	readonly filler?: string;
}

/** A log of writes as Linux's dm-log-writes describes it. */
function logOf(entries: readonly Entry[], counted = entries.length): Buffer {
	const head = Buffer.alloc(SECTOR);
	head.writeBigUInt64LE(0x6a736677736872n, 0);
	head.writeBigUInt64LE(1n, 8);
	head.writeBigUInt64LE(BigInt(counted), 16);
	head.writeUInt32LE(SECTOR, 24);
	const parts = entries.map(({ sector = 0, flags = 0, sectors = 0, filler = "" }) => {
		const text = Buffer.alloc(SECTOR);
		text.writeBigUInt64LE(BigInt(sector), 0);
		text.writeBigUInt64LE(BigInt(sectors), 8);
		text.writeBigUInt64LE(BigInt(flags), 16);
		return Buffer.concat([text, flags & DISCARD ? Buffer.alloc(0) : Buffer.alloc(sectors * SECTOR, filler)]);
	});
	return Buffer.concat([head, ...parts]);
}

const writesIn = (log: Buffer) => writesOf((at, length) => log.subarray(at, at + length));

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "clicktocall-power-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What is on a card of eight sectors of "." after the power went, a character for each sector. */
function cardAfter(entries: readonly Entry[], keeps: () => boolean, more: Partial<PowerLoss> = {}) {
	const [card, log] = [join(folder, "card"), join(folder, "log")];
	writeFileSync(card, Buffer.alloc(8 * SECTOR, "."));
	writeFileSync(log, logOf(entries));
	const loss = losePower({ file: card, log, keeps, ...more });
	const octets = readFileSync(card, "latin1");
	return { loss, text: Array.from({ length: 8 }, (_, index) => octets[index * SECTOR]).join("") };
}

const ENTRIES: readonly Entry[] = [
	{ sector: 1, sectors: 2, filler: "a" },
	{ flags: FLUSH },
	{ sector: 2, sectors: 1, filler: "b" },
	{ sector: 5, sectors: 1, filler: "c" },
];

test("what was flushed is on the card, and the rest may be lost", () => {
	const { text, loss } = cardAfter(ENTRIES, () => false);
	expect(text).toBe(".aa.....");
	expect(loss).toEqual({ written: 4 * SECTOR, unflushed: 2 * SECTOR, lost: 2 * SECTOR });
});

test("what was not flushed may be kept too, a later write without an earlier one", () => {
	let asked = 0;
	expect(cardAfter(ENTRIES, () => asked++ === 1).text).toBe(".aa..c..");
	expect(cardAfter(ENTRIES, () => true)).toEqual({
		text: ".ab..c..",
		loss: { written: 4 * SECTOR, unflushed: 2 * SECTOR, lost: 0 },
	});
});

test("a write that is answered when it is on the card is kept, under what was written after it only", () => {
	const entries = [
		{ sector: 3, sectors: 1, filler: "a" },
		{ sector: 3, sectors: 1, filler: "b", flags: FUA },
	];
	expect(cardAfter(entries, () => false).text).toBe("...b....");
	expect(cardAfter(entries, () => true).text).toBe("...b....");
	expect(cardAfter([...entries].reverse(), () => true).text).toBe("...a....");
});

test("a flush that brings data of its own leaves these to be lost", () => {
	const entries = [
		{ sector: 1, sectors: 1, filler: "a" },
		{ sector: 2, sectors: 1, filler: "b", flags: FLUSH },
	];
	expect(cardAfter(entries, () => false).text).toBe(".a......");
});

test("what was discarded stays, and takes no data from the log", () => {
	const entries = [
		{ sector: 0, sectors: 8, flags: DISCARD },
		{ sector: 4, sectors: 1, filler: "d" },
	];
	expect(cardAfter(entries, () => true).text).toBe("....d...");
});

test("a large write is lost block by block", () => {
	const [write] = writesIn(logOf([{ sector: 8, sectors: 17, filler: "x" }]));
	if (!write) throw new Error("no write");
	let asked = 0;
	const kept = survivors([write], () => asked++ !== 1);
	expect(asked).toBe(3);
	expect(kept.map(({ at, length }) => [at, length])).toEqual([
		[4096, 4096],
		[12288, SECTOR],
	]);
	expect(kept.map(({ data }) => data - write.data)).toEqual([0, 8192]);
});

test("the power may go at an earlier moment, before a flush", () => {
	expect(cardAfter(ENTRIES, () => false, { moment: 1 }).text).toBe("........");
	expect(cardAfter(ENTRIES, () => false, { moment: 2 }).text).toBe(".aa.....");
	expect(cardAfter(ENTRIES, () => true, { moment: 3 }).text).toBe(".ab.....");
	expect(momentsOf(join(folder, "log"))).toBe(4);
});

test("a file with one partition gets what is written to it, and no more", () => {
	const part = { start: 2 * SECTOR, size: 3 * SECTOR };
	expect(cardAfter(ENTRIES, () => true, { part })).toEqual({
		text: "b.......",
		loss: { written: SECTOR, unflushed: SECTOR, lost: 0 },
	});
});

test("entries that the head does not count were not answered", () => {
	expect(writesIn(logOf(ENTRIES, 2))).toHaveLength(1);
});

test("a log that ends too early, or is none, is an error", () => {
	expect(() => writesIn(logOf([], 3))).toThrow("the log of writes ends in entry 0 of 3");
	expect(() => writesIn(Buffer.alloc(SECTOR))).toThrow("no log of writes");
});
