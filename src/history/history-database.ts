import { closeSync, fdatasync, fstat, openSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { promisify } from "node:util";
import { openDatabase } from "#runtime";
import { errorCode } from "../error-code.ts";
import type { Database } from "../runtime/sqlite.ts";
import { assertOurs, HISTORY_KIND, migrate } from "./schema.ts";

const syncToDisk = promisify(fdatasync);
const statOfOpen = promisify(fstat);

/** Readable by the server's group, like the log: it says who called whom. */
const FILE_MODE = 0o640;

/**
 * The open file of a history, or of another kind of database, in write-ahead mode, locked against other processes.
 *
 * A commit must be on the disk within a second, but nothing may wait for the disk. So SQLite runs with
 * `synchronous=OFF`, which makes it write to the system's cache only, and we ask the system to write to the
 * disk off the main thread. We keep the order that SQLite would keep with `synchronous=FULL`: the log is on
 * the disk before the database is changed (`checkpoint`), and the database is on the disk before the next
 * write restarts the log. So do not write while `sync` or `checkpoint` runs; reading is harmless.
 */
export class HistoryDatabase {
	readonly db: Database;
	readonly #path: string;
	/**
	 * Closing a descriptor of the file releases this process's locks on it, so it stays open until the end.
	 */
	readonly #file: number;
	#log: number | undefined;

	private constructor(db: Database, path: string, file: number) {
		this.db = db;
		this.#path = path;
		this.#file = file;
	}

	/**
	 * Opens the file, or creates it, and brings it to the current version.
	 *
	 * @throws {SQLiteError} @throws {ForeignDatabaseError} @throws {LaterSchemaError}
	 * @throws {Error} of the system when the file cannot be opened.
	 */
	static open(path: string, kind = HISTORY_KIND): HistoryDatabase {
		// If it may not write the file, SQLite would open it for reading; if it creates one, everybody may
		// read it.
		const file = openSync(path, "a+", FILE_MODE);
		let db: Database | undefined;
		try {
			db = openDatabase(path, "create");
			// Set before journal_mode: without shared memory, a full disk can still be read.
			db.run("PRAGMA locking_mode = EXCLUSIVE");
			assertOurs(db, kind);
			db.run("PRAGMA synchronous = FULL");
			db.run("PRAGMA journal_mode = WAL");
			db.run("PRAGMA wal_autocheckpoint = 0");
			db.run("PRAGMA cache_size = -1024");
			migrate(db, kind.migrations, kind.applicationId);
			db.run("PRAGMA synchronous = OFF");
			return new HistoryDatabase(db, path, file);
		} catch (error) {
			db?.close();
			closeSync(file);
			throw error;
		}
	}

	/** False if the file no longer has its name. */
	async inPlace(): Promise<boolean> {
		const [named, open] = await Promise.all([statOf(this.#path), statOfOpen(this.#file)]);
		return named !== undefined && named.ino === open.ino && named.dev === open.dev;
	}

	/** Waits until everything committed is on the disk. */
	async sync(): Promise<void> {
		this.#log ??= openSync(`${this.#path}-wal`, "r+");
		await syncToDisk(this.#log);
	}

	/** Moves the contents of the write-ahead log, all of it synced, into the database. */
	async checkpoint(): Promise<void> {
		this.db.run("PRAGMA wal_checkpoint(PASSIVE)");
		await syncToDisk(this.#file);
	}

	/** Closes it with everything committed on the disk; statements must be finalized before. Never throws. */
	close(): void {
		attempt(() => this.db.run("PRAGMA synchronous = FULL"));
		attempt(() => this.db.close());
		attempt(() => this.#log !== undefined && closeSync(this.#log));
		attempt(() => closeSync(this.#file));
	}
}

/** Undefined if there is no such file. */
async function statOf(path: string): Promise<Stats | undefined> {
	try {
		return await stat(path);
	} catch (error) {
		if (errorCode(error) === "ENOENT") return undefined;
		throw error;
	}
}

/** A file that is being closed may have failed before: nothing is left to be done about that. */
function attempt(step: () => unknown): void {
	try {
		step();
	} catch {}
}
