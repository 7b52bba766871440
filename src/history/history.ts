import type { CallEventListener } from "../call/events.ts";
import type { Logger } from "../log/logger.ts";
import { FairTurns, type Turns } from "../net/fair-turns.ts";
import type { Clock } from "../time/clock.ts";
import { systemWallClock, type WallClock } from "../time/wall-clock.ts";
import type { CallReader } from "./call-reader.ts";
import type { EndedCall } from "./call-record.ts";
import { CallRecorder } from "./call-recorder.ts";
import { type CsvForm, csvHeader, csvLine } from "./csv.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { HistoryFile } from "./history-file.ts";
import { HistorySweep } from "./history-sweep.ts";
import {
	type DayCount,
	type HistoryCall,
	type HistoryCallDetails,
	type HistoryFigures,
	type HistoryFilter,
	type HistoryPage,
	type HistoryQuery,
	HistoryQueryError,
	HistoryUnavailableError,
} from "./types.ts";

export interface HistoryOptions {
	/** Path of the SQLite file. */
	readonly path: string;
	/** Days for which calls are kept; 0 = for ever. */
	readonly days: number;
	readonly clock: Clock;
	/** The machine's by default. */
	readonly wall?: WallClock | undefined;
	readonly log: Logger;
	/** When the next piece of a long look runs; turns of its own by default. */
	readonly turns?: Turns | undefined;
}

/** How long events are collected for one write, in milliseconds. */
export const FLUSH_DELAY = 800;
/** How long until an unusable file is tried again, in milliseconds. */
export const RETRY_DELAY = 30_000;

/** Calls written, or deleted, at a time: this takes some milliseconds. */
const BATCH = 200;
/** The most slices of the history examined for one page; see `CallReader`. */
const SLICES_A_PAGE = 50;
/** How long a read waits for calls that have just changed to be written, in milliseconds. */
const READ_PATIENCE = 500;
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;
const MAX_SEARCH_TEXT = 200;
const MAX_DAYS = 3660;
/** The name under which readers of the history take turns. */
const LANE = "history";

/**
 * Every call in an SQLite file: written in batches, off the path of calls, and read for pages, programs and
 * CSV. While the file cannot be used, calls go on, and their records wait in bounded memory.
 */
export class History {
	readonly #options: HistoryOptions;
	readonly #wall: WallClock;
	readonly #recorder: CallRecorder;
	readonly #file: HistoryFile;
	readonly #turns: Turns;
	#running: Promise<void> | undefined;
	#timer: { readonly at: number; readonly stop: () => void } | undefined;
	/** Undefined if calls are kept for ever. */
	readonly #sweep: HistorySweep | undefined;
	#closed = false;
	/** Calls to look for once the file is open. */
	readonly #missed: EndedCall[] = [];

