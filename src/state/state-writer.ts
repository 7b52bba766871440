import type { CallRecord } from "../call/call-record.ts";
import type { LiveCall } from "../live/types.ts";
import type { Logger } from "../log/logger.ts";
import { Registry } from "../registry.ts";
import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import type { EndedCall } from "./ended-calls.ts";
import type { CallChange } from "./state-content.ts";
import { reasonOf, type StateFile } from "./state-file.ts";

/**
 * How often changes are written, in milliseconds: those that had been made when the time before this was up. The
 * changes of a call come in bursts, of which only the last is written.
 */
const WRITE_INTERVAL = 25;
/** Records that each write carries over into a new file, or from the process before. */
const CARRIED_AT_ONCE = 25;
/** Calls that are over and remembered while the file cannot be written. */
const UNWRITTEN_KEPT = 1000;

/**
 * When a change has to be in the file:
 *
 * - now: before anything else happens. A phone must not ring, and a final result must not be told, without a record.
 * - turn: as soon as what happens in this turn is over. Mostly something follows that has to be written now.
 * - batch: after 25 to 50 ms, for what a restored call finds out by itself.
 */
export type Urgency = "now" | "turn" | "batch";

export interface StateWriterOptions {
	readonly clock: Clock;
	readonly wall: WallClock;
	readonly log: Logger;
	/** What there is to be written of a call; undefined once nothing is left of it. */
	readonly record: (id: string) => CallRecord | undefined;
	/** Called when something was written that has to go to the disk, or could not be written. */
	readonly wrote: () => void;
}

/**
 * Writes what changes into the state file, each call as rarely as it may be. While the file cannot be written, the
 * changes stay noted.
 */
export class StateWriter {
	readonly #options: StateWriterOptions;
	#file: StateFile | undefined;
	/** The calls that have changed since changes were last written, and those that had before. */
	#changed = new Set<string>();
	#due = new Set<string>();
	readonly #ended = new Map<string, LiveCall>();
	/** The calls whose records are not left to the next batch. */
	readonly #urgent = new Set<string>();
	/** The calls that have a record in the file. */
	readonly #written = new Registry<true>();
	#stopBatch: (() => void) | undefined;
	#stopTurn: (() => void) | undefined;
	/** Whether what is urgent is written before anything else happens. */
	#now = false;
	/** The calls whose records are written again, bit by bit: they are those of the process before, or in an old file. */
	#carry: string[] | undefined;
	/** Whether what was restored is not in the file yet. */
	#unsettled = false;
	/** When the oldest of both was made, by the clock. */
	#changedSince = 0;
	#dueSince = 0;
	#failed = false;
	/** Whether the file is large and no new one could be begun. */
	#stuck = false;

	constructor(options: StateWriterOptions) {
		this.#options = options;
	}

	/** Calls that are in the file. */
	get calls(): number {
		return this.#written.size;
	}

	/** Calls whose last change is not written yet. */
	get waiting(): number {
		return this.#changed.size + this.#due.size;
	}

	/** How long the oldest change has waited, in seconds. */
	get lag(): number {
		if (this.waiting === 0) return 0;
		const since = this.#due.size > 0 ? this.#dueSince : this.#changedSince;
		return (this.#options.clock.now() - since) / 1000;
	}

	get failed(): boolean {
		return this.#failed;
	}

	/** Whether something is to be done after the next sync: to try again, or to drop an old file. */
	get isUnsettled(): boolean {
		return this.#failed || this.#unsettled || this.#carry !== undefined;
	}

	/** Writes here from now on; what was noted before, too. */
	use(file: StateFile): void {
		this.#file = file;
		this.#batchLater();
	}

	/** The file has a record of this call, of the process before: it is written again when its turn comes. */
	replace(id: string): void {
		this.#forget(id);
		this.#written.set(id, true);
		this.#carry ??= [];
		this.#carry.push(id);
		this.#batchLater();
	}

	/** All calls that were restored are noted: once they are written, the file is told so. */
	settle(): void {
		this.#unsettled = true;
	}

	/** Writes what is left. */
	stop(): void {
		this.#stopBatch?.();
		this.#stopTurn?.();
		this.writeAll();
		this.#file = undefined;
	}

	/** A record may have changed. */
	note(id: string, urgency: Urgency): void {
		if (!this.#changed.has(id) && !this.#due.has(id)) {
			if (this.#changed.size === 0) this.#changedSince = this.#options.clock.now();
			this.#changed.add(id);
			this.#batchLater();
		}
		if (urgency === "batch") return;
		this.#urgent.add(id);
		this.#hurry(urgency);
	}

	#batchLater(): void {
		if (this.#failed || !this.#file) return;
		this.#stopBatch ??= this.#options.clock.after(WRITE_INTERVAL, () => {
			this.#stopBatch = undefined;
			this.#writeDue();
			if (this.waiting > 0 || this.#carries) this.#batchLater();
		});
	}

	/** Whether there are records to be written again. */
	get #carries(): boolean {
		return this.#carry !== undefined && this.#carry.length > 0;
	}

