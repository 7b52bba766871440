import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readCallRecord } from "../call/call-record.ts";
import type { CallService } from "../call/call-service.ts";
import type { LiveCalls } from "../live/live-calls.ts";
import type { LiveCall } from "../live/types.ts";
import type { Logger } from "../log/logger.ts";
import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import { JournalInUseError } from "./journal.ts";
import { nextReservation } from "./server-notes.ts";
import { recordIn } from "./state-content.ts";
import { type LeftState, reasonOf, StateFile } from "./state-file.ts";
import { StateWriter } from "./state-writer.ts";

export interface CallStateOptions {
	readonly path: string;
	/** Whose calls they are: ClickToCallIdentity. */
	readonly identity: string;
	/** See {@link JournalOptions}. */
	readonly tail?: string | undefined;
	readonly clock: Clock;
	readonly wall: WallClock;
	readonly log: Logger;
}

/** How often what was written goes to the disk, in milliseconds. */
const SYNC_INTERVAL = 500;
/** How long until a file that cannot be opened is tried again, in milliseconds. */
const OPEN_AGAIN = 30_000;
const KEY_OCTETS = 32;
/** How long it is known what became of a call, in milliseconds. */
const ENDED_KEPT = 86_400_000;
/** How long before its death a process may have kept calls from the history, in milliseconds. */
const UNWRITTEN_SPAN = 30_000;
/** Calls that ended in other processes and are listed among those that have just ended. */
const ENDED_SHOWN = 200;
/** How far CSeq numbers go beyond what is recorded: what the process before sent after that is passed over. */
const CSEQ_JUMP = 100;

/** The state of the file. */
export interface StateFigures {
	/** Calls in it: those in progress, and those of which it is known how they ended. */
	readonly calls: number;
	readonly ended: number;
	/** Calls whose last change is not written yet. */
	readonly waiting: number;
	/** How long the oldest of these changes has waited, in seconds. */
	readonly lag: number;
	/** Whether calls would be lost with the process. */
	readonly failed: boolean;
}

/** What calls need here. */
type Calls = Pick<CallService, "record" | "restore" | "watchRecords" | "restoration">;

/**
 * Keeps the calls in progress in a file, and restores them from it after a crash. Writing is off the path of
 * calls; if the file cannot be used, calls go on without it.
 */
export class CallState {
	readonly name = "the state file";
	readonly #options: CallStateOptions;
	#file: StateFile | undefined;
	/** What is in a file that can be read only. */
	#left: LeftState | undefined;
	/** The calls that were taken up from there. */
	readonly #taken = new Set<string>();
	#key: Uint8Array | undefined;
	#calls: Calls | undefined;
	#live: LiveCalls | undefined;
	readonly #writer: StateWriter;
	#stopSyncing: (() => void) | undefined;
	#stopOpening: (() => void) | undefined;
	/** Whether the disk did not take what is in the file. */
	#unsynced = false;
	#stopped = false;

