import type { CallRecord } from "../call/call-record.ts";
import { rowOf } from "../call/call-row.ts";
import type { EventOfCall } from "../call/events.ts";
import type { LiveCall } from "../live/types.ts";
import type { Logger } from "../log/logger.ts";
import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import { BatchTimes } from "./batch-times.ts";
import type { EndedCall } from "./ended-calls.ts";
import { type CallNotes, type NotedCall, NotedCalls } from "./noted-calls.ts";
import type { CallChange } from "./state-content.ts";
import { reasonOf, type StateFile } from "./state-file.ts";
import { type Urgency, urgencyOf } from "./urgency.ts";

/** Records that each batch carries over into a new file, or from the process before, and how long until the next one. */
const CARRIED_AT_ONCE = 25;
const CARRY_INTERVAL = 25;

export interface StateWriterOptions {
	readonly clock: Clock;
	readonly wall: WallClock;
	readonly log: Logger;
	/** What there is to be written of a call; undefined once nothing is left of it. */
	readonly record: (id: string) => CallRecord | undefined;
	/** What became of a call that has just ended. */
	readonly live: (id: string) => LiveCall | undefined;
	/** Called when something was written that has to go to the disk, or could not be written. */
	readonly wrote: () => void;
}

/** What is to be written of a call. */
interface Change extends CallChange {
	readonly call: NotedCall;
	/** Whether its row will soon be followed by another one. */
	readonly isBrief: boolean;
}

/** Whether another record of the call soon follows; one that lasts is not kept in memory. */
function isFollowed({ state }: CallRecord): boolean {
	return state !== "connected" && state !== "ended";
}

/**
 * Writes what changes into the state file, each call as rarely as it may be. While the file cannot be written, the
 * changes stay noted.
 */
export class StateWriter implements CallNotes {
	readonly #options: StateWriterOptions;
	readonly #calls = new NotedCalls(this);
	readonly #batches: BatchTimes;
	#file: StateFile | undefined;
	#stopTurn: (() => void) | undefined;
	/** Whether what is urgent is written before anything else happens. */
	#now = false;
	/** The calls whose records are written again, bit by bit: they are those of the process before, or in an old file. */
	#carry: string[] | undefined;
	/** Whether what was restored is not in the file yet. */
	#unsettled = false;
	#failed = false;
	/** Whether the file is large and no new one could be begun. */
	#stuck = false;

	constructor(options: StateWriterOptions) {
		this.#options = options;
		this.#batches = new BatchTimes(options.clock, () => this.writeAll());
	}

	/** Calls that are in the file. */
	get calls(): number {
		return this.#calls.written;
	}

	/** Calls whose last change is not written yet. */
	get waiting(): number {
		return this.#calls.later + this.#calls.next;
	}

	/** How long the oldest change has waited, in seconds. */
	get lag(): number {
		return this.waiting === 0 ? 0 : this.#batches.waited(this.#calls.next > 0) / 1000;
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
		this.#calls.replace(id);
		this.#carry ??= [];
		this.#carry.push(id);
		this.#batchLater();
	}

	/** All calls that were restored are noted: once they are written, the file is told so. */
	settle(): void {
		this.#unsettled = true;
		this.#batchLater();
	}

	/** Writes what is left. */
	stop(): void {
		this.#batches.stop();
		this.#stopTurn?.();
		this.writeAll();
		this.#file = undefined;
	}

	/** What is to be told of all changes of a call. */
	watch(id: string): NotedCall {
		return this.#calls.get(id);
	}

	published(call: NotedCall, event: EventOfCall): void {
		if (event.kind === "state" && event.call.state === "ended") this.#end(call);
		else this.note(call, urgencyOf(event));
	}

	/** A record may have changed. */
	note(noted: NotedCall, urgency: Urgency): void {
		const call = this.#calls.know(noted);
		if (call.batch === "none") {
			if (this.#calls.later === 0) this.#batches.begin();
			this.#calls.leave(call);
			this.#batchLater();
		}
		if (urgency === "batch" || this.#failed) return;
		this.#calls.urge(call);
		this.#hurry(urgency);
	}

	/** A server without calls sleeps: there is a timer only while there is something to write. */
	#batchLater(): void {
		if (this.#batches.areTimed || this.#failed || !this.#file) return;
		const longest = this.#carries || this.#unsettled ? CARRY_INTERVAL : Number.POSITIVE_INFINITY;
		const left = this.waiting > 0 ? this.#batches.left(this.#calls.next > 0) : longest;
		if (Number.isFinite(left)) this.#batches.start(Math.min(left, longest));
	}

	/** Whether there are records to be written again. */
	get #carries(): boolean {
		return this.#carry !== undefined && this.#carry.length > 0;
	}

	/**
	 * A call has ended: that goes with whatever is written next, as a final result that was told just now; a restored call
	 * finds out by itself. What is left of it is written later: most often, nothing is left then.
	 */
	#end(noted: NotedCall): void {
		const call = this.#calls.know(noted);
		this.note(call, "batch");
		call.urgent = false;
		const live = this.#options.live(call.id);
		if (!live) return;
		this.#calls.end(call, live);
	}

