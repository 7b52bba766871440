import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { systemWallClock } from "../../time/wall-clock.ts";
import { boundaryOf, FormError, type PartSink, splitForm } from "./form-parts.ts";

/** A file that came with a form. */
export interface ReceivedFile {
	/** Its name on the sender's machine; for people only. */
	readonly name: string;
	/** Where it is now. */
	readonly path: string;
	readonly octets: number;
}

/** A form that came whole; its files are there until it is disposed of. */
export interface ReceivedForm extends Disposable {
	readonly fields: ReadonlyMap<string, string>;
	/** Those that were chosen, by the name of their field. */
	readonly files: ReadonlyMap<string, ReceivedFile>;
}

/** Octets of a field, at most: the longest is a chain of certificates. */
const MAX_FIELD = 65_536;

/** How the names of files begin that came with a form. */
export const UPLOAD_PREFIX = ".upload-";

/** After this time without a change, nobody receives a file any more, in milliseconds. */
const LEFT_BEHIND = 3_600_000;

/**
 * Removes what is left of forms whose process has ended in the middle of them.
 *
 * @param now milliseconds since 1970; Infinity: all of it, in a folder that nobody else uses.
 */
export function sweepUploads(folder: string, now: number): void {
	for (const name of existsSync(folder) ? readdirSync(folder) : []) {
		if (!name.startsWith(UPLOAD_PREFIX)) continue;
		const path = join(folder, name);
		try {
			if (now - statSync(path).mtimeMs > LEFT_BEHIND) rmSync(path, { force: true });
		} catch {
			// It is gone, or somebody else's.
		}
	}
}

/**
 * Reads a form of the kind multipart/form-data as it comes: files go to the disk, and not to memory.
 *
 * @param folder where the files go; made if there is none.
 * @throws {FormError} when it is no such form, not whole, or cannot be written; nothing is left of it then.
 */
export async function receiveForm(request: Request, folder: string): Promise<ReceivedForm> {
	const boundary = boundaryOf(request.headers.get("Content-Type") ?? "");
	if (boundary === undefined || !request.body)
		throw new FormError("expected a form with files (multipart/form-data)");
	const form = new Receiver(folder);
	try {
		mkdirSync(folder, { recursive: true, mode: 0o750 });
		sweepUploads(folder, systemWallClock.now());
		await splitForm(request.body, boundary, ({ name, fileName }) =>
			fileName === undefined ? form.field(name) : form.file(name, fileName),
		);
		return form.finish();
	} catch (cause) {
		form.drop();
		if (cause instanceof FormError) throw cause;
		throw new FormError(cause instanceof Error ? cause.message : String(cause), { cause });
	} finally {
		await form.close();
	}
}

class Receiver {
	readonly #folder: string;
	readonly #fields = new Map<string, string>();
	readonly #files = new Map<string, ReceivedFile>();
	readonly #saved: string[] = [];
	#open: FileHandle | undefined;

	constructor(folder: string) {
		this.#folder = folder;
	}

	field(name: string): PartSink {
		let octets: Buffer = Buffer.alloc(0);
		this.#fields.set(name, "");
		return (piece) => {
			octets = Buffer.concat([octets, piece]);
			if (octets.length > MAX_FIELD)
				throw new FormError(`the field ${name} is longer than ${MAX_FIELD} octets`);
			this.#fields.set(name, octets.toString("utf8"));
		};
	}

	async file(field: string, name: string): Promise<PartSink> {
		await this.close();
		const path = join(this.#folder, `${UPLOAD_PREFIX}${randomUUID()}`);
		const file = await open(path, "wx", 0o600);
		this.#saved.push(path);
		this.#open = file;
		let octets = 0;
		const note = (): void => void this.#files.set(field, { name, path, octets });
		// A field in which no file was chosen has no name either.
		if (name !== "") note();
		return async (piece) => {
			await file.appendFile(piece);
			octets += piece.length;
			note();
		};
	}

	finish(): ReceivedForm {
		return { fields: this.#fields, files: this.#files, [Symbol.dispose]: () => this.drop() };
	}

	async close(): Promise<void> {
		await this.#open?.close();
		this.#open = undefined;
	}

	drop(): void {
		for (const path of this.#saved) rmSync(path, { force: true });
	}
}
