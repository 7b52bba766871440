import { crc32 } from "node:zlib";

/** Digits of the checksum at the beginning of a line, in base 16. */
const SUM_DIGITS = 8;
/** Octets of a line besides its entry: the checksum, a space and the line break. */
const AROUND = SUM_DIGITS + 2;
/** The most octets of UTF-8 for one UTF-16 unit. */
const OCTETS_PER_UNIT = 3;
const SPACE = 0x20;
export const LINE_BREAK = 0x0a;

/** What a journal takes: a text, in pieces if it is long, so that nobody has to join them. */
export type Entry = string | readonly string[];

/** Makes lines of entries, in memory that is used again and again: entries come by the hundred a second. */
export class JournalLines {
	#octets = Buffer.allocUnsafe(16_384);

	/** The lines of the last entries, and whatever was here before them. */
	get octets(): Uint8Array {
		return this.#octets;
	}

	/** Makes the lines of some entries. @returns how many of {@link octets} these are. */
	make(entries: readonly Entry[]): number {
		let end = 0;
		for (const entry of entries) end = this.#add(typeof entry === "string" ? [entry] : entry, end);
		return end;
	}

	/** No part of the memory is looked at by itself: to make an object for that costs more than the rest. */
	#add(pieces: readonly string[], start: number): number {
		let units = 0;
		for (const { length } of pieces) units += length;
		this.#makeRoom(start, units * OCTETS_PER_UNIT + AROUND);
		const octets = this.#octets;
		let end = start + SUM_DIGITS;
		octets[end++] = SPACE;
		let sum = 0;
		for (const piece of pieces) {
			end += octets.write(piece, end);
			sum = crc32(piece, sum);
		}
		octets.write(digitsOf(sum), start, "latin1");
		octets[end] = LINE_BREAK;
		return end + 1;
	}

	#makeRoom(used: number, more: number): void {
		if (used + more <= this.#octets.length) return;
		const larger = Buffer.allocUnsafe(Math.max(used + more, this.#octets.length * 2));
		larger.set(this.#octets.subarray(0, used));
		this.#octets = larger;
	}
}

/** @returns the entry of a line, in the same memory; undefined if the line is not as it was written. */
export function entryIn(line: Buffer): Buffer | undefined {
	if (line[SUM_DIGITS] !== SPACE) return undefined;
	const entry = line.subarray(SUM_DIGITS + 1);
	return line.toString("latin1", 0, SUM_DIGITS) === digitsOf(crc32(entry)) ? entry : undefined;
}

function digitsOf(sum: number): string {
	return sum.toString(16).padStart(SUM_DIGITS, "0");
}
