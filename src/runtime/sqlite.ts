/** What can stand in for `?` and `$name` in a statement, and what comes back. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/** A value for the next `?`, or values by the names of `$name`. */
export type SqlBinding = SqlValue | Readonly<Record<string, SqlValue>>;

/** What a change did. */
export interface Changed {
	/** Rows changed. */
	readonly changes: number;
}

/**
 * A prepared statement.
 *
 * Each function throws an error whose `code` begins with SQLITE_.
 */
export interface Statement<Row = unknown, Values extends SqlBinding[] = SqlBinding[]> {
	run(...values: Values): Changed;
	/** The first row; null if there is none. */
	get(...values: Values): Row | null;
	all(...values: Values): Row[];
	/** Releases it. */
	finalize(): void;
}

/** An open database. */
export interface Database {
	/** Executes one or more statements. */
	run(sql: string, ...values: SqlValue[][]): Changed;
	prepare<Row, Values extends SqlBinding[] = SqlBinding[]>(sql: string): Statement<Row, Values>;
	/** A statement that is kept with the database, and released with it. */
	query<Row, Values extends SqlBinding[] = SqlBinding[]>(sql: string): Statement<Row, Values>;
	/** Makes one transaction of some work: all of it is done or, if it throws, nothing. */
	transaction(work: () => void): Transaction;
	readonly inTransaction: boolean;
	close(): void;
}

/** Does its work within a transaction; `immediate` locks the database before it reads. */
export interface Transaction {
	(): void;
	immediate(): void;
}

/**
 * - create: for reading and writing; made if there is none.
 * - readonly: nothing is changed.
 * - immutable: nobody changes it, so that it needs no lock.
 */
export type DatabaseMode = "create" | "readonly" | "immutable";
