import type { LogClock } from "../../../src/log/log-clock.ts";
import { type FileState, type LogDisk, PartialWriteError } from "../../../src/log/log-disk.ts";

/** A clock that stands still until it is told to go on. */
export class ManualClock implements LogClock {
	#now = Date.parse("2026-11-22T10:00:00.000Z");
	#timers: { readonly at: number; readonly task: () => void }[] = [];

	now(): number {
		return this.#now;
	}

	after(delay: number, task: () => void): () => void {
		const timer = { at: this.#now + delay, task };
		this.#timers.push(timer);
		return () => {
			this.#timers = this.#timers.filter((other) => other !== timer);
		};
	}

	get timers(): number {
		return this.#timers.length;
	}

	/** Runs what is due, and lets the writes that it began end. */
	async advance(milliseconds: number): Promise<void> {
		this.#now += milliseconds;
		const due = this.#timers.filter(({ at }) => at <= this.#now);
		this.#timers = this.#timers.filter(({ at }) => at > this.#now);
		for (const { task } of due) task();
		await settle();
	}
}

/** Lets every promise that needs nothing from outside be settled. */
export async function settle(): Promise<void> {
	for (let i = 0; i < 200; i++) await Promise.resolve();
}

/** Files in memory, and the errors of a real disk. */
export class MemoryDisk implements LogDisk {
	readonly files = new Map<string, string>();
	/** Rejects every write when set. */
	failure: Error | undefined;
	/** Octets that still fit. */
	room = Number.POSITIVE_INFINITY;
	/** What each write waits for. */
	gate: Promise<void> = Promise.resolve();
	appends = 0;
	readonly #ids = new Map<string, number>();
	#nextId = 0;

	async append(path: string, bytes: Uint8Array): Promise<FileState> {
		await this.gate;
		if (this.failure) throw this.failure;
		this.appends++;
		const fits = Math.min(this.room, bytes.length);
		this.room -= fits;
		this.files.set(path, this.text(path) + new TextDecoder().decode(bytes.subarray(0, fits)));
		if (fits < bytes.length) throw new PartialWriteError(fits, new Error("no space left on device"));
		return this.#state(path);
	}

	async look(path: string): Promise<FileState | undefined> {
		return this.files.has(path) ? this.#state(path) : undefined;
	}

	#state(path: string): FileState {
		const id = this.#ids.get(path) ?? this.#nextId++;
		this.#ids.set(path, id);
		return { id: String(id), size: this.text(path).length, regular: true };
	}

	/** Renames a file as another program does. */
	move(from: string, to: string): void {
		this.files.set(to, this.text(from));
		this.files.delete(from);
		const id = this.#ids.get(from);
		this.#ids.delete(from);
		this.#ids.delete(to);
		if (id !== undefined) this.#ids.set(to, id);
	}

	async rename(from: string, to: string): Promise<void> {
		if (!this.files.has(from)) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
		this.move(from, to);
	}

	async countLines(path: string): Promise<number> {
		return this.text(path).split("\n").length - 1;
	}

	text(path: string): string {
		return this.files.get(path) ?? "";
	}
}
