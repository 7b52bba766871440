import { Database } from "bun:sqlite";
import { closeSync, fdatasync, fstat, openSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { promisify } from "node:util";
import { errorCode } from "../error-code.ts";
import { assertOurs, migrate } from "./schema.ts";

const syncToDisk = promisify(fdatasync);
const statOfOpen = promisify(fstat);

/** Readable for the server's group, as the log is: it says who called whom. */
const FILE_MODE = 0o640;

/**
 * The open file of a history, in write-ahead mode, locked against other processes.
 *
 * A commit must be on the disk within a second, but nobody may wait for the disk: SQLite runs with
 * `synchronous=OFF`, so that it writes to the system's cache only, and the system is asked to write to
 * the disk off the main thread. The order that SQLite would keep with `synchronous=FULL` is kept here: the
 * log is on the disk before the database is changed (`checkpoint`), and the database is on the disk
 * before the next write restarts the log. So nothing may be written while `sync` or
 * `checkpoint` runs; reading is harmless.
 */
export class HistoryDatabase {
	readonly db: Database;
	readonly #path: string;
	/** Closing a descriptor of the file gives up this process's locks on it, so it stays open until the end. */
	readonly #file: number;
	#log: number | undefined;

	private constructor(db: Database, path: string, file: number) {
		this.db = db;
		this.#path = path;
		this.#file = file;
	}

	/**
	 * Opens the file, or makes it, and brings it to the present version.
	 *
	 * @throws {SQLiteError} @throws {ForeignDatabaseError} @throws {LaterSchemaError}
	 * @throws {Error} of the system when the file cannot be opened.
	 */
	static open(path: string): HistoryDatabase {
		// SQLite would open a file that it may not write for reading, and make one that all may read.
		const file = openSync(path, "a+", FILE_MODE);
		let db: Database | undefined;
		try {
			db = new Database(path, { create: true, readwrite: true });
			// Before journal_mode: without shared memory a full disk can still be read.
			db.run("PRAGMA locking_mode = EXCLUSIVE");
			assertOurs(db);
			db.run("PRAGMA synchronous = FULL");
			db.run("PRAGMA journal_mode = WAL");
			db.run("PRAGMA wal_autocheckpoint = 0");
			db.run("PRAGMA cache_size = -1024");
			migrate(db);
			db.run("PRAGMA synchronous = OFF");
			return new HistoryDatabase(db, path, file);
		} catch (error) {
			db?.close();
			closeSync(file);
			throw error;
		}
	}

	/** False when the file has no name any more, or another one. */
	async inPlace(): Promise<boolean> {
		const [named, open] = await Promise.all([statOf(this.#path), statOfOpen(this.#file)]);
		return named !== undefined && named.ino === open.ino && named.dev === open.dev;
	}

	/** Waits until all that was committed is on the disk. */
	async sync(): Promise<void> {
		this.#log ??= openSync(`${this.#path}-wal`, "r+");
		await syncToDisk(this.#log);
	}

	/** Moves what is in the write-ahead log, all of it synced, into the database. */
	async checkpoint(): Promise<void> {
		this.db.run("PRAGMA wal_checkpoint(PASSIVE)");
		await syncToDisk(this.#file);
	}

	/** Closes it with all that was committed on the disk; statements have to be finalized. Never throws. */
	close(): void {
		attempt(() => this.db.run("PRAGMA synchronous = FULL"));
		attempt(() => this.db.close());
		attempt(() => this.#log !== undefined && closeSync(this.#log));
		attempt(() => closeSync(this.#file));
	}
}

/** Undefined when there is no such file. */
async function statOf(path: string): Promise<Stats | undefined> {
	try {
		return await stat(path);
	} catch (error) {
		if (errorCode(error) === "ENOENT") return undefined;
		throw error;
	}
}

/** A file that is to be closed may have failed before: there is nothing left to be done about it. */
function attempt(step: () => unknown): void {
	try {
		step();
	} catch {}
}
