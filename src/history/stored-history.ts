import { statSync } from "node:fs";
import { openDatabase } from "#runtime";
import { errorCode } from "../error-code.ts";
import type { Database } from "../runtime/sqlite.ts";
import { CallReader } from "./call-reader.ts";
import { assertOurs, assertReadable } from "./schema.ts";
import type { HistoryCall, HistoryFilter } from "./types.ts";

/**
 * The file cannot be read from here; the message says why. If a server has it open, ask the server instead.
 */
export class StoredHistoryError extends Error {
	override readonly name = "StoredHistoryError";
}

/** Calls read at a time. */
const PAGE = 500;

/**
 * A history that no server has open, for reading; nothing in it is changed.
 *
 * A running server has a write-ahead log next to the file, and locks both. Without a log, no process has the
 * file open, and SQLite may treat it as immutable: it then needs no lock, and no right to write into the
 * folder. With a log, the server has crashed, unless SQLite says that the file is locked.
 */
export class StoredHistory {
	readonly #path: string;
	readonly #db: Database;
	readonly #reader: CallReader;
	readonly #hasLog: boolean;

	private constructor(path: string, db: Database, hasLog: boolean) {
		this.#path = path;
		this.#db = db;
		this.#hasLog = hasLog;
		this.#reader = new CallReader(db);
	}

	/** @throws {StoredHistoryError} */
	static open(path: string): StoredHistory {
		return attempt(path, () => {
			if (!isThere(path)) throw new StoredHistoryError(`${path}: no such file`);
			const hasLog = isThere(`${path}-wal`);
			const db = openDatabase(path, hasLog ? "readonly" : "immutable");
			try {
				assertOurs(db);
				assertReadable(db);
				return new StoredHistory(path, db, hasLog);
			} catch (error) {
				db.close();
				throw error;
			}
		});
	}

	/**
	 * The matching calls, newest first.
	 *
	 * @throws {StoredHistoryError} while it is read, also if a server has opened the file meanwhile.
	 */
	*calls(filter: HistoryFilter): Generator<HistoryCall, void, void> {
		let before: number | undefined;
		do {
			const slice = attempt(this.#path, () => this.#reader.slice(filter, before, PAGE));
			if (!this.#hasLog && isThere(`${this.#path}-wal`)) {
				throw new StoredHistoryError(`${this.#path}: a server has opened it in the meantime`);
			}
			yield* slice.calls;
			before = slice.before;
		} while (before !== undefined);
	}

	close(): void {
		this.#reader.close();
		this.#db.close();
	}
}

function isThere(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

const REASONS: Readonly<Record<string, string>> = {
	SQLITE_BUSY: "a server has it open",
	SQLITE_CANTOPEN: "permission denied",
	SQLITE_NOTADB: "it is not a history",
	EACCES: "permission denied",
};

function attempt<Result>(path: string, action: () => Result): Result {
	try {
		return action();
	} catch (error) {
		if (error instanceof StoredHistoryError) throw error;
		const reason = REASONS[errorCode(error)] ?? (error instanceof Error ? error.message : String(error));
		throw new StoredHistoryError(`${path}: ${reason}`, { cause: error });
	}
}
