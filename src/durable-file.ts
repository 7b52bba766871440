import { randomUUID } from "node:crypto";
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Puts a file in the place of another, as a whole or not at all: a power cut leaves the old file or the new one, never
 * half of one, since rename(2) is atomic. Makes its folder if there is none.
 *
 * @param write writes the file under the name that it gets, which is a temporary one.
 * @throws {Error} of the file system; the old file is as it was.
 */
export function replaceFile(path: string, mode: number, write: (file: string) => void): void {
	mkdirSync(dirname(path), { recursive: true });
	const file = `${path}.${randomUUID()}`;
	try {
		write(file);
		chmodSync(file, mode);
		syncPath(file);
		renameSync(file, path);
		syncPath(dirname(path));
	} catch (error) {
		rmSync(file, { force: true });
		throw error;
	}
}

/** The file, or the names in the folder, are on the disk afterwards. @throws {Error} of the file system. */
export function syncPath(path: string): void {
	const descriptor = openSync(path, "r");
	try {
		fsyncSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
}
