import { randomBytes } from "node:crypto";
import { hashText } from "#runtime";
import { readCallRecord } from "../call/call-record.ts";
import type { CallService } from "../call/call-service.ts";
import type { LiveCalls } from "../live/live-calls.ts";
import type { LiveCall } from "../live/types.ts";
import type { Logger } from "../log/logger.ts";
import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import type { CallChange, EndedCall } from "./state-content.ts";
import { reasonOf, StateFile } from "./state-file.ts";

export interface CallStateOptions {
	readonly path: string;
	/** Whose calls they are: ClickToCallIdentity. */
	readonly identity: string;
	readonly clock: Clock;
	readonly wall: WallClock;
	readonly log: Logger;
}

/**
 * How long changes are gathered, in milliseconds: those of a call come in bursts, of which only the last is written.
 */
const WRITE_DELAY = 40;
/** How often what was written goes to the disk, in milliseconds. */
const SYNC_INTERVAL = 500;
/** How long until a file that cannot be opened is tried again, in milliseconds. */
const OPEN_AGAIN = 30_000;
/** Records that each write carries over into a new file. */
const CARRIED_AT_ONCE = 25;
const KEY_OCTETS = 32;
/** How long it is known what became of a call, in milliseconds. */
const ENDED_KEPT = 86_400_000;
/** How long before its death a process may have kept calls from the history, in milliseconds. */
const UNWRITTEN_SPAN = 30_000;
/** Calls that ended in other processes and are listed among those that have just ended. */
const ENDED_SHOWN = 200;
/** Calls that are over and remembered while the file cannot be written. */
const UNWRITTEN_KEPT = 1000;
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
type Calls = Pick<CallService, "record" | "restore" | "watchRecords" | "events" | "restoration">;

/**
 * Keeps the calls in progress in a file, and restores them from it after a crash. Writing is off the path of
 * calls; if the file cannot be used, calls go on without it.
 */
export class CallState {
	readonly name = "the state file";
	readonly #options: CallStateOptions;
	#file: StateFile | undefined;
	#key: Uint8Array | undefined;
	#calls: Calls | undefined;
	readonly #changed = new Set<string>();
	readonly #ended = new Map<string, LiveCall>();
	/** The calls whose records must be written before anything else happens. */
	readonly #urgent = new Set<string>();
	/** The calls in the file, and a hash of what is there: the same is not written twice. */
	readonly #written = new Map<string, number | bigint>();
	#stopWriting: (() => void) | undefined;
	#stopSyncing: (() => void) | undefined;
	#stopOpening: (() => void) | undefined;
	/** The calls that are in the old file only, while a new one is being filled. */
	#carry: string[] | undefined;
	/** Whether what was restored is not in the file yet. */
	#unsettled = false;
	/** When the oldest change was made that is not written yet, by the clock. */
	#waitingSince: number | undefined;
	#failed = false;
	/** Whether the file is large and no new one could be begun. */
	#stuck = false;
	#soon = false;
	#stopped = false;

	constructor(options: CallStateOptions) {
		this.#options = options;
	}

	/** Opens the file; if it cannot be used, that is logged, calls go on, and it is tried again. */
	start(): void {
		this.#open(false);
	}

