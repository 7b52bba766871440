import { crc32 } from "node:zlib";
import { JsonOctets } from "./json-octets.ts";

/** Digits of the checksum at the beginning of a line, in base 16. */
const SUM_DIGITS = 8;
const SPACE = 0x20;
export const LINE_BREAK = 0x0a;

/** What a journal takes: a text, or several that nobody has to join; a value of plain data becomes JSON. */
export type Entry = string | readonly (string | object)[];

/** Makes lines of entries, in memory that is used again and again: entries come by the hundred a second. */
export class JournalLines {
	readonly #json = new JsonOctets(16_384);

	/** The lines of the last entries, and whatever was here before them. */
	get octets(): Uint8Array {
		return this.#json.octets;
	}

	/** Makes the lines of some entries. @returns how many of {@link octets} these are. */
	make(entries: readonly Entry[]): number {
		this.#json.clear();
		for (const entry of entries) this.#add(typeof entry === "string" ? [entry] : entry);
		return this.#json.end;
	}

	#add(pieces: readonly (string | object)[]): void {
		const json = this.#json;
		const start = json.end;
		json.text(NO_SUM);
		const begin = json.end;
		for (const piece of pieces) {
			if (typeof piece === "string") json.text(piece);
			else json.json(piece);
		}
		const { octets, end } = json;
		const entry = new Uint8Array(octets.buffer, octets.byteOffset + begin, end - begin);
		octets.write(digitsOf(crc32(entry)), start, "latin1");
		json.text("\n");
	}
}

/** The place of a checksum. */
const NO_SUM = `${"0".repeat(SUM_DIGITS)} `;

/** @returns the entry of a line, in the same memory; undefined if the line is not as it was written. */
export function entryIn(line: Buffer): Buffer | undefined {
	if (line[SUM_DIGITS] !== SPACE) return undefined;
	const entry = line.subarray(SUM_DIGITS + 1);
	return line.toString("latin1", 0, SUM_DIGITS) === digitsOf(crc32(entry)) ? entry : undefined;
}

function digitsOf(sum: number): string {
	return sum.toString(16).padStart(SUM_DIGITS, "0");
}
