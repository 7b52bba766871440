import { openCLibrary } from "#runtime";

/** Exclusive, and an error at once instead of a wait (flock(2)). */
const LOCK_EX = 2;
const LOCK_NB = 4;

/**
 * Keeps other processes of this program from an open file, until it is closed or this process ends.
 *
 * @param descriptor of the file.
 * @returns false if another process has it. On systems other than Linux nothing is kept, and true is returned.
 */
export function lockFile(descriptor: number): boolean {
	if (process.platform !== "linux") return true;
	const library = openCLibrary({ flock: { args: ["i32", "i32"], returns: "i32" } });
	try {
		return library.symbols.flock(descriptor, LOCK_EX | LOCK_NB) === 0;
	} finally {
		library.close();
	}
}
