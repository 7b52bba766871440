import type { LogClock } from "./log-clock.ts";
import { type LogDisk, PartialWriteError } from "./log-disk.ts";
import { countLines } from "./log-line.ts";

/** Time in which lines are gathered for one write, in milliseconds. */
export const FLUSH_DELAY = 1000;
/** Time until a file that could not be written is tried again, in milliseconds. */
export const RETRY_DELAY = 30_000;
/** Most text that waits to be written, in characters; what comes on top is dropped and counted. */
export const MAX_PENDING = 1024 * 1024;

export interface LogFileOptions {
	readonly path: string;
	/** Lines after which a new file is begun; 0 = never. */
	readonly maxLines: number;
	readonly disk: LogDisk;
	readonly clock: LogClock;
	/** Makes a whole log line of what the file itself has to say. */
	readonly formatNotice: (text: string) => string;
	/** Tells people that the file can't be written, or can be again; once for each change. */
	readonly onNotice: (text: string) => void;
}

interface Entry {
	readonly text: string;
	readonly lines: number;
}

/**
 * A log file that is written in batches, off the path of who logs. When it holds `maxLines` lines it is
 * renamed to `name.1`, over the one before, and begun anew. While it can't be written, lines wait in
 * bounded memory. Nothing here throws into the caller.
 */
export class LogFile {
	readonly #options: LogFileOptions;
	#pending: Entry[] = [];
	/** Characters in memory, those of the batch that is being written included. */
	#size = 0;
	#dropped = 0;
	/** Lines in the file; undefined until they were counted. */
	#lineCount: number | undefined;
	#failed = false;
	#closed = false;
	#writing: Promise<void> | undefined;
	#stopTimer: (() => void) | undefined;

	constructor(options: LogFileOptions) {
		this.#options = options;
	}

	/** Takes whole lines, each with its line break. */
	write(text: string): void {
		if (this.#closed) return;
		if (this.#size + text.length > MAX_PENDING) {
			this.#dropped++;
			return;
		}
		this.#add({ text, lines: countLines(text) });
		this.#schedule(FLUSH_DELAY);
	}

	/** Writes what waits, as far as the disk takes it, and ends. */
	async close(): Promise<void> {
		this.#closed = true;
		this.#stopTimer?.();
		this.#stopTimer = undefined;
		await this.#writing;
		await this.#flush();
		// The notice of what was dropped comes after what was written.
		if (!this.#failed) await this.#flush();
	}

	#add(entry: Entry): void {
		this.#pending.push(entry);
		this.#size += entry.text.length;
	}

	#schedule(delay: number): void {
		if (this.#stopTimer || this.#writing) return;
		this.#stopTimer = this.#options.clock.after(delay, () => {
			this.#stopTimer = undefined;
			this.#writing = this.#flush().finally(() => {
				this.#writing = undefined;
				if (!this.#closed && this.#pending.length > 0)
					this.#schedule(this.#failed ? RETRY_DELAY : FLUSH_DELAY);
			});
		});
	}

	/** Never rejects. */
	async #flush(): Promise<void> {
		const batch = this.#pending;
		if (batch.length === 0) return;
		this.#pending = [];
		try {
			await this.#writeBatch(batch);
		} catch (error) {
			this.#putBack(batch);
			this.#lineCount = undefined;
			this.#fail(error);
			return;
		}
		this.#recovered();
	}

	/** Takes out of the batch what has reached the file, so that it holds the rest when this rejects. */
	async #writeBatch(batch: Entry[]): Promise<void> {
		const { path, maxLines, disk } = this.#options;
		while (batch.length > 0) {
			this.#lineCount ??= await disk.countLines(path);
			const room = maxLines === 0 ? Number.POSITIVE_INFINITY : maxLines - this.#lineCount;
			let lines = 0;
			let taken = 0;
			for (const entry of batch) {
				// An entry longer than a whole file gets a file for itself.
				if (lines + entry.lines > room && (taken > 0 || this.#lineCount > 0)) break;
				lines += entry.lines;
				taken++;
			}
			if (taken === 0) {
				await this.#rotate();
				continue;
			}
			await this.#append(batch, taken);
			this.#lineCount += lines;
		}
	}

	async #append(batch: Entry[], count: number): Promise<void> {
		const text = batch
			.slice(0, count)
			.map((entry) => entry.text)
			.join("");
		const bytes = new TextEncoder().encode(text);
		let written = bytes.length;
		try {
			await this.#options.disk.append(this.#options.path, bytes);
		} catch (error) {
			written = error instanceof PartialWriteError ? error.written : 0;
			throw error;
		} finally {
			const rest = new TextDecoder().decode(bytes.subarray(written));
			batch.splice(0, count, ...(rest === "" ? [] : [{ text: rest, lines: countLines(rest) }]));
			this.#size -= text.length - rest.length;
		}
	}

	async #rotate(): Promise<void> {
		const { path, disk, onNotice } = this.#options;
		this.#lineCount = 0;
		try {
			await disk.rename(path, `${path}.1`);
		} catch (error) {
			// Somebody else has moved it away: then it is as good as rotated.
			if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
			onNotice(`log file ${path} can't be renamed to ${path}.1, so it grows on: ${reasonOf(error)}`);
		}
	}

	#putBack(rest: readonly Entry[]): void {
		this.#pending = [...rest, ...this.#pending];
	}

	#fail(error: unknown): void {
		if (this.#failed) return;
		this.#failed = true;
		const { path, onNotice } = this.#options;
		const reason = reasonOf(error);
		onNotice(`log file ${path} can't be written, tried again each ${RETRY_DELAY / 1000} s: ${reason}`);
	}

	#recovered(): void {
		const { path, formatNotice, onNotice } = this.#options;
		if (this.#failed) {
			this.#failed = false;
			onNotice(`log file ${path} can be written again`);
		}
		if (this.#dropped === 0) return;
		const text = formatNotice(
			`${this.#dropped} events were not written: the log file was too slow or could not be written`,
		);
		this.#dropped = 0;
		this.#add({ text, lines: countLines(text) });
	}
}

function reasonOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
