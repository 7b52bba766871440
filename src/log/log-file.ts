import { errorCode } from "../error-code.ts";
import type { LogClock } from "./log-clock.ts";
import { type FileState, type LogDisk, PartialWriteError } from "./log-disk.ts";
import { BatchEncoder, countLines } from "./log-line.ts";

/** Time in which lines are gathered for one write, in milliseconds. */
export const FLUSH_DELAY = 1000;
/** Time until a file that could not be written is tried again, in milliseconds. */
export const RETRY_DELAY = 30_000;
/** How long a disk that does not answer, or a pipe that nobody reads, may keep the server from ending, in milliseconds. */
export const CLOSE_TIME = 3000;
/** Most text that waits to be written, in characters; more is dropped and counted. */
export const MAX_PENDING = 1024 * 1024;

export interface LogFileOptions {
	readonly path: string;
	/** Lines after which a new file is begun; 0 = never. */
	readonly maxLines: number;
	readonly disk: LogDisk;
	readonly clock: LogClock;
	/** Makes a whole log line of what the file itself has to say. */
	readonly formatNotice: (text: string) => string;
	/** Tells people that the file cannot be written, or can be again; once for each change. */
	readonly onNotice: (text: string) => void;
}

/** What a file was when it was looked at last. */
interface Looked extends FileState {
	readonly lines: number;
}

/** A file that we renamed is at least this full: a new one is started when an entry does not fit. */
const FULL = 0.9;

/**
 * A log file that is written in batches, off the path of the code that logs. When it holds `maxLines` lines it is
 * renamed to `name.1`, replacing the one before, and a new one is started. While it cannot be written, lines wait in
 * bounded memory. Nothing here throws into the caller.
 *
 * Others may rename, shorten or remove the file at any time, as logrotate does: it is looked at before each batch,
 * and a `name.1` that is not of our making is never replaced; ours is then called `name.old`.
 */
export class LogFile {
	readonly #options: LogFileOptions;
	/** What stays together: a line, or some. */
	#pending: string[] = [];
	/** Characters in memory, those of the batch that is being written included. */
	#size = 0;
	#dropped = 0;
	readonly #encoder = new BatchEncoder();
	/** The file after the last batch; undefined when it has to be looked at again. */
	#looked: Looked | undefined;
	/** Which `name.1` is ours; empty for none, undefined until that was looked at. */
	#ours: string | undefined;
	#failed = false;
	/** The file is full and could not be renamed. */
	#growing = false;
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
		this.#add(text);
		this.#schedule(FLUSH_DELAY);
	}

	/** The file, or its folder, may be usable now: what waits is written at once. */
	reopen(): void {
		if (this.#closed || this.#writing || this.#pending.length === 0) return;
		this.#stopTimer?.();
		this.#stopTimer = undefined;
		this.#schedule(0);
	}

	/** Writes what waits, as far as the disk takes it in time, and ends. */
	async close(): Promise<void> {
		this.#closed = true;
		this.#stopTimer?.();
		this.#stopTimer = undefined;
		const late = Promise.withResolvers<void>();
		const stopTimer = this.#options.clock.after(CLOSE_TIME, late.resolve);
		await Promise.race([this.#writeRest(), late.promise]);
		stopTimer();
	}

	async #writeRest(): Promise<void> {
		await this.#writing;
		await this.#flush();
		// The notice of what was dropped comes after what was written.
		if (!this.#failed) await this.#flush();
	}

	#add(text: string): void {
		this.#pending.push(text);
		this.#size += text.length;
	}

	#schedule(delay: number): void {
		if (!this.#stopTimer && !this.#writing) this.#startTimer(delay);
	}

	#startTimer(delay: number): void {
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
			this.#looked = undefined;
			this.#fail(error);
			return;
		}
		this.#recovered();
	}

	/** Takes out of the batch what has reached the file, so that it holds the rest when this rejects. */
	async #writeBatch(batch: string[]): Promise<void> {
		const { maxLines } = this.#options;
		if (maxLines > 0) this.#ours ??= await this.#findOurs();
		while (batch.length > 0) {
			const looked = maxLines === 0 ? undefined : await this.#look();
			const inFile = looked?.lines ?? 0;
			const room = maxLines === 0 || looked?.regular === false ? Number.POSITIVE_INFINITY : maxLines - inFile;
			let lines = 0;
			let taken = 0;
			for (const text of batch) {
				const more = maxLines === 0 ? 0 : countLines(text);
				// An entry longer than a whole file gets a file for itself.
				if (lines + more > room && (taken > 0 || inFile > 0)) break;
				lines += more;
				taken++;
			}
			if (taken === 0 && looked) {
				if (await this.#rotate(looked.id)) continue;
				taken = batch.length;
			}
			this.#looked = undefined;
			const state = await this.#append(batch, taken);
			// It may have been exchanged for another one since it was looked at.
			if (!looked || looked.id === state.id) this.#looked = { ...state, lines: inFile + lines };
		}
	}

	/** The file as it is; undefined when there is none. */
	async #look(): Promise<Looked | undefined> {
		const { path, disk } = this.#options;
		const state = await disk.look(path);
		if (!state?.regular) return state && { ...state, lines: 0 };
		const last = this.#looked;
		if (last?.id === state.id && last.size === state.size) return last;
		return { ...state, lines: await disk.countLines(path) };
	}

	/** Whether an existing `name.1` is one that we wrote earlier, by its length. */
	async #findOurs(): Promise<string> {
		const { path, disk, maxLines } = this.#options;
		const earlier = await disk.look(`${path}.1`);
		if (!earlier?.regular) return "";
		const lines = await disk.countLines(`${path}.1`);
		return lines >= maxLines * FULL && lines <= maxLines ? earlier.id : "";
	}

	async #append(batch: string[], count: number): Promise<FileState> {
		const texts = batch.slice(0, count);
		const bytes = this.#encoder.encode(texts);
		let written = bytes.length;
		try {
			return await this.#options.disk.append(this.#options.path, bytes);
		} catch (error) {
			written = error instanceof PartialWriteError ? error.written : 0;
			throw error;
		} finally {
			const rest = new TextDecoder().decode(bytes.subarray(written));
			batch.splice(0, count, ...(rest === "" ? [] : [rest]));
			for (const { length } of texts) this.#size -= length;
			this.#size += rest.length;
		}
	}

	/** @param id of the file. @returns false when it stays where it is. */
	async #rotate(id: string): Promise<boolean> {
		const { path, disk, onNotice } = this.#options;
		this.#looked = undefined;
		try {
			const earlier = await disk.look(`${path}.1`);
			const free = earlier === undefined || earlier.id === this.#ours;
			await disk.rename(path, free ? `${path}.1` : `${path}.old`);
			if (free) this.#ours = id;
			this.#growing = false;
			return true;
		} catch (error) {
			// Another program has moved it away: then it counts as rotated.
			if (errorCode(error) === "ENOENT") return true;
			if (!this.#growing)
				onNotice(`log file ${path} cannot be renamed, so it keeps growing: ${reasonOf(error)}`);
			this.#growing = true;
			return false;
		}
	}

	#putBack(rest: readonly string[]): void {
		this.#pending = [...rest, ...this.#pending];
	}

	#fail(error: unknown): void {
		if (this.#failed) return;
		this.#failed = true;
		const { path, onNotice } = this.#options;
		const reason = reasonOf(error);
		onNotice(`log file ${path} cannot be written, trying again every ${RETRY_DELAY / 1000} s: ${reason}`);
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
		this.#add(text);
	}
}

function reasonOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
