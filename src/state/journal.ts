import {
	closeSync,
	constants,
	existsSync,
	fdatasyncSync,
	fstatSync,
	linkSync,
	openSync,
	renameSync,
	rmSync,
	statSync,
} from "node:fs";
import { dirname } from "node:path";
import { syncPath } from "../durable-file.ts";
import { lockFile } from "./file-lock.ts";
import { JournalFile, writeAt } from "./journal-file.ts";
import { type Entry, JournalLines } from "./journal-lines.ts";
import { type JournalContent, readJournal, type Subjects } from "./journal-reader.ts";
import { JournalTail, lookAtTail } from "./journal-tail.ts";

/** It holds a key, so that only the server may read it. */
const FILE_MODE = 0o600;

/** About how many octets a new file gets at a time. */
const WRITTEN_AT_ONCE = 65_536;

/** What a journal that is opened is to hold: just these entries, or more of them. */
export type Beginning = Iterable<Entry> | { readonly more: readonly Entry[] };

/** How a journal is read and written. */
export interface JournalOptions {
	/** Tells which entries take the place of earlier ones; none by default. */
	readonly subjects?: Subjects;
	/** A file in memory that outlives the process, in which the end of the journal may wait; see {@link JournalTail}. */
	readonly tail?: string | undefined;
}

const NO_SUBJECTS: Subjects = { of: () => undefined, isWhole: () => true };

/** Another process has the journal open. */
export class JournalInUseError extends Error {
	override readonly name = "JournalInUseError";

	constructor() {
		super("another process uses it");
	}
}

/**
 * A file of lines that is only ever appended to, each with a checksum: an entry is in memory of the system at once, in
 * that of a tail or in its cache of the file, so it is there after the death of this process, and it outlives a power
 * cut once `sync` is done.
 *
 * To become small again, it goes on in a new file while the old one, with `-old` in its name, is still there: whoever
 * writes here repeats what is still true, at leisure, and then drops the old file.
 */
export class Journal {
	readonly #path: string;
	readonly #lines = new JournalLines();
	#file: JournalFile;
	#old: JournalFile | undefined;

	private constructor(path: string, descriptor: number, tail: string | undefined) {
		this.#path = path;
		this.#file = new JournalFile(descriptor, tail === undefined ? undefined : JournalTail.make(tail));
	}

	/** Reads a journal, also while another process appends to it. @throws {Error} of the system. */
	static read(path: string, { subjects = NO_SUBJECTS, tail }: JournalOptions = {}): JournalContent {
		const files = [oldOf(path), path].filter((file) => existsSync(file));
		return readJournal(files, subjects, tail === undefined ? undefined : lookAtTail(tail, path));
	}

	/**
	 * Opens a journal, or creates it.
	 *
	 * @param choose gets what is in it, and says what it is to hold; or, if that is whole, what more.
	 * @throws {JournalInUseError} @throws {Error} of the system, or of `choose`; the files are as they were.
	 */
	static open(
		path: string,
		choose: (content: JournalContent) => Beginning,
		options: JournalOptions = {},
	): Journal {
		const { tail } = options;
		// Whoever has the lock of what has this name may write it, and nobody else.
		const before = openSync(path, constants.O_RDWR | constants.O_CREAT, FILE_MODE);
		let goesOn = false;
		try {
			if (!lockFile(before) || !isAt(path, before)) throw new JournalInUseError();
			if (tail !== undefined) takeTail(tail, path, before);
			const begin = choose(Journal.read(path, options));
			if ("more" in begin) {
				const journal = new Journal(path, before, tail);
				journal.append(begin.more);
				goesOn = true;
				return journal;
			}
			const file = beginFile(path, begin, true);
			rmSync(oldOf(path), { force: true });
			syncPath(dirname(path));
			return new Journal(path, file, tail);
		} finally {
			// Nobody else can have the file while this is open.
			if (!goesOn) closeSync(before);
		}
	}

	/** Octets of the current file. */
	get length(): number {
		return this.#file.length;
	}

	/** Whether there is something that may not be on the disk. */
	get isDirty(): boolean {
		return this.#file.isDirty;
	}

	/** Whether the old file is still needed. */
	get isMoving(): boolean {
		return this.#old !== undefined;
	}

	/** Appends entries; none may have a line break in it. @throws {Error} of the system: then none of them is in it. */
	append(entries: readonly Entry[]): void {
		const lines = this.#lines;
		lines.clear();
		for (const entry of entries) lines.add(entry);
		this.#file.append(lines.octets, lines.length);
	}

	/** Goes on in a new file, which begins with some entries. @throws {Error} of the system: then it goes on as before. */
	moveOn(entries: Iterable<Entry>): void {
		if (this.#old !== undefined) return;
		// What is in the tail belongs to the file of this name.
		this.#file.flush();
		const old = oldOf(this.#path);
		rmSync(old, { force: true });
		// A second name, so that there is a file of either name at any time.
		linkSync(this.#path, old);
		let descriptor: number;
		try {
			// The old file has everything until `dropOld`, so that nothing needs to wait for the disk.
			descriptor = beginFile(this.#path, entries, false);
		} catch (error) {
			rmSync(old, { force: true });
			throw error;
		}
		this.#old = this.#file;
		this.#file = new JournalFile(descriptor, this.#old.releaseTail(), true);
	}

	/** Everything that is still true is in the new file: once that is on the disk, the old one goes. */
	async dropOld(): Promise<void> {
		const old = this.#old;
		if (old === undefined) return;
		await this.#file.sync();
		if (this.#old !== old) return;
		this.#old = undefined;
		rmSync(oldOf(this.#path), { force: true });
		old.drop();
	}

	/** Waits until everything appended is on the disk. @throws {Error} of the system. */
	async sync(): Promise<void> {
		await this.#old?.sync();
		await this.#file.sync();
	}

	/** Closes it with everything on the disk, as far as the disk takes it. */
	close(): void {
		this.#old?.close();
		this.#file.close();
	}
}

/** What the process before has left in a tail becomes a part of the file. @throws {Error} of the system. */
function takeTail(tail: string, path: string, file: number): void {
	const left = lookAtTail(tail, path);
	if (!left) return;
	writeAt(file, left.octets, left.from);
	rmSync(tail, { force: true });
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

/**
 * Makes a file with some entries, locked, in the place of another.
 *
 * @param isSynced whether it is on the disk first.
 * @returns its descriptor.
 */
function beginFile(path: string, entries: Iterable<Entry>, isSynced: boolean): number {
	const temporary = `${path}-new`;
	rmSync(temporary, { force: true });
	const file = openSync(temporary, "wx", FILE_MODE);
	try {
		lockFile(file);
		writeEntries(file, entries);
		if (isSynced) fdatasyncSync(file);
		renameSync(temporary, path);
		return file;
	} catch (error) {
		closeSync(file);
		rmSync(temporary, { force: true });
		throw error;
	}
}

/** Writes entries to an empty file, of which there may be megabytes: bit by bit. @throws {Error} of the system. */
function writeEntries(file: number, entries: Iterable<Entry>): void {
	const lines = new JournalLines();
	let position = 0;
	const write = (): void => {
		writeAt(file, lines.sum(), position);
		position += lines.length;
		lines.clear();
	};
	for (const entry of entries) {
		lines.add(entry);
		if (lines.length >= WRITTEN_AT_ONCE) write();
	}
	write();
}
