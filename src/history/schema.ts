import type { Database } from "../runtime/sqlite.ts";

/** Marks the file as a history of this server ("CtcH"), so that no other database is mistaken for one. */
const APPLICATION_ID = 0x43746348;

/**
 * `seq` orders the calls by their start: 1024 times the milliseconds since 1970, and a number within the
 * millisecond. One tree holds the order, the time range and the row, and rows are only ever appended.
 *
 * `open_call` finds the calls that a power failure has cut, and holds no others.
 */
const VERSION_1 = `
CREATE TABLE call (
	seq INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	started_at INTEGER NOT NULL,
	ended_at INTEGER,
	answered_at INTEGER,
	initiator TEXT NOT NULL,
	destination TEXT NOT NULL,
	initiator_uri TEXT,
	destination_uri TEXT,
	way TEXT NOT NULL,
	state TEXT NOT NULL,
	code INTEGER,
	leg TEXT,
	text TEXT,
	ended_by TEXT,
	via TEXT NOT NULL,
	peer TEXT,
	user TEXT,
	steps TEXT NOT NULL
);
CREATE INDEX open_call ON call (seq) WHERE state NOT IN ('ended', 'refused', 'interrupted');
CREATE TABLE day (
	day TEXT PRIMARY KEY,
	calls INTEGER NOT NULL,
	answered INTEGER NOT NULL,
	refused INTEGER NOT NULL
) WITHOUT ROWID;
`;

/**
 * The steps from each version of the schema to the next; the first one turns an empty file into a history.
 */
const MIGRATIONS: readonly string[] = [VERSION_1];

/** What a database of this server holds: its mark in the file, and how it came to its current form. */
export interface DatabaseKind {
	/** The setting that names the file. */
	readonly setting: string;
	/** `PRAGMA application_id` of the file. */
	readonly applicationId: number;
	/** The steps from each version of the schema to the next; the first one begins with an empty file. */
	readonly migrations: readonly string[];
}

export const HISTORY_KIND: DatabaseKind = {
	setting: "HistoryFile",
	applicationId: APPLICATION_ID,
	migrations: MIGRATIONS,
};

/** The version that this program writes; `PRAGMA user_version` of the file. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** The file is a history of a later version of the server, which this one must not write. */
export class LaterSchemaError extends Error {
	override readonly name = "LaterSchemaError";

	constructor(version: number, known = SCHEMA_VERSION) {
		super(`its version is ${version}, from a newer server; this one knows versions up to ${known}`);
	}
}

/** The history is empty or of an earlier version; a server that opens it brings it to the current one. */
export class EarlierSchemaError extends Error {
	override readonly name = "EarlierSchemaError";

	constructor() {
		super("it is empty or of an earlier version; start the server with it once");
	}
}

/** The file is another program's database, and is left alone. */
export class ForeignDatabaseError extends Error {
	override readonly name = "ForeignDatabaseError";

	constructor(setting = HISTORY_KIND.setting) {
		super(`it is the database of another program; ${setting} needs a file of its own`);
	}
}

/**
 * Checks that a database is of a kind, by default a history, or empty; any other database must not be changed.
 *
 * @throws {ForeignDatabaseError}
 * @throws {SQLiteError} when the file cannot be read.
 */
export function assertOurs(db: Database, { applicationId, setting } = HISTORY_KIND): void {
	if (pragma(db, "application_id") !== applicationId && !isEmpty(db)) throw new ForeignDatabaseError(setting);
}

/**
 * Checks that this program can read a history that it must not change.
 *
 * @throws {LaterSchemaError}
 * @throws {EarlierSchemaError} when it is empty, or must be brought to the current version first.
 */
export function assertReadable(db: Database): void {
	const version = pragma(db, "user_version");
	if (version > SCHEMA_VERSION) throw new LaterSchemaError(version);
	if (version < SCHEMA_VERSION) throw new EarlierSchemaError();
}

/**
 * Brings a database to the version of this program, all of it or nothing.
 *
 * @throws {LaterSchemaError}
 * @throws {SQLiteError} when the file cannot be read or written.
 */
export function migrate(
	db: Database,
	migrations: readonly string[] = MIGRATIONS,
	applicationId = APPLICATION_ID,
): void {
	db.transaction(() => {
		const version = pragma(db, "user_version");
		if (version > migrations.length) throw new LaterSchemaError(version, migrations.length);
		if (version === migrations.length) return;
		for (const step of migrations.slice(version)) db.run(step);
		db.run(`PRAGMA application_id = ${applicationId}`);
		db.run(`PRAGMA user_version = ${migrations.length}`);
	}).immediate();
}

function isEmpty(db: Database): boolean {
	return db.query("SELECT 1 FROM sqlite_schema LIMIT 1").get() === null;
}

function pragma(db: Database, name: "user_version" | "application_id"): number {
	const row = db.query<Record<string, number>, []>(`PRAGMA ${name}`).get();
	return row?.[name] ?? 0;
}
