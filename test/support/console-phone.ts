import { rmSync } from "node:fs";
import type { Subprocess } from "bun";

/** A sample beyond this, of 32767, is sound; what was lost on the way or never sent is not. */
const LOUD = 500;

/** Length of the header of a WAV file, in bytes. */
const WAV_HEADER = 44;

/** How long it may be silent before what is waited for counts as lost, in milliseconds; a repeated INVITE comes within. */
const PATIENCE = 40_000;

/** A phone's program, with its standard input and output. */
export type ConsoleProcess = Subprocess<"pipe", "pipe", "ignore">;

/**
 * A real phone that is told what to do on its standard input, and says on its standard output what happens. It has no
 * sound card: what it hears is in a file.
 */
export abstract class ConsolePhone {
	abstract readonly uri: string;
	readonly #folder: string;
	readonly #process: ConsoleProcess;
	/** All that it has said. */
	#output = "";
	/** How much of that is past. */
	#heeded = 0;
	#waiting: (() => void)[] = [];

	/** @param folder its own, which goes with it. */
	protected constructor(folder: string, process: ConsoleProcess) {
		this.#folder = folder;
		this.#process = process;
		void this.#read();
	}

	/** The file with the sound that it has heard, 16 bits a sample. */
	protected abstract get recording(): string;

	/** All that it has said since it was started. */
	protected get output(): string {
		return this.#output;
	}

	/** What it has said since {@link clear}. */
	protected get news(): string {
		return this.#output.slice(this.#heeded);
	}

	/** Waits for a call and picks up. */
	abstract answer(): Promise<void>;

	/** Waits until every call that was answered has ended. */
	abstract hungUp(): Promise<void>;

	/** Gives it a command. */
	command(text: string): void {
		this.#process.stdin.write(`${text}\n`);
		this.#process.stdin.flush();
	}

	/** Waits until it has said this since the start, or since {@link clear}. */
	async says(pattern: RegExp): Promise<void> {
		await this.until(() => pattern.test(this.news), `${pattern}`);
	}

	/** Heeds no more what it has said so far. */
	clear(): void {
		this.#heeded = this.#output.length;
	}

	/** Waits until more sound is heard than before. */
	async hears(): Promise<void> {
		const before = await this.#soundHeard();
		const until = Date.now() + PATIENCE;
		while ((await this.#soundHeard()) <= before) {
			if (Date.now() > until) throw this.#failure("hears nothing");
			await Bun.sleep(100);
		}
	}

	async stop(): Promise<void> {
		this.#process.kill("SIGKILL");
		await this.#process.exited;
		rmSync(this.#folder, { recursive: true, force: true });
	}

	/**
	 * Looks again whenever it says something.
	 *
	 * @param awaited what is waited for, for the error's text.
	 */
	protected async until(condition: () => boolean, awaited: string): Promise<void> {
		const { promise: late, reject } = Promise.withResolvers<never>();
		const timer = setTimeout(() => reject(this.#failure(`says no ${awaited}`)), PATIENCE);
		try {
			while (!condition()) {
				if (this.#process.exitCode !== null || this.#process.signalCode !== null) {
					throw this.#failure("has ended");
				}
				await Promise.race([late, new Promise<void>((resolve) => this.#waiting.push(resolve))]);
			}
		} finally {
			clearTimeout(timer);
		}
	}

	#failure(what: string): Error {
		return new Error(`${this.uri} ${what}; it said:\n${this.#output}`);
	}

	/** How many of the samples that were heard hold sound. */
	async #soundHeard(): Promise<number> {
		const file = Bun.file(this.recording);
		if (!(await file.exists())) return 0;
		const bytes = await file.slice(WAV_HEADER).arrayBuffer();
		const samples = new Int16Array(bytes, 0, Math.floor(bytes.byteLength / 2));
		return samples.reduce((count, sample) => count + (Math.abs(sample) > LOUD ? 1 : 0), 0);
	}

	async #read(): Promise<void> {
		const decoder = new TextDecoder();
		for await (const chunk of this.#process.stdout) {
			this.#output += decoder.decode(chunk, { stream: true });
			this.#wake();
		}
		await this.#process.exited;
		this.#wake();
	}

	#wake(): void {
		for (const heard of this.#waiting.splice(0)) heard();
	}
}
