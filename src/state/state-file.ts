import { randomBytes } from "node:crypto";
import { chmodSync } from "node:fs";
import { HistoryDatabase } from "../history/history-database.ts";
import { reasonOf, remedyFor, setAside } from "../history/trouble.ts";
import type { Logger } from "../log/logger.ts";
import type { Statement } from "../runtime/sqlite.ts";
import { STATE_KIND } from "./state-schema.ts";

/** It holds a key, so that only the server may read it. */
const FILE_MODE = 0o600;
const KEY_OCTETS = 32;

/** What happened to one call since the last batch. */
export interface CallChange {
	readonly id: string;
	/** As JSON; undefined once nothing is left of the call. */
	readonly record: string | undefined;
	/** What became of the call, as JSON, with the time in milliseconds since 1970. */
	readonly ended: { readonly at: number; readonly call: string } | undefined;
}

/** The open file of the calls in progress. */
export class StateFile {
	/** Secret by which answers to INVITEs of the process before are recognized. */
	readonly key: Uint8Array;
	readonly #database: HistoryDatabase;
	readonly #put: Statement;
	readonly #drop: Statement;
	readonly #end: Statement;
	readonly #sweep: Statement;
	readonly #past: Statement<{ call: string }, [string]>;
	readonly #written: Statement;
	/** Whether the calls in the file have been restored and are yet to be written. */
	#isRestored = false;

	private constructor(database: HistoryDatabase) {
		const { db } = database;
		this.#database = database;
		db.run("INSERT OR IGNORE INTO secret VALUES ('call-id', ?)", [randomBytes(KEY_OCTETS)]);
		const row = db.query<{ value: Uint8Array }, []>("SELECT value FROM secret WHERE name = 'call-id'").get();
		this.key = row?.value ?? randomBytes(KEY_OCTETS);
		this.#put = db.prepare("INSERT OR REPLACE INTO call VALUES (?, ?)");
		this.#drop = db.prepare("DELETE FROM call WHERE id = ?");
		this.#end = db.prepare("INSERT OR REPLACE INTO ended VALUES (?, ?, ?)");
		this.#sweep = db.prepare("DELETE FROM ended WHERE at < ?");
		this.#past = db.prepare("SELECT call FROM ended WHERE id = ?");
		this.#written = db.prepare("DELETE FROM secret WHERE name = 'restores'");
	}

	/**
	 * Opens the file, or creates it. A damaged one, or one of a later version, is renamed and a new one started.
	 *
	 * @throws {Error} when there can be none: the disk is full, the folder read-only, another process has it open.
	 */
	static open(path: string, log: Logger, now: Date): StateFile {
		try {
			return StateFile.#open(path);
		} catch (error) {
			if (remedyFor(error) !== "set aside") throw error;
			const aside = setAside(path, now);
			log.warning(`the state file ${path} cannot be used: ${reasonOf(error)}; it is renamed to ${aside}`);
			return StateFile.#open(path);
		}
	}

	static #open(path: string): StateFile {
		const database = HistoryDatabase.open(path, STATE_KIND);
		try {
			chmodSync(path, FILE_MODE);
			return new StateFile(database);
		} catch (error) {
			database.close();
			throw error;
		}
	}

	/** The records of all calls, as JSON. */
	records(): { readonly id: string; readonly record: string }[] {
		return this.#database.db.query<{ id: string; record: string }, []>("SELECT id, record FROM call").all();
	}

	/**
	 * Notes that the calls are restored. @returns how often they have been, this time included, since they were written.
	 *
	 * @throws {SQLiteError}
	 */
	countRestore(): number {
		const row = this.#database.db
			.query<{ value: number }, []>(
				"INSERT INTO secret VALUES ('restores', 1) ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value",
			)
			.get();
		this.#isRestored = true;
		return row?.value ?? 1;
	}

	/** What became of a call, as JSON. */
	ended(id: string): string | undefined {
		return this.#past.get(id)?.call;
	}

	/** What became of the calls that ended last, as JSON. @param span up to so many milliseconds before the last one. */
	endedLast(span: number): string[] {
		return this.#database.db
			.query<{ call: string }, [number]>("SELECT call FROM ended WHERE at >= (SELECT max(at) FROM ended) - ?")
			.all(span)
			.map(({ call }) => call);
	}

	/** Counts rows. */
	counts(): { readonly calls: number; readonly ended: number } {
		const counts = this.#database.db
			.query<{ calls: number; ended: number }, []>(
				"SELECT (SELECT count(*) FROM call) AS calls, (SELECT count(*) FROM ended) AS ended",
			)
			.get();
		return counts ?? { calls: 0, ended: 0 };
	}

	/**
	 * Writes changes in one transaction.
	 *
	 * @param before ends that are older than this, in milliseconds since 1970, are dropped.
	 * @throws {SQLiteError}
	 */
	write(changes: readonly CallChange[], before: number): void {
		this.#database.db.transaction(() => {
			for (const { id, record, ended } of changes) {
				if (record === undefined) this.#drop.run(id);
				else this.#put.run(id, record);
				if (ended) this.#end.run(id, ended.at, ended.call);
			}
			this.#sweep.run(before);
			if (this.#isRestored) this.#written.run();
		})();
		this.#isRestored = false;
	}

	/** Waits until everything written is on the disk. */
	sync(): Promise<void> {
		return this.#database.sync();
	}

	/** Moves the log, all of it on the disk, into the database; nothing may be written meanwhile. */
	async checkpoint(): Promise<void> {
		await this.#database.sync();
		await this.#database.checkpoint();
	}

	close(): void {
		for (const statement of [this.#put, this.#drop, this.#end, this.#sweep, this.#past, this.#written])
			statement.finalize();
		this.#database.close();
	}
}