	/** @param again whether calls go on already. */
	#open(again: boolean): void {
		const { path, identity, log, wall, clock } = this.#options;
		try {
			const now = new Date(wall.now());
			this.#file = StateFile.open({ path, identity, log, now, key: this.#key });
			this.#key = this.#file.key;
			if (this.#file.damaged > 0) {
				log.warning(`the state file ${path} has ${this.#file.damaged} damaged lines; they are passed over`);
			}
			if (!again) return;
			log.info(`the state file ${path} can be used again`);
			this.#takeUp(this.#file);
		} catch (error) {
			if (!again) {
				log.warning(
					`the state file ${path} cannot be used; trying again every 30 s, calls go on: ${reasonOf(error)}`,
				);
			}
			this.#key ??= randomBytes(KEY_OCTETS);
			this.#stopOpening = clock.after(OPEN_AGAIN, () => this.#open(true));
		}
	}

	/** The state of the file; asked for by people and monitoring only. */
	get figures(): StateFigures {
		const since = this.#waitingSince;
		return {
			...(this.#file?.counts ?? { calls: 0, ended: 0 }),
			waiting: this.#changed.size,
			lag: since === undefined ? 0 : (this.#options.clock.now() - since) / 1000,
			failed: !this.usable,
		};
	}

	/** Whether calls are kept for the next process. */
	get usable(): boolean {
		return this.#file !== undefined && !this.#failed;
	}

	/** For `SipStackOptions.callIdKey`; known once it was started. */
	get callIdKey(): Uint8Array | undefined {
		return this.#key;
	}

	/**
	 * Restores what is in the file, and keeps account of all calls from now on.
	 * @param gone the calls in the file that are those of another box by now, by id.
	 */
	restore(calls: Calls, live: LiveCalls, gone: ReadonlyMap<string, unknown> = new Map()): void {
		if (this.#file) this.#disown(this.#file, gone);
		this.#calls = calls;
		calls.watchRecords((id, soon) => {
			this.#note(id);
			if (!soon) return;
			this.#urgent.add(id);
			this.#writeSoon();
		});
		calls.events.subscribe((event) => {
			// A phone that is called must be known before it answers, and a result that was told must not be followed
			// by another one after a crash.
			if (event.kind !== "placed" && event.kind !== "state") return;
			this.#writeSoon();
			const { id, state } = event.call;
			this.#note(id);
			if (state !== "ended") return void this.#urgent.add(id);
			// What is left of it is written later: most often, nothing is left then.
			this.#urgent.delete(id);
			const call = live.get(id);
			if (call) this.#ended.set(id, call);
		});
		live.remember((id) => this.#past(id));
		const since = this.#options.wall.now() - ENDED_KEPT;
		live.recall((this.#file?.lastEnded(ENDED_SHOWN, since) ?? []).map((call) => JSON.parse(call)));
		if (this.#file) this.#takeUp(this.#file);
		this.#syncLater();
	}

	/** Another box has taken over calls that are in the file: they are dropped. */
	#disown(file: StateFile, gone: ReadonlyMap<string, unknown>): void {
		for (const id of file.records.keys()) {
			if (!gone.has(id)) continue;
			this.#written.set(id, 0);
			this.#note(id);
		}
		file.records = new Map([...file.records].filter(([id]) => !gone.has(id)));
	}

	#takeUp(file: StateFile): void {
		const { log } = this.#options;
		const calls = this.#calls;
		if (!calls) return;
		calls.restoration.unusable += file.damaged;
		let restored = 0;
		for (const [id, record] of file.records) {
			try {
				const call = readCallRecord(JSON.parse(record));
				// Its end was written, and what it left was not.
				const isOver = file.ended(id) !== undefined;
				calls.restore(isOver ? { ...call, state: "ended", final: true } : call, CSEQ_JUMP * file.restores);
				restored += 1;
			} catch (error) {
				calls.restoration.unusable += 1;
				log.warning(`a call in the state file cannot be restored: ${id}: ${reasonOf(error)}`);
			}
			this.#written.set(id, 0);
			// What could not be restored is dropped.
			this.#note(id);
		}
		file.records = new Map();
		this.#unsettled = true;
		if (restored > 0) log.info(`calls restored from the state file: ${restored}`);
	}

	/** The calls that ended shortly before the last end in the file, which the history may not have. */
	endedLast(): LiveCall[] {
		return (this.#file?.endedLast(UNWRITTEN_SPAN) ?? []).map((call) => JSON.parse(call));
	}

	/** Writes what is left, and closes the file. */
	stop(): void {
		this.#stopWriting?.();
		this.#stopSyncing?.();
		this.#stopOpening?.();
		this.#writeAll();
		this.#stopped = true;
		this.#file?.close();
		this.#file = undefined;
	}

	#past(id: string): LiveCall | undefined {
		const text = this.#file?.ended(id);
		return text === undefined ? undefined : JSON.parse(text);
	}

	#note(id: string): void {
		this.#changed.add(id);
		this.#waitingSince ??= this.#options.clock.now();
		if (this.#failed) return;
		this.#stopWriting ??= this.#options.clock.after(WRITE_DELAY, () => {
			this.#stopWriting = undefined;
			this.#writeAll();
		});
	}

	/** Writes what must not be lost as soon as what happens now is over. */
	#writeSoon(): void {
		if (this.#soon || this.#failed) return;
		this.#soon = true;
		queueMicrotask(() => {
			this.#soon = false;
			this.#write(() => [
				...[...this.#urgent].flatMap((id) => this.#changeOf(id) ?? []),
				...[...this.#ended.keys()].map((id) => ({ id, record: undefined, ended: this.#endOf(id) })),
			]);
		});
	}

	/** Writes everything that has changed. */
	#writeAll(): void {
		const file = this.#file;
		if (!file || (this.#changed.size === 0 && !this.#carry && !this.#unsettled)) return;
		this.#write(() => {
			if (file.isLarge()) this.#moveOn(file);
			for (const id of this.#carry?.splice(0, CARRIED_AT_ONCE) ?? []) {
				if (!this.#written.has(id)) continue;
				this.#written.set(id, 0);
				this.#changed.add(id);
			}
			return [...this.#changed].flatMap((id) => this.#changeOf(id) ?? []);
		});
		if (this.#failed) return;
		this.#changed.clear();
		this.#waitingSince = undefined;
		if (this.#unsettled) this.#write(() => [], true);
	}

	/** @param settled whether all calls that were restored are written now. */
	#write(changesNow: () => readonly CallChange[], settled = false): void {
		const { wall, log } = this.#options;
		const file = this.#file;
		if (!file) return;
		try {
			const changes = changesNow();
			if (changes.length > 0) file.write(changes, wall.now() - ENDED_KEPT);
			for (const { id, record, ended } of changes) {
				if (record === null) this.#written.delete(id);
				else if (record !== undefined) this.#written.set(id, hashText(record));
				if (ended) this.#ended.delete(id);
			}
			if (settled) file.settle();
			if (settled) this.#unsettled = false;
			if (this.#failed) log.info("the state file can be written again");
			this.#failed = false;
		} catch (error) {
			// They stay noted, and are tried again each time the file is synced.
			if (!this.#failed) log.warning(`the state file cannot be written: ${reasonOf(error)}`);
			this.#failed = true;
			this.#forgetEnded();
		}
		this.#urgent.clear();
	}

	/** Goes on in a new file, into which all records are carried over bit by bit; in this one if there can be none. */
	#moveOn(file: StateFile): void {
		try {
			file.moveOn();
			this.#carry = [...this.#written.keys()];
			this.#stuck = false;
		} catch (error) {
			if (!this.#stuck) {
				this.#options.log.warning(`the state file cannot be made smaller, and grows: ${reasonOf(error)}`);
			}
			this.#stuck = true;
		}
	}

	/** Forgets the oldest calls that are over and not in the file, so that a full disk does not fill the memory. */
	#forgetEnded(): void {
		let surplus = this.#ended.size - UNWRITTEN_KEPT;
		for (const id of this.#ended.keys()) {
			if (surplus-- <= 0) return;
			this.#ended.delete(id);
			if (!this.#written.has(id)) this.#changed.delete(id);
		}
	}

	/** @returns undefined if the file has it as it is. */
	#changeOf(id: string): CallChange | undefined {
		const kept = this.#calls?.record(id);
		const record = kept ? JSON.stringify(kept) : null;
		const ended = this.#endOf(id);
		const before = this.#written.get(id);
		const isKnown = record === null ? before === undefined : before === hashText(record);
		if (!isKnown) return { id, record, ended };
		return ended && { id, record: undefined, ended };
	}

	#endOf(id: string): EndedCall | undefined {
		const call = this.#ended.get(id);
		return call && { at: this.#options.wall.now(), call: JSON.stringify(call) };
	}

	#syncLater(): void {
		this.#stopSyncing = this.#options.clock.after(SYNC_INTERVAL, () => void this.#sync());
	}

	async #sync(): Promise<void> {
		const file = this.#file;
		try {
			await file?.sync();
			if (this.#carry?.length === 0 && !this.#failed) {
				this.#carry = undefined;
				await file?.dropOld();
			}
		} catch (error) {
			if (this.#file === file)
				this.#options.log.warning(`the state file is not on the disk: ${reasonOf(error)}`);
		}
		if (this.#stopped) return;
		this.#writeAll();
		this.#syncLater();
	}
}
