import {
	closeSync,
	existsSync,
	fdatasync,
	fdatasyncSync,
	fstatSync,
	ftruncateSync,
	linkSync,
	openSync,
	renameSync,
	rmSync,
	statSync,
	writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { syncPath } from "../durable-file.ts";
import { lockFile } from "./file-lock.ts";
import { type Entry, JournalLines } from "./journal-lines.ts";
import { type JournalContent, readJournal, type Subject } from "./journal-reader.ts";

const syncToDisk = promisify(fdatasync);

/** It holds a key, so that only the server may read it. */
const FILE_MODE = 0o600;

/** What a journal that is opened is to hold: just these entries, or more of them. */
export type Beginning = readonly Entry[] | { readonly more: readonly Entry[] };

/** Another process has the journal open. */
export class JournalInUseError extends Error {
	override readonly name = "JournalInUseError";

	constructor() {
		super("another process uses it");
	}
}

/**
 * A file of lines that is only ever appended to, each with a checksum: an entry costs one write to the system's cache,
 * so it is there after the death of this process, and it outlives a power cut once `sync` is done.
 *
 * To become small again, it goes on in a new file while the old one, with `-old` in its name, is still there: whoever
 * writes here repeats what is still true, at leisure, and then drops the old file.
 */
export class Journal {
	readonly #path: string;
	readonly #lines = new JournalLines();
	#file: number;
	#length: number;
	#old: number | undefined;
	/** Whether something was appended that may not be on the disk. */
	#dirty = false;

	private constructor(path: string, file: number) {
		this.#path = path;
		this.#file = file;
		this.#length = fstatSync(file).size;
	}

	/** Reads a journal, also while another process appends to it. @throws {Error} of the system. */
	static read(path: string, subjectOf: Subject = () => undefined): JournalContent {
		return readJournal(
			[oldOf(path), path].filter((file) => existsSync(file)),
			subjectOf,
		);
	}

	/**
	 * Opens a journal, or creates it.
	 *
	 * @param choose gets what is in it, and says what it is to hold; or, if that is whole, what more.
	 * @param subjectOf tells which entries take the place of earlier ones.
	 * @throws {JournalInUseError} @throws {Error} of the system, or of `choose`; the files are as they were.
	 */
	static open(path: string, choose: (content: JournalContent) => Beginning, subjectOf?: Subject): Journal {
		// Whoever has the lock of what has this name may write it, and nobody else.
		const before = openSync(path, "a+", FILE_MODE);
		let goesOn = false;
		try {
			if (!lockFile(before) || !isAt(path, before)) throw new JournalInUseError();
			const begin = choose(Journal.read(path, subjectOf));
			if ("more" in begin) {
				const journal = new Journal(path, before);
				journal.append(begin.more);
				goesOn = true;
				return journal;
			}
			const file = beginFile(path, begin, true);
			rmSync(oldOf(path), { force: true });
			syncPath(dirname(path));
			return new Journal(path, file);
		} finally {
			// Nobody else can have the file while this is open.
			if (!goesOn) closeSync(before);
		}
	}

	/** Octets of the current file. */
	get length(): number {
		return this.#length;
	}

	/** Whether there is something that may not be on the disk. */
	get isDirty(): boolean {
		return this.#dirty;
	}

	/** Whether the old file is still needed. */
	get isMoving(): boolean {
		return this.#old !== undefined;
	}

	/** Appends entries; none may have a line break in it. @throws {Error} of the system: then none of them is in it. */
	append(entries: readonly Entry[]): void {
		try {
			this.#length += writeLines(this.#file, this.#lines, entries);
			this.#dirty = true;
		} catch (error) {
			// A disk that is full may have taken a part.
			ftruncateSync(this.#file, this.#length);
			throw error;
		}
	}

	/** Goes on in a new file, which begins with some entries. @throws {Error} of the system: then it goes on as before. */
	moveOn(entries: readonly Entry[]): void {
		if (this.#old !== undefined) return;
		const old = oldOf(this.#path);
		rmSync(old, { force: true });
		// A second name, so that there is a file of either name at any time.
		linkSync(this.#path, old);
		let file: number;
		try {
			// The old file has everything until `dropOld`, so that nothing needs to wait for the disk.
			file = beginFile(this.#path, entries, false);
		} catch (error) {
			rmSync(old, { force: true });
			throw error;
		}
		this.#old = this.#file;
		this.#file = file;
		this.#length = fstatSync(file).size;
		this.#dirty = true;
	}

	/** Everything that is still true is in the new file: once that is on the disk, the old one goes. */
	async dropOld(): Promise<void> {
		const old = this.#old;
		if (old === undefined) return;
		await syncToDisk(this.#file);
		if (this.#old !== old) return;
		this.#old = undefined;
		rmSync(oldOf(this.#path), { force: true });
		closeSync(old);
	}

	/** Waits until everything appended is on the disk. @throws {Error} of the system. */
	async sync(): Promise<void> {
		if (!this.#dirty) return;
		this.#dirty = false;
		if (this.#old !== undefined) await syncToDisk(this.#old);
		await syncToDisk(this.#file);
	}

	/** Closes it with everything on the disk, as far as the disk takes it. */
	close(): void {
		for (const file of this.#old === undefined ? [this.#file] : [this.#old, this.#file]) {
			try {
				fdatasyncSync(file);
			} catch {
				// Nothing is left to be done about that.
			}
			closeSync(file);
		}
	}
}

function oldOf(path: string): string {
	return `${path}-old`;
}

/** False once another process has put its own file in the place of an open one, and so has let go of its lock. */
function isAt(path: string, file: number): boolean {
	const open = fstatSync(file);
	const named = statSync(path);
	return named.ino === open.ino && named.dev === open.dev;
}

/** @returns how many octets that were. @throws {Error} of the system, also when a part of it is written. */
function writeLines(file: number, lines: JournalLines, entries: readonly Entry[]): number {
	const length = lines.make(entries);
	let written = 0;
	while (written < length) written += writeSync(file, lines.octets, written, length - written);
	return length;
}

/**
 * Makes a file with some entries, locked, in the place of another.
 *
 * @param isSynced whether it is on the disk first.
 * @returns its descriptor.
 */
function beginFile(path: string, entries: readonly Entry[], isSynced: boolean): number {
	const temporary = `${path}-new`;
	rmSync(temporary, { force: true });
	const file = openSync(temporary, "a", FILE_MODE);
	try {
		lockFile(file);
		writeLines(file, new JournalLines(), entries);
		if (isSynced) fdatasyncSync(file);
		renameSync(temporary, path);
		return file;
	} catch (error) {
		closeSync(file);
		rmSync(temporary, { force: true });
		throw error;
	}
}
