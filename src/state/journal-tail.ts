import {
	closeSync,
	constants,
	fstatSync,
	ftruncateSync,
	openSync,
	readFileSync,
	readSync,
	rmSync,
	type Stats,
	writeSync,
} from "node:fs";
import { mapFile } from "#runtime";
import { LINE_BREAK, sumLines } from "./journal-lines.ts";

/** Octets of the numbers at the beginning. */
const HEAD = 64;
const MODE = 0o600;
/** What the file is, with the version of its form. */
const KIND = 0x4354_4302;
/** The numbers, each of which takes effect in one step: what it is, the other file's inode, and two lengths of that. */
const AT_KIND = 0;
const AT_FILE = 1;
const AT_WRITTEN = 2;
const AT_END = 3;

/**
 * Octets of the ring of a tail that is made here; that of another version may have others. It is written over several
 * times a second, and so has to leave room for everything else in the cache of the processor.
 */
const RING = 131_072;

/** What a process has left in a tail. */
export interface LeftTail {
	/** Where in the file it belongs. */
	readonly from: number;
	readonly octets: Uint8Array;
}

/**
 * The end of a file that is not in the file yet: a ring in memory that other processes can see, and that outlives
 * this one. To write here is a copy, and takes a fraction of what a system call does. Its lines get their checksums only
 * when they go to the file, so that whoever reads them makes these again.
 */
export class JournalTail {
	readonly #path: string;
	readonly #head: Float64Array;
	readonly #ring: Uint8Array;

	private constructor(path: string, octets: Uint8Array<ArrayBuffer>) {
		this.#path = path;
		this.#head = new Float64Array(octets.buffer, octets.byteOffset, HEAD / Float64Array.BYTES_PER_ELEMENT);
		this.#ring = octets.subarray(HEAD);
	}

	/**
	 * Makes an empty tail, in the place of what was there.
	 *
	 * @param path of a file in memory.
	 * @returns undefined if there can be none.
	 */
	static make(path: string): JournalTail | undefined {
		try {
			const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
			const file = openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW, MODE);
			try {
				if (!isFileOf(fstatSync(file), process.geteuid?.())) return undefined;
				// All of it is there from now on: memory that the system did not have would end the process that uses it.
				if (writeSync(file, new Uint8Array(HEAD + RING), 0, HEAD + RING, 0) < HEAD + RING) return undefined;
				// That of another version may be longer; its numbers are gone by now, which were about another ring.
				ftruncateSync(file, HEAD + RING);
			} finally {
				closeSync(file);
			}
			const octets = mapFile(path);
			return octets?.length === HEAD + RING ? new JournalTail(path, octets) : undefined;
		} catch {
			return undefined;
		}
	}

	/** Begins at the end of a file, without anything. @param inode of the file. */
	begin(inode: number, length: number): void {
		const head = this.#head;
		head[AT_KIND] = 0;
		head[AT_FILE] = inode;
		head[AT_WRITTEN] = length;
		head[AT_END] = length;
		head[AT_KIND] = KIND;
	}

	/** Adds lines, with which the octets begin. @returns false when there is no room for them. */
	append(octets: Buffer, length: number): boolean {
		const ring = this.#ring;
		const end = this.#head[AT_END] ?? 0;
		if (end + length - (this.#head[AT_WRITTEN] ?? 0) > ring.length) return false;
		const start = end % ring.length;
		const first = octets.copy(ring, start, 0, length);
		if (first < length) octets.copy(ring, 0, first, length);
		// Whoever reads it believes what comes before this.
		this.#head[AT_END] = end + length;
		return true;
	}

	/** Has everything written to the file. @param write gets a part of it. @throws {Error} of `write`; it is as before. */
	flush(write: (octets: Uint8Array, position: number) => void): void {
		const written = this.#head[AT_WRITTEN] ?? 0;
		const end = this.#head[AT_END] ?? 0;
		if (written === end) return;
		const [first, second] = partsOf(this.#ring, written, end);
		sumParts(first, second);
		write(first, written);
		if (second.length > 0) write(second, written + first.length);
		this.#head[AT_WRITTEN] = end;
	}

	/** Nothing is left in it, and nobody needs it. */
	remove(): void {
		this.#head[AT_KIND] = 0;
		rmSync(this.#path, { force: true });
	}
}

/** Anybody can put something into the folder of shared memory. */
function isFileOf(stats: Stats, user: number | undefined): boolean {
	return stats.isFile() && stats.uid === user && (stats.mode & 0o077) === 0 && stats.nlink === 1;
}

/**
 * What a process has left, or another one has now. It counts only as far as it goes on where the file ends.
 *
 * @param path of the tail.
 * @param journal the path of the file that it must belong to.
 */
export function lookAtTail(path: string, journal: string): LeftTail | undefined {
	const open: number[] = [];
	try {
		const file = openSync(journal, "r");
		open.push(file);
		const tail = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
		open.push(tail);
		const { ino, uid, size } = fstatSync(file);
		const stats = fstatSync(tail);
		if (!isFileOf(stats, process.geteuid?.()) && !isFileOf(stats, uid)) return undefined;
		const left = readTail(readFileSync(tail), ino);
		if (!left || left.from > size) return undefined;
		// It may have died while it wrote these; or another one, which did not know the tail, has written others.
		const written = Buffer.alloc(Math.min(size - left.from, left.octets.length));
		readSync(file, written, 0, written.length, left.from);
		return written.equals(left.octets.subarray(0, written.length)) ? left : undefined;
	} catch {
		return undefined;
	} finally {
		for (const descriptor of open) closeSync(descriptor);
	}
}

/** @param octets a copy of a tail, which another process may have changed while it was made. */
function readTail(octets: Buffer, inode: number): LeftTail | undefined {
	const [kind, file, written = 0, end = 0] = new Float64Array(
		octets.buffer.slice(octets.byteOffset, octets.byteOffset + HEAD),
	);
	const ring = octets.subarray(HEAD);
	const length = end - written;
	if (kind !== KIND || file !== inode || !(length > 0 && length <= ring.length)) return undefined;
	const lines = Buffer.concat(partsOf(ring, written, end));
	sumLines(lines);
	return { from: written, octets: lines };
}

/** The octets of a ring from one place of the file to another; the second part is empty unless they go around its end. */
function partsOf(
	ring: Uint8Array,
	from: number,
	to: number,
): readonly [first: Uint8Array, second: Uint8Array] {
	const start = from % ring.length;
	const first = ring.subarray(start, start + to - from);
	return [first, ring.subarray(0, to - from - first.length)];
}

/** Puts in the checksums of lines of which one may begin in the first part and end in the second. */
function sumParts(first: Uint8Array, second: Uint8Array): void {
	const begin = sumLines(first);
	if (begin === first.length) return void sumLines(second);
	const end = second.indexOf(LINE_BREAK) + 1;
	const line = Buffer.concat([first.subarray(begin), second.subarray(0, end)]);
	sumLines(line);
	second.set(line.subarray(line.copy(first, begin)));
	sumLines(second.subarray(end));
}
