import { SQLiteError } from "bun:sqlite";
import { renameSync } from "node:fs";
import { errorCode } from "../error-code.ts";
import { DamagedRowError } from "./call-row.ts";
import { LaterSchemaError } from "./schema.ts";

/**
 * What to do when the history cannot be opened, written or read:
 *
 * - set aside: the file is damaged, or of a later version; a new one is started.
 * - reopen: the file may be good, but what is open is not to be trusted.
 * - wait: nothing is wrong but the disk, or another process; what is open can be used later.
 * - leave out: the fault is with what was to be written.
 */
export type Remedy = "set aside" | "reopen" | "wait" | "leave out";

/** Codes about the file's content; SQLITE_ERROR is a missing table or column. */
const DAMAGED = /^SQLITE_(CORRUPT|NOTADB|ERROR|SCHEMA|CONSTRAINT|MISMATCH|FORMAT)/;

/** Codes after which the connection can still be used. */
const PASSING = /^SQLITE_(FULL|BUSY|LOCKED)/;

/** What to do about an error. */
export function remedyFor(error: unknown): Remedy {
	if (error instanceof LaterSchemaError || error instanceof DamagedRowError) return "set aside";
	const code = codeOf(error);
	if (code === undefined)
		return error instanceof TypeError || error instanceof RangeError ? "leave out" : "reopen";
	if (DAMAGED.test(code)) return "set aside";
	return PASSING.test(code) ? "wait" : "reopen";
}

/** Whether an error in reading is about the file or the disk, and not about the query. */
export function isOfDisk(error: unknown): boolean {
	return error instanceof DamagedRowError || /^SQLITE_(CORRUPT|NOTADB|IOERR)/.test(codeOf(error) ?? "");
}

/** A line for people about an error. */
export function reasonOf(error: unknown): string {
	const code = codeOf(error);
	const text = error instanceof Error ? error.message : String(error);
	if (code?.startsWith("SQLITE_BUSY")) return `another process uses it (${code})`;
	return code === undefined || text.includes(code) ? text : `${text} (${code})`;
}

/**
 * Renames a file and its write-ahead log, so that what can be saved of them can still be saved.
 *
 * @returns the new name.
 * @throws {Error} of the system when it cannot be renamed.
 */
export function setAside(path: string, now: Date): string {
	const aside = `${path}.bad-${now.toISOString().replace(/[-:]/g, "")}`;
	renameSync(path, aside);
	for (const suffix of ["-wal", "-shm"]) {
		try {
			renameSync(path + suffix, aside + suffix);
		} catch {
			// There is none; one that is left is removed by SQLite, as it does not belong to the new file.
		}
	}
	return aside;
}

function codeOf(error: unknown): string | undefined {
	if (error instanceof SQLiteError) return error.code ?? "SQLITE_ERROR";
	return errorCode(error) || undefined;
}