	constructor(options: CallStateOptions) {
		this.#options = options;
		this.#writer = new StateWriter({
			...options,
			record: (id) => this.#calls?.record(id),
			live: (id) => this.#live?.get(id),
			wrote: () => this.#syncLater(),
		});
	}

	/** Opens the file; if it cannot be used, that is logged, calls go on, and it is tried again. */
	start(): void {
		this.#open(false);
	}

	/** @param again whether calls go on already. */
	#open(again: boolean): void {
		const { path, identity, tail, log, wall, clock } = this.#options;
		try {
			const now = new Date(wall.now());
			this.#file = StateFile.open({ path, identity, tail, log, now, key: this.#key });
			this.#writer.use(this.#file);
			this.#key = this.#file.key;
			this.#left = this.#file;
			if (this.#file.damaged > 0) {
				log.warning(`the state file ${path} has ${this.#file.damaged} damaged lines; they are passed over`);
			}
			if (!again) return;
			log.info(`the state file ${path} can be used again`);
			this.#takeUp(this.#file);
			this.#taken.clear();
			this.#left = undefined;
		} catch (error) {
			if (!again) {
				log.warning(
					`the state file ${path} cannot be used; trying again every 30 s, calls go on: ${reasonOf(error)}`,
				);
				this.#left = this.#look(error);
			}
			this.#key ??= this.#left?.key ?? randomBytes(KEY_OCTETS);
			this.#stopOpening = clock.after(OPEN_AGAIN, () => this.#open(true));
		}
	}

	/** The calls in a file that cannot be written go on all the same, unless another process has them. */
	#look(error: unknown): LeftState | undefined {
		const { path, identity, tail, log, wall } = this.#options;
		if (error instanceof JournalInUseError || !existsSync(path)) return undefined;
		try {
			return StateFile.look({ path, identity, tail }, wall.now());
		} catch (why) {
			log.warning(`the calls in the state file ${path} cannot be taken up: ${reasonOf(why)}`);
			return undefined;
		}
	}

	/** The state of the file; asked for by people and monitoring only. */
	get figures(): StateFigures {
		return {
			calls: this.#writer.calls,
			ended: this.#file?.endedCount ?? 0,
			waiting: this.#writer.waiting,
			lag: this.#writer.lag,
			failed: !this.usable,
		};
	}

	/** Whether calls are kept for the next process. */
	get usable(): boolean {
		return this.#file !== undefined && !this.#writer.failed;
	}

	/** For `SipStackOptions.callIdKey`; known once it was started. */
	get callIdKey(): Uint8Array | undefined {
		return this.#key;
	}

	/** Keeps the answers to requests with an Idempotency-Key for the next process, which repeats them. */
	readonly keys = {
		tell: (key: string, request: string, answer: unknown): void =>
			this.#aside((file) => file.keepKey({ key, request, answer, at: this.#options.wall.now() })),
		hear: (listener: (key: string, request: string, answer: unknown) => void): void => {
			for (const kept of this.#file?.keys(this.#options.wall.now()) ?? [])
				listener(kept.key, kept.request, kept.answer);
		},
	};

	/**
	 * Restores what is in the file, and keeps account of all calls from now on.
	 * @param gone the calls in the file that are those of another box by now, by id.
	 */
	restore(calls: Calls, live: LiveCalls, gone: ReadonlyMap<string, unknown> = new Map()): void {
		if (this.#left) this.#disown(this.#left, gone);
		this.#calls = calls;
		this.#live = live;
		calls.watchRecords((id) => this.#writer.watch(id));
		live.remember((id) => this.#past(id));
		const since = this.#options.wall.now() - ENDED_KEPT;
		live.recall((this.#file?.lastEnded(ENDED_SHOWN, since) ?? []).map((call) => JSON.parse(call)));
		if (this.#left) this.#takeUp(this.#left);
		this.#left = undefined;
		this.#syncLater();
	}

	/** Another box has taken over calls that are in the file: they are dropped. */
	#disown(file: LeftState, gone: ReadonlyMap<string, unknown>): void {
		for (const id of file.records.keys()) if (gone.has(id)) this.#writer.replace(id);
		file.records = new Map([...file.records].filter(([id]) => !gone.has(id)));
	}

	#takeUp(file: LeftState): void {
		const { log } = this.#options;
		const calls = this.#calls;
		if (!calls) return;
		this.#live?.countOn(file.numbers, (number) => this.#reserveNumbers(number));
		calls.restoration.unusable += file.damaged;
		let restored = 0;
		for (const [id, record] of file.records) {
			if (this.#taken.has(id)) continue;
			if (!this.#file) this.#taken.add(id);
			try {
				const call = readCallRecord(recordIn(record));
				// Its end was written, and what it left was not.
				const isOver = file.ended(id) !== undefined;
				calls.restore(isOver ? { ...call, state: "ended", final: true } : call, CSEQ_JUMP * file.restores);
				restored += 1;
			} catch (error) {
				calls.restoration.unusable += 1;
				log.warning(`a call in the state file cannot be restored: ${id}: ${reasonOf(error)}`);
			}
			// What could not be restored is dropped.
			this.#writer.replace(id);
		}
		file.records = new Map();
		this.#writer.settle();
		if (restored > 0) log.info(`calls restored from the state file: ${restored}`);
	}

	/** The calls that ended shortly before the last end in the file, which the history may not have. */
	endedLast(): LiveCall[] {
		return (this.#file?.endedLast(UNWRITTEN_SPAN) ?? []).map((call) => JSON.parse(call));
	}

	/** Writes what is left, and closes the file. */
	stop(): void {
		this.#stopped = true;
		this.#stopSyncing?.();
		this.#stopOpening?.();
		this.#writer.stop();
		this.#file?.close();
		this.#file = undefined;
	}

	/** @returns at which number to ask again. */
	#reserveNumbers(number: number): number {
		this.#aside((file) => file.reserveNumbers(number));
		return nextReservation(number);
	}

	/** Writes what is not about one call. If it cannot be, no call can, which is what counts. */
	#aside(write: (file: StateFile) => void): void {
		if (!this.#file || this.#writer.failed) return;
		try {
			write(this.#file);
			this.#syncLater();
		} catch (error) {
			this.#options.log.warning(`the state file cannot be written: ${reasonOf(error)}`);
		}
	}

	#past(id: string): LiveCall | undefined {
		const text = this.#file?.ended(id, this.#options.wall.now() - ENDED_KEPT);
		return text === undefined ? undefined : JSON.parse(text);
	}

	/** A server without calls sleeps: only what was written has to be looked after. */
	#syncLater(): void {
		if (this.#stopped) return;
		this.#stopSyncing ??= this.#options.clock.after(SYNC_INTERVAL, () => void this.#sync());
	}

	async #sync(): Promise<void> {
		const file = this.#file;
		try {
			await file?.sync();
			await this.#writer.synced();
			this.#unsynced = false;
		} catch (error) {
			// It is tried again and again.
			if (this.#file === file && !this.#unsynced)
				this.#options.log.warning(`the state file is not on the disk: ${reasonOf(error)}`);
			this.#unsynced = true;
		}
		this.#stopSyncing = undefined;
		if (this.#stopped) return;
		this.#writer.writeAll();
		if (this.#file?.isDirty || this.#writer.isUnsettled) this.#syncLater();
	}
}