	constructor(options: HistoryOptions) {
		const { path, log } = options;
		this.#options = options;
		this.#wall = options.wall ?? systemWallClock;
		this.#turns = options.turns ?? new FairTurns();
		this.#recorder = new CallRecorder(this.#wall);
		this.#file = new HistoryFile({
			path,
			log,
			wall: this.#wall,
			onNewFile: () => this.#recorder.forgetWritten(),
		});
		if (options.days > 0)
			this.#sweep = new HistorySweep({
				days: options.days,
				file: this.#file,
				batch: BATCH,
				clock: options.clock,
				wall: this.#wall,
				log,
			});
	}

	/** Takes in the events of calls; never throws, never waits. */
	readonly hear: CallEventListener = (event) => {
		if (this.#closed) return;
		this.#recorder.hear(event);
		if (this.#recorder.waiting > 0 && !this.#file.failed) this.#schedule(FLUSH_DELAY);
	};

	/**
	 * Calls that ended shortly before another process died: those that the file does not have, or has as interrupted, are
	 * written when it is open.
	 */
	complete(calls: readonly EndedCall[]): void {
		this.#missed.push(...calls);
	}

	/** The state of the file, and of the calls that it should contain. */
	get figures(): HistoryFigures {
		const lost = this.#recorder.lost + this.#file.leftOut;
		return { waiting: this.#recorder.waiting, lost, failed: this.#file.failed };
	}

	/** Opens the file soon, so that any trouble with it is known before the first call. */
	start(): void {
		this.#schedule(0);
	}

	/** Writes everything that is waiting, as far as the disk accepts it; never rejects. */
	async flush(): Promise<void> {
		await this.#running;
		await this.#begin();
	}

	/**
	 * Writes everything that is waiting, as far as the disk accepts it, and closes the file; never rejects.
	 */
	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		this.#timer?.stop();
		this.#timer = undefined;
		await this.flush();
		this.#file.close();
		const lost = this.#recorder.waiting;
		if (lost > 0) this.#options.log.warning(`${lost} calls are not in the history: it could not be written`);
	}

	/**
	 * Writes what is waiting before it would be time to, so that the next read finds calls that have just ended. A
	 * disk that is slow or full is not waited for.
	 */
	async upToDate(): Promise<void> {
		if (this.#recorder.waiting === 0 || this.#file.failed || this.#closed) return;
		const late = Promise.withResolvers<void>();
		const stopTimer = this.#options.clock.after(READ_PATIENCE, late.resolve);
		await Promise.race([this.flush(), late.promise]);
		stopTimer();
	}

	/**
	 * A page of the matching calls, newest first, with those that have just ended. Pages do not shift while calls
	 * come in.
	 *
	 * @throws {HistoryQueryError} @throws {HistoryUnavailableError}
	 */
	async search(query: HistoryQuery): Promise<HistoryPage> {
		const { limit = DEFAULT_LIMIT, cursor } = query;
		if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
			throw new HistoryQueryError(`limit: expected a whole number from 1 to ${MAX_LIMIT}`);
		checkText(query);
		if (cursor === undefined) await this.upToDate();
		const calls: HistoryCall[] = [];
		let before = cursor === undefined ? undefined : readCursor(cursor);
		for (let slices = 0; slices < SLICES_A_PAGE; slices += 1) {
			const slice = this.#read((reader) => reader.slice(query, before, limit - calls.length));
			calls.push(...slice.calls);
			before = slice.before;
			if (before === undefined || calls.length === limit) break;
			await this.#othersFirst();
		}
		return { calls, ...(before !== undefined && { next: writeCursor(before) }) };
	}

	/**
	 * A call with its steps; undefined if the ID is unknown.
	 *
	 * @throws {HistoryUnavailableError}
	 */
	call(id: string): HistoryCallDetails | undefined {
		return this.#read((reader) => reader.call(id));
	}

	/**
	 * The calls of each of the last days, today's last.
	 *
	 * @param count of days, 1 to 3660.
	 * @throws {HistoryQueryError} @throws {HistoryUnavailableError}
	 */
	callsPerDay(count: number): DayCount[] {
		if (!Number.isInteger(count) || count < 1 || count > MAX_DAYS)
			throw new HistoryQueryError(`days: expected a whole number from 1 to ${MAX_DAYS}`);
		return this.#read((reader) => reader.days(this.#wall.now(), count));
	}

	/**
	 * All matching calls as CSV, newest first: pieces of text of some lines each, generated on demand.
	 *
	 * @throws {HistoryQueryError} @throws {HistoryUnavailableError} while it is read.
	 */
	async *exportCsv(form: CsvForm, filter: HistoryFilter = {}): AsyncGenerator<string, void, void> {
		checkText(filter);
		await this.upToDate();
		let before: number | undefined;
		let text = csvHeader(form);
		do {
			const slice = this.#read((reader) => reader.slice(filter, before, MAX_LIMIT));
			before = slice.before;
			for (const call of slice.calls) text += csvLine(call, form);
			if (text !== "") yield text;
			text = "";
			await this.#othersFirst();
		} while (before !== undefined);
	}

	/**
	 * Lets everything that waits, calls above all, run first. However many clients read the history, only one
	 * of them does so in a turn.
	 */
	#othersFirst(): Promise<void> {
		return new Promise((resolve) => setImmediate(() => this.#turns.take(LANE, resolve)));
	}

	#read<Result>(read: (reader: CallReader) => Result): Result {
		try {
			const { reader } = this.#file;
			if (!reader) throw new HistoryUnavailableError();
			return read(reader);
		} catch (error) {
			if (error instanceof HistoryUnavailableError) throw error;
			this.#file.failedToRead(error);
			this.#schedule(FLUSH_DELAY);
			throw new HistoryUnavailableError({ cause: error });
		}
	}

	/** Runs no later than after this delay. */
	#schedule(delay: number): void {
		if (this.#closed || this.#running) return;
		const at = this.#options.clock.now() + delay;
		if (!this.#timer || this.#timer.at > at) this.#startTimer(at, delay);
	}

	#startTimer(at: number, delay: number): void {
		this.#timer?.stop();
		const stop = this.#options.clock.after(delay, () => {
			this.#timer = undefined;
			void this.#begin();
		});
		this.#timer = { at, stop };
	}

	/** One run at a time: nothing may be written while we wait for the disk. */
	#begin(): Promise<void> {
		this.#running ??= this.#run().finally(() => {
			this.#running = undefined;
			this.#scheduleNext();
		});
		return this.#running;
	}

	#scheduleNext(): void {
		if (this.#file.failed) return this.#schedule(RETRY_DELAY);
		if (this.#recorder.waiting > 0) return this.#schedule(FLUSH_DELAY);
		if (this.#sweep) this.#schedule(Math.max(FLUSH_DELAY, this.#sweep.dueAt - this.#options.clock.now()));
	}

	/** Never rejects. */
	async #run(): Promise<void> {
		if (!this.#file.open()) return;
		for (const call of this.#missed.splice(0)) {
			const known = this.#file.reader?.call(call.id);
			if (!known || known.state === "interrupted") this.#recorder.ended(call, known);
		}
		while (this.#recorder.waiting > 0) {
			const records = this.#recorder.next(BATCH);
			if (!this.#file.write(records)) break;
			this.#recorder.written(records.length);
			if (this.#recorder.waiting > 0) await this.#othersFirst();
		}
		if (!this.#closed) this.#sweep?.run();
		await this.#file.settle();
		this.#reportLeftOut();
	}

	#reportLeftOut(): void {
		const leftOut = this.#recorder.takeLeftOut();
		if (!leftOut) return;
		const { calls, refusals } = leftOut;
		const parts = [
			...(calls > 0 ? [`${calls} calls: the file could not be written, or not fast enough`] : []),
			...(refusals > 0 ? [`${refusals} refused requests: there were too many`] : []),
		];
		this.#options.log.warning(`missing from the history: ${parts.join("; ")}`);
	}
}

function checkText({ text }: HistoryFilter): void {
	if (text !== undefined && text.length > MAX_SEARCH_TEXT)
		throw new HistoryQueryError(`text: expected at most ${MAX_SEARCH_TEXT} characters`);
}
