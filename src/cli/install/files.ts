import {
	chmodSync,
	copyFileSync,
	lstatSync,
	mkdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { replaceFile } from "../../durable-file.ts";
import { errorCode } from "../../error-code.ts";
import { InstallError } from "./host.ts";

/** Puts files in place; each call is one whole step that leaves either the old or the new state. */

/** Makes a folder and those above it; one that is there stays as it is. @throws {InstallError} */
export function makeFolder(path: string, mode: number): void {
	step(path, () => {
		if (isThere(path)) return;
		mkdirSync(path, { recursive: true });
		chmodSync(path, mode);
	});
}

/** Writes a file over any other. @returns whether it is new or has changed. @throws {InstallError} */
export function putText(path: string, text: string, mode: number): boolean {
	return step(path, () => {
		if (isThere(path) && readFileSync(path, "utf8") === text) return false;
		replaceFile(path, mode, (file) => writeFileSync(file, text));
		return true;
	});
}

/** Puts a copy of a program in the place of another, also while that one runs. @throws {InstallError} */
export function putProgram(path: string, source: string): void {
	step(path, () => {
		if (isThere(path) && realpathSync(path) === realpathSync(source)) return;
		replaceFile(path, 0o755, (file) => copyFileSync(source, file));
	});
}

/** Removes a file or a folder with everything in it; it is not an error if there is none. @throws {InstallError} */
export function remove(path: string): void {
	step(path, () => rmSync(path, { recursive: true, force: true }));
}

/** Whether there is something of that name, a dangling link included. @throws {InstallError} */
export function isThere(path: string): boolean {
	return step(path, () => lstatSync(path, { throwIfNoEntry: false }) !== undefined);
}

function step<T>(path: string, action: () => T): T {
	try {
		return action();
	} catch (error) {
		if (error instanceof InstallError) throw error;
		const reason = errorCode(error) || String(error);
		const hint = reason === "EACCES" || reason === "EPERM" ? " (are you root?)" : "";
		throw new InstallError(`${path}: ${reason}${hint}`, { cause: error });
	}
}
