import { randomBytes } from "node:crypto";
import { renameSync, rmSync, statSync } from "node:fs";
import { errorCode } from "../error-code.ts";
import type { Logger } from "../log/logger.ts";
import { Journal } from "./journal.ts";
import type { JournalContent } from "./journal-reader.ts";
import type { KeptKey } from "./server-notes.ts";
import {
	CALL_ENTRIES,
	type CallChange,
	entriesOf,
	type LeftRecord,
	SETTLED,
	StateContent,
	StateFormatError,
} from "./state-content.ts";

const KEY_OCTETS = 32;
/**
 * Octets from which the file becomes small again, if that is several times what is still true: then megabytes are written
 * again. A larger one would take the next process longer to read than people at the phone should wait.
 */
const LARGE = 33_554_432;
const MANY_TIMES = 4;

/** How long a process lives that cannot write, on the average, in milliseconds. */
const RESTART_TIME = 30_000;

export interface StateFileOptions {
	readonly path: string;
	/** Whose calls they are: those of another identity are not taken up. */
	readonly identity: string;
	readonly log: Logger;
	readonly now: Date;
	/** The key to keep, if it is in use already; undefined: that of the file, or a new one. */
	readonly key?: Uint8Array | undefined;
	/** See {@link JournalOptions}. */
	readonly tail?: string | undefined;
}

/** What the process before has left. */
export interface LeftState {
	/** Secret by which answers to INVITEs of that process are recognized. */
	readonly key: Uint8Array;
	/** Records of its calls, by id, see {@link recordIn}; let go of once they are taken up. */
	records: ReadonlyMap<string, LeftRecord>;
	/** Lines and files that could not be read. */
	readonly damaged: number;
	/** How often in a row the records were taken up without having been written since; at least 1. */
	readonly restores: number;
	/** No event of it has a number above this one. */
	readonly numbers: number;
	/** What became of a call, as JSON. @param since if it ended after this, in milliseconds since 1970. */
	ended(id: string, since?: number): string | undefined;
}

/** The open file of the calls in progress: a journal, and what is in it besides the records. */
export class StateFile implements LeftState {
	readonly key: Uint8Array;
	records: ReadonlyMap<string, LeftRecord>;
	readonly damaged: number;
	readonly restores: number;
	readonly numbers: number;
	readonly #journal: Journal;
	readonly #content: StateContent;
	/** Octets of what was true when the file was last small. */
	#small: number;

	private constructor(journal: Journal, content: StateContent, numbers: number, damaged: number) {
		this.#journal = journal;
		this.#content = content;
		this.key = content.key;
		this.numbers = numbers;
		this.records = content.records;
		this.#small = content.length;
		content.records = new Map();
		this.damaged = damaged;
		this.restores = content.notes.restores;
	}

	/**
	 * Opens the file, or creates it. One that is damaged, of a later version or of another identity is renamed and a new
	 * one started; lines that are damaged are passed over.
	 *
	 * @throws {JournalInUseError} @throws {Error} when there can be none: the disk is full, the folder read-only.
	 */
	static open(options: StateFileOptions): StateFile {
		try {
			return StateFile.#open(options);
		} catch (error) {
			if (!(error instanceof StateFormatError)) throw error;
			const { path, log, now } = options;
			const aside = `${path}.bad-${now.toISOString().replace(/[-:]/g, "")}`;
			renameSync(path, aside);
			rmSync(`${path}-old`, { force: true });
			log.warning(`the state file ${path} cannot be used: ${error.message}; it is renamed to ${aside}`);
			return StateFile.#open(options);
		}
	}

