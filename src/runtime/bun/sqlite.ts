import { Database as BunDatabase, constants, SQLiteError } from "bun:sqlite";
import { pathToFileURL } from "node:url";
import type { Database, DatabaseMode } from "../sqlite.ts";

/** Opens a database. @throws {Error} whose `code` begins with SQLITE_. */
export function openDatabase(path: string, mode: DatabaseMode): Database {
	// It is one, but for conditional types that the compiler does not compare.
	return open(path, mode) as unknown as Database;
}

/** The name of SQLite's result code, such as SQLITE_FULL; undefined for errors that are not SQLite's. */
export function sqliteCode(error: unknown): string | undefined {
	return error instanceof SQLiteError ? (error.code ?? "SQLITE_ERROR") : undefined;
}

function open(path: string, mode: DatabaseMode): BunDatabase {
	if (mode === "create") return new BunDatabase(path, { create: true, readwrite: true });
	if (mode === "readonly") return new BunDatabase(path, { readonly: true });
	const address = `${pathToFileURL(path).href}?immutable=1`;
	return new BunDatabase(address, constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI);
}
