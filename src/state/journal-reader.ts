import { closeSync, openSync, readSync } from "node:fs";
import { entryIn, LINE_BREAK } from "./journal-lines.ts";
import type { LeftTail } from "./journal-tail.ts";

/** Octets that are read at a time. */
const PIECE = 65_536;

/** What was read from a journal. */
export interface JournalContent {
	/** What was appended, oldest first. */
	readonly entries: readonly string[];
	/** Lines that are not as they were written; the last one, which a crash may have cut, is not counted. */
	readonly damaged: number;
	/** Whether it is one file of whole lines only, so that more of them may follow. */
	readonly whole: boolean;
}

/** Which entries take the place of earlier ones. An entry is given as its octets, which are another one's afterwards. */
export interface Subjects {
	/** What an entry is about; undefined for one that stays. */
	of(entry: Buffer): string | undefined;
	/** Whether an entry takes the place of all those before it that are about the same; otherwise it adds to them. */
	isWhole(entry: Buffer): boolean;
}

/**
 * Reads the files of a journal, oldest first. They may be many times larger than what is still true in them, and new
 * memory costs most of the time: they are read in pieces, and twice, so that only what has not been replaced becomes
 * text.
 *
 * @param tail what follows in the last one.
 * @throws {Error} of the system.
 */
export function readJournal(paths: readonly string[], subjects: Subjects, tail?: LeftTail): JournalContent {
	const files: number[] = [];
	const tailOf = (file: number): LeftTail | undefined => (file === files.at(-1) ? tail : undefined);
	try {
		for (const path of paths) files.push(openSync(path, "r"));
		const latest = new Map<string, number>();
		let lines = 0;
		let damaged = 0;
		let whole = files.length === 1;
		for (const file of files) {
			const isCut = eachLine(file, tailOf(file), (line) => {
				lines += 1;
				const entry = entryIn(line);
				if (!entry) damaged += 1;
				const subject = entry && subjects.isWhole(entry) ? subjects.of(entry) : undefined;
				if (subject !== undefined) latest.set(subject, lines);
			});
			if (isCut) whole = false;
		}
		const entries: string[] = [];
		let number = 0;
		for (const file of files) {
			eachLine(file, tailOf(file), (line) => {
				number += 1;
				const entry = number <= lines ? entryIn(line) : undefined;
				const subject = entry && subjects.of(entry);
				if (entry && (subject === undefined || (latest.get(subject) ?? 0) <= number))
					entries.push(entry.toString());
			});
		}
		return { entries, damaged, whole: whole && damaged === 0 && lines > 0 };
	} finally {
		for (const file of files) closeSync(file);
	}
}

/** Visits the lines of a file. @returns whether there was more than whole lines at its end. */
function eachLine(file: number, tail: LeftTail | undefined, visit: (line: Buffer) => void): boolean {
	let piece = Buffer.allocUnsafe(PIECE);
	let used = 0;
	let position = 0;
	let hasLines = false;
	for (;;) {
		const rest = piece.subarray(used);
		const read = readSync(file, rest, 0, rest.length, position) || readTail(tail, rest, position);
		position += read;
		used += read;
		const octets = piece.subarray(0, used);
		let start = 0;
		for (let end = octets.indexOf(LINE_BREAK); end >= 0; end = octets.indexOf(LINE_BREAK, start)) {
			visit(octets.subarray(start, end));
			start = end + 1;
		}
		hasLines ||= start > 0;
		piece.copyWithin(0, start, used);
		used -= start;
		if (read === 0) break;
		if (used === piece.length) piece = Buffer.concat([piece], 2 * used);
	}
	// A crash may have cut the last line. If there is nothing else, it is something else.
	if (!hasLines && used > 0) visit(piece.subarray(0, used));
	return used > 0;
}

/** What a tail has for a place of the file. @returns how many octets that are. */
function readTail(tail: LeftTail | undefined, into: Buffer, position: number): number {
	if (!tail || position < tail.from) return 0;
	const start = position - tail.from;
	const octets = tail.octets.subarray(start, start + into.length);
	into.set(octets);
	return octets.length;
}