	/** A call has ended; what is left of it is written later: most often, nothing is left then. */
	end(id: string, call: LiveCall | undefined): void {
		this.note(id, "batch");
		this.#urgent.delete(id);
		if (!call) return;
		this.#ended.set(id, call);
		this.#hurry("turn");
	}

	#hurry(urgency: Exclude<Urgency, "batch">): void {
		if (this.#failed) return;
		if (urgency === "turn") {
			this.#stopTurn ??= this.#options.clock.after(0, () => this.#writeUrgent());
			return;
		}
		if (this.#now) return;
		this.#now = true;
		queueMicrotask(() => this.#writeUrgent());
	}

	#writeUrgent(): void {
		this.#now = false;
		this.#stopTurn?.();
		this.#stopTurn = undefined;
		this.#write(() => {
			const changes: CallChange[] = [];
			for (const id of this.#urgent) changes.push(this.#changeOf(id));
			for (const [id, call] of this.#ended)
				if (!this.#urgent.has(id)) changes.push({ id, record: undefined, ended: this.#endOf(call) });
			return changes;
		});
		this.#urgent.clear();
	}

	/** Writes everything that has changed. */
	writeAll(): void {
		for (const id of this.#changed) this.#due.add(id);
		this.#changed.clear();
		this.#writeDue();
	}

	#writeDue(): void {
		const file = this.#file;
		if (!file) return;
		if (this.#due.size > 0 || this.#carry || this.#unsettled || file.isLarge()) {
			this.#write(() => {
				if (file.isLarge()) this.#moveOn(file);
				for (const id of this.#carry?.splice(0, CARRIED_AT_ONCE) ?? [])
					if (this.#written.has(id)) this.#due.add(id);
				return Array.from(this.#due, (id) => this.#changeOf(id));
			});
			if (this.#failed) return;
		}
		this.#due.clear();
		[this.#changed, this.#due] = [this.#due, this.#changed];
		this.#dueSince = this.#changedSince;
		if (this.#unsettled && !this.#carries) this.#write(() => [], true);
	}

	/** What was written is on the disk: an old file of which everything is in the new one goes. */
	async synced(): Promise<void> {
		if (this.#carry?.length !== 0 || this.#failed) return;
		this.#carry = undefined;
		await this.#file?.dropOld();
	}

	/** @param settled whether all calls that were restored are written now. */
	#write(changesNow: () => readonly CallChange[], settled = false): void {
		const { log } = this.#options;
		const file = this.#file;
		if (!file) return this.#forgetEnded();
		try {
			const changes = changesNow();
			if (changes.length > 0) file.write(changes);
			for (const change of changes) this.#took(change);
			if (settled) file.settle();
			if (settled) this.#unsettled = false;
			if (this.#failed) log.info("the state file can be written again");
			this.#failed = false;
		} catch (error) {
			// They stay noted, and are tried again each time the file is synced.
			if (!this.#failed) log.warning(`the state file cannot be written: ${reasonOf(error)}`);
			this.#failed = true;
			this.#urgent.clear();
			this.#forgetEnded();
		}
		this.#options.wrote();
	}

	#took({ id, record, ended }: CallChange): void {
		if (record === null) this.#written.delete(id);
		else if (record !== undefined) this.#written.set(id, true);
		// Whatever changes from now on notes it again.
		if (record !== undefined) this.#forget(id);
		if (ended) this.#ended.delete(id);
	}

	#forget(id: string): void {
		this.#urgent.delete(id);
		this.#changed.delete(id);
		this.#due.delete(id);
	}

	/** Goes on in a new file, into which all records are carried over bit by bit; in this one if there can be none. */
	#moveOn(file: StateFile): void {
		try {
			file.moveOn();
			this.#carry = this.#written.keys();
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
			if (!this.#written.has(id)) this.#forget(id);
		}
	}

	#changeOf(id: string): CallChange {
		const record = this.#options.record(id);
		const call = this.#ended.get(id);
		return {
			id,
			record: record ?? (this.#written.has(id) ? null : undefined),
			ended: call && this.#endOf(call),
		};
	}

	#endOf(call: LiveCall): EndedCall {
		return { at: this.#options.wall.now(), call: JSON.stringify(call) };
	}
}