	static #open({ path, identity, key, tail }: StateFileOptions): StateFile {
		let content: StateContent | undefined;
		let damaged = 0;
		let numbers = 0;
		const journal = Journal.open(
			path,
			(found: JournalContent) => {
				if (found.entries.length === 0 && found.damaged > 0)
					throw new StateFormatError("it is not a state file");
				const newKey = key ?? randomBytes(KEY_OCTETS);
				content = StateContent.read(found.entries, identity, newKey);
				damaged = found.damaged + content.damaged;
				const isUsable = found.whole && content.isCurrent && damaged === 0 && content.key !== newKey && !key;
				if (key) content.key = key;
				const { notes } = content;
				numbers = notes.numbers;
				const more = [notes.restore(), notes.reserve(numbers)];
				// What has to be said before the server can listen is as little as possible.
				return isUsable ? { more } : content.entries();
			},
			{ subjects: CALL_ENTRIES, tail },
		);
		if (!content) throw new StateFormatError("it was not read");
		return new StateFile(journal, content, numbers, damaged);
	}

	/**
	 * Reads what is in a file that cannot be opened: the disk may be full, or read-only.
	 *
	 * @param now milliseconds since 1970: nobody can write down that calls were taken up, so that the time has to tell how
	 * often that may have been.
	 * @throws {StateFormatError} @throws {Error} of the system.
	 */
	static look({ path, identity, tail }: Omit<StateFileOptions, "log" | "now">, now: number): LeftState {
		const { entries, damaged } = Journal.read(path, { subjects: CALL_ENTRIES, tail });
		const { key, notes, records, ...content } = StateContent.read(
			entries,
			identity,
			randomBytes(KEY_OCTETS),
			damaged,
		);
		return {
			key,
			records,
			damaged: damaged + content.damaged,
			restores: notes.restores + 1 + Math.max(Math.floor((now - statSync(path).mtimeMs) / RESTART_TIME), 0),
			numbers: notes.numbers,
			ended: (id) => content.ended.get(id)?.call,
		};
	}

	ended(id: string, since = 0): string | undefined {
		const ended = this.#content.ended.get(id);
		return ended && ended.at >= since ? ended.call : undefined;
	}

	/** What became of the calls that ended last, as JSON. @param span up to so many milliseconds before the last one. */
	endedLast(span: number): string[] {
		const all = Array.from(this.#content.ended.all(), ([, ended]) => ended);
		const last = Math.max(...all.map(({ at }) => at));
		return all.filter(({ at }) => at >= last - span).map(({ call }) => call);
	}

	/**
	 * What became of so many calls that were the last to end, as JSON, oldest first.
	 *
	 * @param since none that ended before this, in milliseconds since 1970.
	 */
	lastEnded(count: number, since: number): string[] {
		const last = [...this.#content.ended.all()].slice(-count);
		return last.flatMap(([, { at, call }]) => (at >= since ? [call] : []));
	}

	/** Calls in it of which it is known how they ended. */
	get endedCount(): number {
		return this.#content.ended.size;
	}

	/**
	 * Writes changes.
	 *
	 * @throws {Error} of the system: then none of them is in the file.
	 */
	write(changes: readonly CallChange[]): void {
		const entries = entriesOf(changes);
		if (entries.length > 0) this.#journal.append(entries);
		for (const { id, ended } of changes) if (ended) this.#content.ended.add(id, ended);
	}

	/** Writes that events may go on from this number. @throws {Error} of the system. */
	reserveNumbers(number: number): void {
		this.#journal.append([this.#content.notes.reserve(number)]);
	}

	/** Writes the answer to a request with an Idempotency-Key. @throws {Error} of the system. */
	keepKey(kept: KeptKey): void {
		this.#journal.append([this.#content.notes.keep(kept)]);
	}

	/** The Idempotency-Keys that still count, oldest first. @param now milliseconds since 1970. */
	keys(now: number): KeptKey[] {
		return this.#content.notes.keys(now);
	}

	/** All calls that were restored have been written: what they are now is in the file. */
	settle(): void {
		this.#journal.append([SETTLED]);
		this.#content.notes.restores = 0;
	}

	/** Whether it is time for {@link moveOn}. */
	isLarge(): boolean {
		const { length, isMoving } = this.#journal;
		return !isMoving && length > LARGE && length > this.#small * MANY_TIMES;
	}

	/** Begins a new file; the record of each call has to be written again before {@link dropOld}. */
	moveOn(): void {
		this.#journal.moveOn(this.#content.entriesWithoutRecords());
	}

	/** The records are all in the new file. */
	async dropOld(): Promise<void> {
		if (!this.#journal.isMoving) return;
		await this.#journal.dropOld();
		this.#small = this.#journal.length;
	}

	/** Whether something was written that may not be on the disk. */
	get isDirty(): boolean {
		return this.#journal.isDirty;
	}

	/** Waits until everything written is on the disk. */
	sync(): Promise<void> {
		return this.#journal.sync();
	}

	close(): void {
		this.#journal.close();
	}
}

/** Describes an error of the file in one line for people. */
export function reasonOf(error: unknown): string {
	const code = errorCode(error);
	const text = error instanceof Error ? error.message : String(error);
	return code === "" || text.includes(code) ? text : `${text} (${code})`;
}