	#hurry(urgency: Exclude<Urgency, "batch">): void {
		// What is urgent is written together: what was to wait for the end of the turn, too.
		if (this.#now) return;
		if (urgency === "turn") {
			this.#stopTurn ??= this.#options.clock.after(0, this.#turnOver);
			return;
		}
		this.#now = true;
		queueMicrotask(this.#writeNow);
	}

	readonly #writeNow = (): void => {
		this.#now = false;
		this.#writeUrgent();
	};

	/** Something else may have been written since then, which has left nothing to do. */
	readonly #turnOver = (): void => {
		this.#stopTurn = undefined;
		this.#writeUrgent();
	};

	#writeUrgent(): void {
		if (!this.#calls.areUrgent) return;
		if (this.#batches.isDue) return this.#writeNext();
		this.#write(this.#urgentChanges);
		this.#calls.forgetUrgent();
	}

	readonly #urgentChanges = (): Change[] => this.#calls.takeUrgent().map(this.#urgentChangeOf);

	/** Writes everything that has changed. */
	writeAll(): void {
		if (this.#calls.next === 0) this.#batches.hasten();
		this.#calls.hasten();
		this.#writeNext();
	}

	/** Writes the next batch, with what is urgent. */
	#writeNext(): void {
		this.#write(this.#nextChanges);
		this.#calls.forgetUrgent();
		if (this.#failed || !this.#file) return;
		this.#calls.turn();
		this.#batches.turn();
		if (this.#unsettled && !this.#carries) this.#write(() => [], true);
		this.#batchLater();
	}

	readonly #nextChanges = (file: StateFile): Change[] => {
		if (file.isLarge()) this.#moveOn(file);
		for (const id of this.#carry?.splice(0, CARRIED_AT_ONCE) ?? []) this.#calls.carry(id);
		return this.#calls.takeNext().map(this.#nextChangeOf);
	};

	/** What was written is on the disk: an old file of which everything is in the new one goes. */
	async synced(): Promise<void> {
		if (this.#carry?.length !== 0 || this.#failed) return;
		this.#carry = undefined;
		await this.#file?.dropOld();
	}

	/** @param settled whether all calls that were restored are written now. */
	#write(changesNow: (file: StateFile) => readonly Change[], settled = false): void {
		const { log } = this.#options;
		const file = this.#file;
		if (!file) return this.#calls.forgetEnded();
		try {
			const changes = changesNow(file);
			if (changes.length > 0) file.write(changes);
			else if (!this.isUnsettled) return;
			for (const change of changes) this.#took(change);
			if (settled) file.settle();
			if (settled) this.#unsettled = false;
			if (this.#failed) log.info("the state file can be written again");
			this.#failed = false;
		} catch (error) {
			// They stay noted, and are tried again each time the file is synced.
			if (!this.#failed) log.warning(`the state file cannot be written: ${reasonOf(error)}`);
			this.#failed = true;
			this.#calls.forgetEnded();
		}
		this.#options.wrote();
	}

	#took({ call, row, isBrief, before, ended }: Change): void {
		if (row !== undefined)
			call.record = row && isBrief ? { row, changes: before ? before.changes + 1 : 0 } : undefined;
		this.#calls.took(call, row, ended !== undefined);
	}

	/** Goes on in a new file, into which all records are carried over bit by bit; in this one if there can be none. */
	#moveOn(file: StateFile): void {
		try {
			file.moveOn();
			this.#carry = this.#calls.writtenIds();
			this.#calls.forgetRecords();
			this.#stuck = false;
		} catch (error) {
			if (!this.#stuck) {
				this.#options.log.warning(`the state file cannot be made smaller, and grows: ${reasonOf(error)}`);
			}
			this.#stuck = true;
		}
	}

	readonly #changeOf = (call: NotedCall): Change => {
		const { id, written } = call;
		const record = this.#options.record(id);
		const row = record ? rowOf(record) : written ? null : undefined;
		const isBrief = record !== undefined && isFollowed(record);
		return { id, call, row, isBrief, before: call.record, ended: this.#endOf(call) };
	};

	/** The record of a call that has just ended is left to a batch. */
	readonly #urgentChangeOf = (call: NotedCall): Change =>
		call.urgent
			? this.#changeOf(call)
			: { id: call.id, call, row: undefined, isBrief: false, before: undefined, ended: this.#endOf(call) };

	readonly #nextChangeOf = (call: NotedCall): Change =>
		call.batch === "next" ? this.#changeOf(call) : this.#urgentChangeOf(call);

	#endOf({ ended }: NotedCall): EndedCall | undefined {
		return ended && { at: this.#options.wall.now(), call: JSON.stringify(ended) };
	}
}
