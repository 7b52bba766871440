/**
 * What a card keeps when the power goes: all that was written before the last flush that it answered, and of the later
 * writes any part. The writes are in a log of qemu's driver blklogwrites, in the format of Linux's dm-log-writes.
 */
import { closeSync, openSync, readSync, writeSync } from "node:fs";

/** "jsfsdh" with a zero octet in front, little-endian. */
const MAGIC = 0x6a736677736872n;
const FLUSH = 1n;
/** The write itself is on the card when it is answered. */
const FUA = 2n;
const DISCARD = 4n;
/** Octets of an entry's head that mean something; the rest of its sector is empty. */
const HEAD = 32;
/** A write is not kept as a whole, but blocks of it; sectors of one block stay together, as in flash memory. */
const BLOCK = 4096;

/** A write, in octets: where on the card, how many, and where in the log its data is. */
export interface Write {
	readonly at: number;
	readonly length: number;
	readonly data: number;
	/** It was flushed before the power went. */
	readonly safe: boolean;
}

/** Reads octets at a place of the log; fewer at its end. */
export type ReadLog = (at: number, length: number) => Buffer;

/**
 * @param moment after how many entries of the log the power goes; after the last one by default.
 * @returns the writes in their order. @throws {Error} when it is no such log.
 */
export function writesOf(read: ReadLog, moment = Number.POSITIVE_INFINITY): readonly Write[] {
	const head = read(0, HEAD);
	if (head.length < HEAD || head.readBigUInt64LE(0) !== MAGIC) throw new Error("no log of writes");
	const entries = Math.min(Number(head.readBigUInt64LE(16)), moment);
	const sector = head.readUInt32LE(24);
	const writes: Write[] = [];
	let flushed = 0;
	let at = sector;
	for (let entry = 0; entry < entries; entry++) {
		const text = read(at, HEAD);
		if (text.length < HEAD) throw new Error(`the log of writes ends in entry ${entry} of ${entries}`);
		const [start = 0, sectors = 0] = [0, 8].map((place) => Number(text.readBigUInt64LE(place)));
		const flags = text.readBigUInt64LE(16);
		at += sector;
		if (flags & FLUSH) flushed = writes.length;
		// What is discarded reads as anything: leaving it as it was is one of the things that a card does.
		if (flags & DISCARD || sectors === 0) continue;
		const length = sectors * sector;
		writes.push({ at: start * sector, length, data: at, safe: (flags & FUA) !== 0n });
		at += length;
	}
	return writes.map((write, index) => (index < flushed ? { ...write, safe: true } : write));
}

/** What is kept, in the order of writing: all that is safe, and blocks of the rest. @param keeps says it of one. */
export function survivors(writes: readonly Write[], keeps: () => boolean): readonly Write[] {
	return writes.flatMap((write) => {
		if (write.safe) return [write];
		const blocks: Write[] = [];
		for (let done = 0; done < write.length; done += BLOCK) {
			const length = Math.min(BLOCK, write.length - done);
			if (keeps()) blocks.push({ ...write, at: write.at + done, data: write.data + done, length });
		}
		return blocks;
	});
}

/** Keeps every other block, as it comes. */
export const byChance = (): boolean => Math.random() < 0.5;

/** Octets that were written to a card, those of them that were not flushed, and those of these that it lost. */
export interface Loss {
	readonly written: number;
	readonly unflushed: number;
	readonly lost: number;
}

/** Where a card's content is, and when its power goes. */
export interface PowerLoss {
	readonly file: string;
	/** The octets of the card that the file has. */
	readonly part?: { readonly start: number; readonly size: number };
	/** Log of the writes since it was switched on. */
	readonly log: string;
	/** After how many entries of the log; after the last one by default. */
	readonly moment?: number;
	/** Says of a block that was not flushed whether it is kept all the same. */
	readonly keeps: () => boolean;
}

/** Brings the content of a card to what it is after the power went. */
export function losePower({ file, part, log, moment, keeps }: PowerLoss): Loss {
	const { start, size } = part ?? { start: 0, size: Number.POSITIVE_INFINITY };
	const to = openSync(file, "r+");
	try {
		return withLog(log, (read) => {
			const writes = writesOf(read, moment).filter(({ at }) => at >= start && at < start + size);
			const kept = survivors(writes, keeps);
			for (const { at, length, data } of kept) writeSync(to, read(data, length), 0, length, at - start);
			const sum = (some: readonly Write[]): number => some.reduce((total, { length }) => total + length, 0);
			const unflushed = sum(writes.filter(({ safe }) => !safe));
			return { written: sum(writes), unflushed, lost: sum(writes) - sum(kept) };
		});
	} finally {
		closeSync(to);
	}
}

/** How many moments a log of writes has. */
export function momentsOf(log: string): number {
	return withLog(log, (read) => Number(read(0, HEAD).readBigUInt64LE(16)));
}

function withLog<T>(log: string, work: (read: ReadLog) => T): T {
	const from = openSync(log, "r");
	try {
		return work((at, length) => {
			const bytes = Buffer.alloc(length);
			return bytes.subarray(0, readSync(from, bytes, 0, length, at));
		});
	} finally {
		closeSync(from);
	}
}
