import type { Stats } from "node:fs";
import { open, rename, stat } from "node:fs/promises";
import { errorCode } from "../error-code.ts";

/** A write that ended early, on a full disk for example. */
export class PartialWriteError extends Error {
	override readonly name = "PartialWriteError";

	/** @param written octets that did reach the file */
	constructor(
		readonly written: number,
		cause: unknown,
	) {
		super(cause instanceof Error ? cause.message : String(cause), { cause });
	}
}

/** Which file a name stands for, and how long it is. */
export interface FileState {
	/** Tells it from any other file that is there at the same time. */
	readonly id: string;
	/** Octets. */
	readonly size: number;
	/** False for a device, a pipe or a folder. */
	readonly regular: boolean;
}

/** What a log asks of the file system; every method may reject. */
export interface LogDisk {
	/**
	 * Appends to a file, which is made when it does not exist.
	 *
	 * @returns the file as it is then.
	 * @throws {PartialWriteError} when not all of it could be written
	 */
	append(path: string, bytes: Uint8Array): Promise<FileState>;
	/** Renames a file, over the other one if there is one. */
	rename(from: string, to: string): Promise<void>;
	/** Undefined when there is no such file. */
	look(path: string): Promise<FileState | undefined>;
	/** Number of line breaks in a file; 0 when it does not exist. */
	countLines(path: string): Promise<number>;
}

const LINE_FEED = 10;
const CHUNK = 64 * 1024;

/** The real file system. The file is opened for each batch, so that it may be moved away at any time. */
export const NODE_LOG_DISK: LogDisk = {
	async append(path, bytes) {
		const file = await open(path, "a", 0o640);
		let written = 0;
		try {
			while (written < bytes.length) {
				const { bytesWritten } = await file.write(bytes, written);
				if (bytesWritten === 0) throw new Error("nothing more could be written");
				written += bytesWritten;
			}
			return stateOf(await file.stat());
		} catch (error) {
			throw new PartialWriteError(written, error);
		} finally {
			await file.close();
		}
	},
	rename,
	async look(path) {
		const stats = await orUndefined(stat(path));
		return stats && stateOf(stats);
	},
	async countLines(path) {
		const file = await orUndefined(open(path, "r"));
		if (!file) return 0;
		try {
			const chunk = new Uint8Array(CHUNK);
			let lines = 0;
			for (;;) {
				const { bytesRead } = await file.read(chunk, 0, CHUNK, null);
				if (bytesRead === 0) return lines;
				for (let i = 0; i < bytesRead; i++) if (chunk[i] === LINE_FEED) lines++;
			}
		} finally {
			await file.close();
		}
	},
};

function stateOf(stats: Stats): FileState {
	return { id: `${stats.dev}:${stats.ino}`, size: stats.size, regular: stats.isFile() };
}

/** What the promise gives; undefined when there is no such file. */
async function orUndefined<Value>(promise: Promise<Value>): Promise<Value | undefined> {
	try {
		return await promise;
	} catch (error) {
		if (errorCode(error) === "ENOENT") return undefined;
		throw error;
	}
}
