import { closeSync, fdatasync, fdatasyncSync, fstatSync, ftruncateSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { sumLines } from "./journal-lines.ts";
import type { JournalTail } from "./journal-tail.ts";

const syncToDisk = promisify(fdatasync);

/** A file that is only ever written at its end, at once or by way of a tail. */
export class JournalFile {
	readonly #descriptor: number;
	#tail: JournalTail | undefined;
	#length: number;
	/** Whether something was appended that may not be on the disk. */
	#dirty: boolean;
	/** Whether the file did not take what is in the tail. */
	#stuck = false;

	/**
	 * @param tail where its end may wait; it has nothing in it.
	 * @param isDirty whether something that is in it may not be on the disk.
	 */
	constructor(descriptor: number, tail?: JournalTail, isDirty = false) {
		this.#descriptor = descriptor;
		this.#tail = tail;
		this.#dirty = isDirty;
		const { ino, size } = fstatSync(descriptor);
		this.#length = size;
		tail?.begin(ino, size);
	}

	/** Octets of it, with its tail. */
	get length(): number {
		return this.#length;
	}

	/** Whether there is something that may not be on the disk. */
	get isDirty(): boolean {
		return this.#dirty;
	}

	/** @param octets begin with lines. @param length of these. @throws {Error} of the system: then none of them is in it. */
	append(octets: Buffer, length: number): void {
		if (this.#stuck) this.flush();
		if (!this.#tail?.append(octets, length)) {
			this.flush();
			if (!this.#tail?.append(octets, length)) this.#write(octets.subarray(0, length));
		}
		this.#length += length;
		this.#dirty = true;
	}

	/** What is in the tail goes to the file. @throws {Error} of the system: then it is in the tail as before. */
	flush(): void {
		try {
			this.#tail?.flush((octets, position) => writeAt(this.#descriptor, octets, position));
			this.#stuck = false;
		} catch (error) {
			this.#stuck = true;
			throw error;
		}
	}

	/** Waits until everything appended is on the disk. @throws {Error} of the system. */
	async sync(): Promise<void> {
		if (!this.#dirty) return;
		this.flush();
		this.#dirty = false;
		await syncToDisk(this.#descriptor);
	}

	/** What is appended from now on is written at once. @returns the tail, for another file. @throws {Error} of the system. */
	releaseTail(): JournalTail | undefined {
		this.flush();
		const tail = this.#tail;
		this.#tail = undefined;
		return tail;
	}

	/** Closes it, and nobody needs what is in it: nothing waits for the disk. */
	drop(): void {
		closeSync(this.#descriptor);
	}

	/** Closes it with everything on the disk, as far as the disk takes it: what it does not take stays in the tail. */
	close(): void {
		try {
			this.flush();
			fdatasyncSync(this.#descriptor);
			this.#tail?.remove();
		} catch {
			// Nothing is left to be done about that.
		}
		closeSync(this.#descriptor);
	}

	#write(lines: Uint8Array): void {
		const { ino } = fstatSync(this.#descriptor);
		sumLines(lines);
		try {
			writeAt(this.#descriptor, lines, this.#length);
			this.#tail?.begin(ino, this.#length + lines.length);
		} catch (error) {
			// A disk that is full may have taken a part.
			ftruncateSync(this.#descriptor, this.#length);
			throw error;
		}
	}
}

/** @throws {Error} of the system, also when a part of it is written. */
export function writeAt(file: number, octets: Uint8Array, position: number): void {
	const { length } = octets;
	for (let written = 0; written < length; )
		written += writeSync(file, octets, written, length - written, position + written);
}
