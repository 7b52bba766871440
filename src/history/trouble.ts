import { renameSync } from "node:fs";
import { sqliteCode } from "#runtime";
import { errorCode } from "../error-code.ts";
import { DamagedRowError } from "./call-row.ts";
import { LaterSchemaError } from "./schema.ts";

/**
 * What to do when the history cannot be opened, written or read:
 *
 * - set aside: the file is damaged, or of a later version; a new one is started.
 * - reopen: the file may be good, but the open connection cannot be trusted.
 * - wait: only the disk, or another process, is in the way; the open connection can be used later.
 * - leave out: the fault lies in what was to be written.
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

/** Whether a read error is about the file or the disk, rather than the query. */
export function isOfDisk(error: unknown): boolean {
	return error instanceof DamagedRowError || /^SQLITE_(CORRUPT|NOTADB|IOERR)/.test(codeOf(error) ?? "");
}

/** Describes an error in one line for people. */
export function reasonOf(error: unknown): string {
	const code = codeOf(error);
	const text = error instanceof Error ? error.message : String(error);
	if (code?.startsWith("SQLITE_BUSY")) return `another process uses it (${code})`;
	return code === undefined || text.includes(code) ? text : `${text} (${code})`;
}

/**
 * Renames a file and its write-ahead log, so that whatever can be recovered from them still can.
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
			// There is none; SQLite removes one that is left, since it does not belong to the new file.
		}
	}
	return aside;
}

function codeOf(error: unknown): string | undefined {
	return sqliteCode(error) ?? (errorCode(error) || undefined);
}
