import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { replaceFile } from "../durable-file.ts";

/** A file next to the configuration, such as a certificate, as it is or is to be. */
export interface FileState {
	/** Absolute. */
	readonly path: string;
	/** Undefined: there is none. */
	readonly content: Buffer | undefined;
}

/** How files are now. @throws {Error} of the file system. */
export function statesOf(files: readonly Pick<FileState, "path">[]): FileState[] {
	return files.map(({ path }) => ({ path, content: existsSync(path) ? readFileSync(path) : undefined }));
}

/** The files that are not as they are to be. @throws {Error} of the file system. */
export function thoseThatChange(files: readonly FileState[]): FileState[] {
	return files.filter(({ path, content }) => {
		const [now] = statesOf([{ path }]);
		return content === undefined ? now?.content !== undefined : now?.content?.equals(content) !== true;
	});
}

/** Makes files what they are to be, for those alone who may list their folder. @throws {Error} of the file system. */
export function writeStates(files: readonly FileState[]): void {
	for (const { path, content } of files) {
		if (content === undefined) rmSync(path, { force: true });
		else
			replaceFile(path, privateModeIn(dirname(path)), (file) =>
				writeFileSync(file, content, { mode: 0o600 }),
			);
	}
}

/** For those who may list the folder; for nobody else if that is everyone. */
function privateModeIn(folder: string): number {
	const { mode } = statSync(folder);
	return (mode & 0o007) === 0 ? 0o600 | (mode & 0o060) : 0o600;
}

/** As text, for a file that is as private as they are. */
export function packStates(files: readonly FileState[]): string {
	return JSON.stringify(
		files.map(({ path, content }) => ({ path, content: content?.toString("base64") ?? null })),
	);
}

/** @returns none for text that is not as it was written. */
export function unpackStates(text: string): FileState[] {
	try {
		const files: readonly { path: unknown; content: unknown }[] = JSON.parse(text);
		return files.map(({ path, content }) => ({
			path: String(path),
			content: typeof content === "string" ? Buffer.from(content, "base64") : undefined,
		}));
	} catch {
		return [];
	}
}
