import { errorCode } from "../error-code.ts";
import type { LogClock } from "./log-clock.ts";
import { BatchEncoder, countLines } from "./log-line.ts";

/** Time in which text is gathered for one write, in milliseconds. */
export const CHANNEL_DELAY = 200;
/** Time until a channel that would not take text is tried again, in milliseconds. */
export const CHANNEL_RETRY = 1000;
/** The same for one that is only full: a reader that is busy for a moment loses nothing. */
const BUSY_RETRY = 50;
/** Text that does not wait any longer to be written, in characters. */
const CHUNK = 64 * 1024;
/** Most text that waits while it cannot be written, in characters; more is dropped and counted. */
export const CHANNEL_ROOM = 256 * 1024;
/** How long the last text may take, in milliseconds: its reader may have stopped reading. */
const CLOSE_TIME = 1000;

export interface OutputChannelOptions {
	/** Writes some of the octets, without holding anybody up. @returns how many. */
	readonly write: (bytes: Uint8Array) => Promise<number>;
	readonly clock: LogClock;
	/** Hears that the channel does not take text, and that it does again: once for each change, never in `write`. */
	readonly onNotice: (text: string) => void;
	/** Makes a whole line of what the channel itself has to say. */
	readonly formatNotice: (text: string) => string;
}

/**
 * Text for the console, which may be a file on a full disk, a pipe that nobody reads, or closed. It is written in
 * batches, one write at a time, off the path of its writers; what cannot be written waits in bounded memory.
 * Nothing here throws, nor waits for a reader.
 */
export class OutputChannel {
	readonly #options: OutputChannelOptions;
	#pending: string[] = [];
	/** Its length in characters. */
	#size = 0;
	/** What is being written, and was not taken yet. */
	#rest: Uint8Array = new Uint8Array();
	readonly #encoder = new BatchEncoder();
	#dropped = 0;
	#failed = false;
	#closed = false;
	/** No more tries. */
	#over = false;
	#writing: Promise<void> | undefined;
	#timer: { readonly retry: boolean; readonly stop: () => void } | undefined;

	constructor(options: OutputChannelOptions) {
		this.#options = options;
	}

	/** Takes whole lines, each with its line break. @param atOnce true when they should not wait for others. */
	write(text: string, atOnce = false): void {
		if (this.#closed) return;
		if (this.#size + text.length > CHANNEL_ROOM) {
			this.#dropped += countLines(text);
			return;
		}
		this.#add(text);
		// What did not work is tried again in its own time, however urgent the next line is.
		if (this.#writing || this.#timer?.retry) return;
		if (atOnce || this.#size > CHUNK) void this.#start();
		else if (!this.#timer) this.#schedule(CHANNEL_DELAY, false);
	}

	#add(text: string): void {
		this.#pending.push(text);
		this.#size += text.length;
	}

	/** Writes what waits, if it is taken within a second, and ends; never rejects. */
	async close(): Promise<void> {
		this.#closed = true;
		const late = Promise.withResolvers<void>();
		const stopTimer = this.#options.clock.after(CLOSE_TIME, late.resolve);
		await Promise.race([this.#drain(), late.promise]);
		stopTimer();
		this.#over = true;
		this.#stopTimer();
	}

	/** Tries until nothing waits, or something is wrong. */
	async #drain(): Promise<void> {
		do {
			await this.#start();
			if (this.#hasText && !this.#failed) await this.#pause(BUSY_RETRY);
		} while (this.#hasText && !this.#failed && !this.#over);
	}

	get #hasText(): boolean {
		return this.#rest.length > 0 || this.#size > 0;
	}

	#pause(delay: number): Promise<void> {
		return new Promise((resolve) => this.#options.clock.after(delay, resolve));
	}

	#schedule(delay: number, retry: boolean): void {
		this.#stopTimer();
		if (this.#over) return;
		const stop = this.#options.clock.after(delay, () => {
			this.#timer = undefined;
			void this.#start();
		});
		this.#timer = { retry, stop };
	}

	#stopTimer(): void {
		this.#timer?.stop();
		this.#timer = undefined;
	}

	#start(): Promise<void> {
		this.#stopTimer();
		this.#writing ??= this.#run().finally(() => {
			this.#writing = undefined;
		});
		return this.#writing;
	}

	/** Writes until nothing waits or something is wrong; never rejects. */
	async #run(): Promise<void> {
		while (this.#hasText) {
			if (this.#rest.length === 0) {
				this.#rest = this.#encoder.encode(this.#pending);
				this.#pending.length = 0;
				this.#size = 0;
			}
			try {
				const written = await this.#options.write(this.#rest);
				if (written === 0) return this.#schedule(BUSY_RETRY, true);
				this.#rest = this.#rest.subarray(written);
			} catch (error) {
				return this.#refused(error);
			}
			if (this.#rest.length === 0) this.#recovered();
		}
	}

	#refused(error: unknown): void {
		const code = errorCode(error);
		if (code === "EAGAIN" || code === "EINTR") return this.#schedule(BUSY_RETRY, true);
		this.#schedule(CHANNEL_RETRY, true);
		if (this.#failed) return;
		this.#failed = true;
		const reason = error instanceof Error ? error.message : String(error);
		this.#options.onNotice(`the console cannot be written, trying again every second: ${reason}`);
	}

	#recovered(): void {
		if (this.#failed) this.#options.onNotice("the console can be written again");
		this.#failed = false;
		if (this.#dropped === 0) return;
		const text = `${this.#dropped} lines were not written to the console: it was too slow or could not be written`;
		this.#dropped = 0;
		this.#add(this.#options.formatNotice(text));
	}
}
