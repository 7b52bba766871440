import { DatabaseSync, type StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { errorCode } from "../../error-code.ts";
import type {
	Changed,
	Database,
	DatabaseMode,
	SqlBinding,
	SqlValue,
	Statement,
	Transaction,
} from "../sqlite.ts";

/** SQLite's result codes (https://www.sqlite.org/rescode.html). */
const NAMES: readonly string[] = [
	..."OK ERROR INTERNAL PERM ABORT BUSY LOCKED NOMEM READONLY INTERRUPT IOERR CORRUPT NOTFOUND FULL".split(
		" ",
	),
	..."CANTOPEN PROTOCOL EMPTY SCHEMA TOOBIG CONSTRAINT MISMATCH MISUSE NOLFS AUTH FORMAT RANGE NOTADB".split(
		" ",
	),
];

/** The texts of codes, for errors that come without one: those of `exec` and of opening a database. */
const TEXTS: readonly (readonly [string, number])[] = [
	["database is locked", 5],
	["database table is locked", 6],
	["attempt to write a readonly database", 8],
	["disk I/O error", 10],
	["database disk image is malformed", 11],
	["database or disk is full", 13],
	["unable to open database file", 14],
	["database schema has changed", 17],
	["file is not a database", 26],
];

/** What holds more than one statement. */
const SEVERAL = /;\s*\S/;

/** An error of SQLite, with the name of its code. */
class SqliteError extends Error {
	override readonly name = "SQLiteError";
	readonly code: string;

	constructor(cause: Error & { readonly errcode?: number }) {
		super(cause.message, { cause });
		// What is above the lowest octet makes it more exact.
		const number = cause.errcode ?? TEXTS.find(([text]) => cause.message.startsWith(text))?.[1] ?? 1;
		this.code = `SQLITE_${NAMES[number & 0xff] ?? "ERROR"}`;
	}
}

/** Opens a database. @throws {Error} whose `code` begins with SQLITE_. */
export function openDatabase(path: string, mode: DatabaseMode): Database {
	const readOnly = mode !== "create";
	const place = mode === "immutable" ? `${pathToFileURL(path).href}?immutable=1` : path;
	return new DenoDatabase(attempt(() => new DatabaseSync(place, { readOnly })));
}

/** The name of SQLite's result code, such as SQLITE_FULL; undefined for errors that are not SQLite's. */
export function sqliteCode(error: unknown): string | undefined {
	return error instanceof SqliteError ? error.code : undefined;
}

class DenoDatabase implements Database {
	readonly #database: DatabaseSync;
	readonly #kept = new Map<string, DenoStatement<unknown, SqlBinding[]>>();

	constructor(database: DatabaseSync) {
		this.#database = database;
	}

	get inTransaction(): boolean {
		return this.#database.isTransaction;
	}

	run(sql: string, ...values: SqlValue[][]): Changed {
		// Errors of `exec` come without their codes.
		if (!SEVERAL.test(sql)) return this.prepare(sql).run(...values.flat());
		attempt(() => this.#database.exec(sql));
		return { changes: Number(this.query<{ n: number }>("SELECT changes() AS n").get()?.n ?? 0) };
	}

	prepare<Row, Values extends SqlBinding[] = SqlBinding[]>(sql: string): Statement<Row, Values> {
		return new DenoStatement<Row, Values>(attempt(() => this.#database.prepare(sql)));
	}

	query<Row, Values extends SqlBinding[] = SqlBinding[]>(sql: string): Statement<Row, Values> {
		let statement = this.#kept.get(sql);
		if (!statement) {
			statement = new DenoStatement(attempt(() => this.#database.prepare(sql)));
			this.#kept.set(sql, statement);
		}
		return statement as unknown as Statement<Row, Values>;
	}

	transaction(work: () => void): Transaction {
		const within = (begin: string) => () => {
			this.run(begin);
			try {
				work();
				this.run("COMMIT");
			} catch (error) {
				if (this.inTransaction) this.run("ROLLBACK");
				throw error;
			}
		};
		return Object.assign(within("BEGIN"), { immediate: within("BEGIN IMMEDIATE") });
	}

	close(): void {
		this.#kept.clear();
		attempt(() => this.#database.close());
	}
}

class DenoStatement<Row, Values extends SqlBinding[]> implements Statement<Row, Values> {
	#statement: StatementSync | undefined;

	constructor(statement: StatementSync) {
		this.#statement = statement;
	}

	run(...values: Values): Changed {
		const { changes } = attempt(() => this.#open.run(...parameters(values)));
		return { changes: Number(changes) };
	}

	get(...values: Values): Row | null {
		return (attempt(() => this.#open.get(...parameters(values))) as Row | undefined) ?? null;
	}

	all(...values: Values): Row[] {
		return attempt(() => this.#open.all(...parameters(values))) as Row[];
	}

	/** Closing the database releases what is left of it. */
	finalize(): void {
		this.#statement = undefined;
	}

	get #open(): StatementSync {
		if (!this.#statement) throw new TypeError("the statement is finalized");
		return this.#statement;
	}
}

/** Names come first in `node:sqlite`; the program uses names or places, not both. */
function parameters(values: readonly SqlBinding[]): SqlValue[] {
	return values as SqlValue[];
}

function attempt<Result>(action: () => Result): Result {
	try {
		return action();
	} catch (error) {
		throw errorCode(error) === "ERR_SQLITE_ERROR" ? new SqliteError(error as Error) : error;
	}
}
