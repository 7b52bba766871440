import type { Logger } from "../log/logger.ts";
import type { WallClock } from "../time/wall-clock.ts";
import { CallReader } from "./call-reader.ts";
import type { CallRecord } from "./call-record.ts";
import { CallWriter } from "./call-writer.ts";
import { HistoryDatabase } from "./history-database.ts";
import { isOfDisk, reasonOf, remedyFor, setAside } from "./trouble.ts";

export interface HistoryFileOptions {
	readonly path: string;
	readonly log: Logger;
	readonly wall: WallClock;
	/** A file was opened that does not contain what was written before. */
	readonly onNewFile: () => void;
}

/** Estimated pages in the write-ahead log from which it is moved into the database. */
const CHECKPOINT = 400;
/** A record changes one page of the table and one of the ids; a transaction a few more. */
const PAGES_A_RECORD = 2;
const PAGES_A_TRANSACTION = 5;

/** The most files set aside while the server runs: a broken disk must not fill up with them. */
const MAX_ASIDE = 3;

interface Opened {
	readonly database: HistoryDatabase;
	readonly writer: CallWriter;
	readonly reader: CallReader;
}

/**
 * The file of the history while the server runs: opened when needed, closed when it fails, set aside when it
 * is damaged. Each problem is logged once. Nothing here throws.
 */
export class HistoryFile {
	readonly #options: HistoryFileOptions;
	#opened: Opened | undefined;
	#failed = false;
	#aside = 0;
	#leftOut = 0;
	/** Whether the open calls in the file may be those of an earlier run of the server. */
	#foundCalls = true;
	/** Estimated pages written since the last checkpoint. */
	#pages = 0;

	constructor(options: HistoryFileOptions) {
		this.#options = options;
	}

	/** True if the file could not be used at the last try. */
	get failed(): boolean {
		return this.#failed;
	}

	/** How many records the database refused. */
	get leftOut(): number {
		return this.#leftOut;
	}

	/** Undefined while the file is not open. */
	get reader(): CallReader | undefined {
		return this.#opened?.reader;
	}

	/** Opens the file unless it is open. @returns false if it cannot be used now. */
	open(): boolean {
		try {
			this.#opened ??= this.#open();
			this.#markInterrupted(this.#opened.writer);
			return true;
		} catch (error) {
			// A damaged file was set aside, and a new one may be better.
			return this.#trouble(error) === "set aside" && this.open();
		}
	}

	/** Writes records in one transaction. @returns false if they must wait. */
	write(records: readonly CallRecord[]): boolean {
		if (!this.open() || !this.#opened) return false;
		try {
			this.#opened.writer.write(records);
		} catch (error) {
			if (this.#trouble(error) !== "leave out") return false;
			this.#leftOut += records.length;
			this.#options.log.err(`${records.length} calls are left out of the history: ${reasonOf(error)}`);
		}
		this.#recovered();
		this.#pages += PAGES_A_TRANSACTION + records.length * PAGES_A_RECORD;
		return true;
	}

	/**
	 * When the oldest call started, in milliseconds since 1970; undefined if there is none, or it cannot be
	 * read now.
	 */
	oldest(): number | undefined {
		try {
			return this.#opened?.writer.oldest();
		} catch (error) {
			this.#trouble(error);
			return undefined;
		}
	}

	/** Deletes the oldest calls; see `CallWriter.sweep`. @returns undefined if they cannot be deleted now. */
	sweep(before: number, count: number): number | undefined {
		if (!this.#opened) return undefined;
		try {
			const deleted = this.#opened.writer.sweep(before, count);
			this.#recovered();
			this.#pages += PAGES_A_TRANSACTION + deleted * PAGES_A_RECORD;
			return deleted;
		} catch (error) {
			this.#trouble(error);
			return undefined;
		}
	}

	/** Waits until everything written is on the disk; nothing may be written meanwhile. */
	async settle(): Promise<void> {
		const opened = this.#opened;
		if (!opened || this.#pages === 0) return;
		try {
			if (!(await opened.database.inPlace())) return await this.#gone(opened.database);
			await opened.database.sync();
			if (this.#pages < CHECKPOINT) return;
			await opened.database.checkpoint();
			this.#pages = 0;
		} catch (error) {
			if (this.#opened === opened) this.#trouble(error);
		}
	}

	/** A read failed: if the cause is the file or the disk, it is handled at once. */
	failedToRead(error: unknown): void {
		if (!this.#opened) return;
		if (isOfDisk(error)) this.#trouble(error);
		else this.#options.log.err(`the history cannot be read: ${reasonOf(error)}`);
	}

	close(): void {
		const opened = this.#opened;
		this.#opened = undefined;
		opened?.reader.close();
		opened?.writer.close();
		opened?.database.close();
		this.#pages = 0;
	}

	#open(): Opened {
		const database = HistoryDatabase.open(this.#options.path);
		try {
			const opened = {
				database,
				writer: new CallWriter(database.db),
				reader: new CallReader(database.db),
			};
			this.#recovered();
			return opened;
		} catch (error) {
			database.close();
			throw error;
		}
	}

	/** Done before calls of this run are written; a full disk may not accept it, but can be read. */
	#markInterrupted(writer: CallWriter): void {
		if (!this.#foundCalls) return;
		const interrupted = writer.markInterrupted();
		this.#foundCalls = false;
		if (interrupted === 0) return;
		this.#pages += PAGES_A_TRANSACTION + interrupted * PAGES_A_RECORD;
		this.#options.log.info(
			`calls in the history that were in progress when the server went down: ${interrupted}`,
		);
	}

	/** Someone has removed or renamed the file, perhaps to keep it elsewhere. */
	async #gone(database: HistoryDatabase): Promise<void> {
		const { path, log, onNewFile } = this.#options;
		// SQLite leaves the write-ahead log as it is when it closes a file that was moved.
		await database.sync();
		await database.checkpoint();
		this.close();
		log.warning(`the history ${path} was removed or renamed; starting a new one`);
		onNewFile();
	}

	/** Handles an error, and logs it. @returns what was done. */
	#trouble(error: unknown): ReturnType<typeof remedyFor> {
		const remedy = remedyFor(error);
		if (remedy === "leave out") return remedy;
		if (remedy !== "wait") this.close();
		const cause = remedy === "set aside" ? this.#setAside(error) : error;
		if (cause === undefined) return "set aside";
		this.#fail(cause);
		return "wait";
	}

	/** @returns why the file could not be set aside; undefined if it was. */
	#setAside(error: unknown): unknown {
		const { path, log, wall, onNewFile } = this.#options;
		if (this.#aside >= MAX_ASIDE) return error;
		try {
			const aside = setAside(path, new Date(wall.now()));
			log.warning(`the history ${path} cannot be used: ${reasonOf(error)}; it is renamed to ${aside}`);
		} catch (cause) {
			return new Error(`${reasonOf(error)}; it cannot be renamed: ${reasonOf(cause)}`, { cause });
		}
		this.#aside += 1;
		// The new file contains only calls of this run.
		this.#foundCalls = false;
		onNewFile();
		return undefined;
	}

	#fail(error: unknown): void {
		if (this.#failed) return;
		this.#failed = true;
		const { path, log } = this.#options;
		log.warning(
			`the history ${path} cannot be used; trying again every 30 s, calls go on: ${reasonOf(error)}`,
		);
	}

	#recovered(): void {
		if (!this.#failed) return;
		this.#failed = false;
		this.#options.log.info(`the history ${this.#options.path} can be written again`);
	}
}
