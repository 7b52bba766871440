import { crc32 } from "node:zlib";

/** Digits of the checksum at the beginning of a line, in base 16. */
const SUM_DIGITS = 8;
const SPACE = 0x20;
export const LINE_BREAK = 0x0a;
/** The most octets of UTF-8 for one UTF-16 unit. */
const OCTETS_PER_UNIT = 3;

/** What a journal takes: a text, or several that nobody has to join; a value of plain data becomes JSON. */
export type Entry = string | readonly (string | object)[];

/** The place of a checksum. */
const NO_SUM = `${"0".repeat(SUM_DIGITS)} `;

/**
 * Makes lines of entries, in memory that is used again and again: entries come by the hundred a second. Their checksums
 * are left out, see {@link sumLines}.
 */
export class JournalLines {
	#octets = Buffer.allocUnsafe(16_384);
	#length = 0;

	/** The lines, and whatever was here before them. */
	get octets(): Buffer {
		return this.#octets;
	}

	/** How many octets the lines have. */
	get length(): number {
		return this.#length;
	}

	clear(): void {
		this.#length = 0;
	}

	/** @param entry without a line break in it. */
	add(entry: Entry): void {
		this.#write(NO_SUM);
		if (typeof entry === "string") this.#write(entry);
		else for (const piece of entry) this.#write(typeof piece === "string" ? piece : JSON.stringify(piece));
		this.#write("\n");
	}

	/** Puts in the checksums. @returns the lines. */
	sum(): Uint8Array {
		const lines = this.#octets.subarray(0, this.#length);
		sumLines(lines);
		return lines;
	}

	#write(text: string): void {
		const needed = this.#length + text.length * OCTETS_PER_UNIT;
		if (needed > this.#octets.length) {
			const larger = Buffer.allocUnsafe(Math.max(needed, this.#octets.length * 2));
			larger.set(this.#octets.subarray(0, this.#length));
			this.#octets = larger;
		}
		this.#length += this.#octets.write(text, this.#length);
	}
}

/**
 * Puts in the checksums of whole lines. The disk needs them, memory does not; and for many lines at once they cost a
 * fraction of what they do one by one, each time after other code has run.
 *
 * @returns where a line begins that does not end here; if there is none, how many octets there are.
 */
export function sumLines(octets: Uint8Array): number {
	let start = 0;
	while (start < octets.length) {
		const end = octets.indexOf(LINE_BREAK, start);
		if (end < 0) break;
		let sum = crc32(octets.subarray(start + SUM_DIGITS + 1, end));
		for (let at = start + SUM_DIGITS - 1; at >= start; at -= 1) {
			octets[at] = DIGITS.charCodeAt(sum & 0xf);
			sum >>>= 4;
		}
		start = end + 1;
	}
	return start;
}

const DIGITS = "0123456789abcdef";

/** @returns the entry of a line, in the same memory; undefined if the line is not as it was written. */
export function entryIn(line: Buffer): Buffer | undefined {
	if (line[SUM_DIGITS] !== SPACE) return undefined;
	const entry = line.subarray(SUM_DIGITS + 1);
	return line.toString("latin1", 0, SUM_DIGITS) === digitsOf(crc32(entry)) ? entry : undefined;
}

function digitsOf(sum: number): string {
	return sum.toString(16).padStart(SUM_DIGITS, "0");
}
