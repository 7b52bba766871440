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

/** @returns the writes in their order. @throws {Error} when it is no such log. */
export function writesOf(read: ReadLog): readonly Write[] {
	const head = read(0, HEAD);
	if (head.length < HEAD || head.readBigUInt64LE(0) !== MAGIC) throw new Error("no log of writes");
	const entries = Number(head.readBigUInt64LE(16));
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

/** Octets that were written to a card, those of them that were not flushed, and those of these that it lost. */
export interface Loss {
	readonly written: number;
	readonly unflushed: number;
	readonly lost: number;
}

/** Brings a card to what it has after the power went. @param log of the writes since it was switched on. */
export function losePower(card: string, log: string, keeps: () => boolean): Loss {
	const [from, to] = [openSync(log, "r"), openSync(card, "r+")];
	try {
		const read: ReadLog = (at, length) => {
			const bytes = Buffer.alloc(length);
			return bytes.subarray(0, readSync(from, bytes, 0, length, at));
		};
		const writes = writesOf(read);
		const kept = survivors(writes, keeps);
		for (const { at, length, data } of kept) writeSync(to, read(data, length), 0, length, at);
		const sum = (some: readonly Write[]): number => some.reduce((total, { length }) => total + length, 0);
		return {
			written: sum(writes),
			unflushed: sum(writes.filter(({ safe }) => !safe)),
			lost: sum(writes) - sum(kept),
		};
	} finally {
		closeSync(from);
		closeSync(to);
	}
}
