import type { EventOfCall } from "../call/events.ts";
import type { CallWatch } from "../call/record-watch.ts";
import type { LiveCall } from "../live/types.ts";
import { Registry } from "../registry.ts";
import type { WrittenRow } from "./state-content.ts";
import type { Urgency } from "./urgency.ts";

/** Calls that are over and remembered while the file cannot be written. */
const UNWRITTEN_KEPT = 1000;

/** Notes changes. */
export interface CallNotes {
	note(call: NotedCall, urgency: Urgency): void;
	/** Something that was published has changed a call. */
	published(call: NotedCall, event: EventOfCall): void;
}

/**
 * A call of which something is in the state file, or to be written there. Whoever changes the call has this at hand: it
 * is told some forty times, mostly of nothing new, which costs a look at one field.
 */
export class NotedCall implements CallWatch {
	readonly id: string;
	/** Whether it is the one that is known by its id. */
	known = false;
	/** Whether it has a record in the file. */
	written = false;
	/** That record, if another one will soon follow: only what is different then is written. */
	record: WrittenRow | undefined = undefined;
	/** Which batch has to write its record. */
	batch: "none" | "next" | "later" = "none";
	/** Whether its record is not left to a batch. */
	urgent = false;
	/** What became of it, until that is written. */
	ended: LiveCall | undefined = undefined;
	/** The number of the list that it was put on last. */
	list = 0;
	readonly #notes: CallNotes;

	constructor(id: string, notes: CallNotes) {
		this.id = id;
		this.#notes = notes;
	}

	changed(soon?: boolean): void {
		if (soon) this.#notes.note(this, "now");
		// A batch writes the record as it is by then.
		else if (this.batch === "none") this.#notes.note(this, "batch");
	}

	published(event: EventOfCall): void {
		this.#notes.published(this, event);
	}
}

/**
 * What is to be written of which call. The lists may have calls that need not be there any more, or twice; whoever goes
 * through one passes over these.
 */
export class NotedCalls {
	readonly #notes: CallNotes;
	readonly #all = new Registry<NotedCall>();
	#later: NotedCall[] = [];
	#next: NotedCall[] = [];
	readonly #urgent: NotedCall[] = [];
	#ended: NotedCall[] = [];
	/** How many lists were made. */
	#lists = 0;
	/** How many are left to which batch. */
	#laterCount = 0;
	#nextCount = 0;
	#written = 0;

	constructor(notes: CallNotes) {
		this.#notes = notes;
	}

	/** How many have a record in the file. */
	get written(): number {
		return this.#written;
	}

	/** How many are left to the next batch. */
	get next(): number {
		return this.#nextCount;
	}

	/** How many are left to the batch after that. */
	get later(): number {
		return this.#laterCount;
	}

	/** Those that have a record in the file. */
	writtenIds(): string[] {
		return this.#all.values().flatMap(({ id, written }) => (written ? [id] : []));
	}

	/** All of them: each call has to be written whole again. */
	forgetRecords(): void {
		for (const call of this.#all.values()) call.record = undefined;
	}

	/** What stands for a call; it is known from the first change on. */
	get(id: string): NotedCall {
		return this.#all.get(id) ?? new NotedCall(id, this.#notes);
	}

	/**
	 * Something of it is to be written, or is in the file.
	 *
	 * @returns the one that is known by its id: this one may have been forgotten, and another one noted since then.
	 */
	know(call: NotedCall): NotedCall {
		if (call.known) return call;
		const known = this.#all.get(call.id);
		if (known) return known;
		call.known = true;
		this.#all.set(call.id, call);
		return call;
	}

	/** Leaves it to the batch after the next one. */
	leave(call: NotedCall): void {
		this.#put(call, "later");
		this.#later.push(call);
	}

	/** Its record is not left to a batch. */
	urge(call: NotedCall): void {
		if (call.urgent) return;
		call.urgent = true;
		this.#urgent.push(call);
	}

	/** Notes what became of it. */
	end(call: NotedCall, live: LiveCall): void {
		if (!call.ended) this.#ended.push(call);
		call.ended = live;
	}

	/** It has a record in the file, which nothing needs to take the place of. */
	replace(id: string): void {
		const call = this.know(this.get(id));
		this.#settle(call);
		this.#mark(call, true);
	}

	/** Leaves a call to the next batch if it has a record in the file. */
	carry(id: string): void {
		const call = this.#all.get(id);
		if (!call?.written || call.batch === "next") return;
		this.#put(call, "next");
		this.#next.push(call);
	}

	/** Whether something may be urgent. */
	get areUrgent(): boolean {
		return this.#urgent.length + this.#ended.length > 0;
	}

	/** Those that are urgent, and then all others whose end is not written. */
	takeUrgent(): NotedCall[] {
		const taken: NotedCall[] = [];
		this.#lists += 1;
		this.#take(this.#urgent, isUrgent, taken);
		this.#take(this.#ended, hasEnded, taken);
		return taken;
	}

	/** The same, and then all others that are left to the next batch. */
	takeNext(): NotedCall[] {
		const taken = this.takeUrgent();
		this.#take(this.#next, isNext, taken);
		return taken;
	}

	/** What is urgent has been written, or is left to a batch. */
	forgetUrgent(): void {
		for (const call of this.#urgent) {
			call.urgent = false;
			this.#forgetIfDone(call);
		}
		this.#urgent.length = 0;
		if (!this.#ended.some(hasEnded)) this.#ended.length = 0;
	}

	/** Leaves all to the next batch. */
	hasten(): void {
		for (const call of this.#later) {
			if (call.batch !== "later") continue;
			this.#put(call, "next");
			this.#next.push(call);
		}
		this.#later.length = 0;
	}

	/** The next batch is done; the one after that is the next one. */
	turn(): void {
		for (const call of this.#next) {
			if (call.batch === "next") this.#put(call, "none");
			this.#forgetIfDone(call);
		}
		this.#next.length = 0;
		this.hasten();
	}

	/**
	 * Something of it is written.
	 *
	 * @param record null when nothing is left of it, undefined when its record was not written.
	 */
	took(call: NotedCall, record: object | null | undefined, ended: boolean): void {
		if (ended) call.ended = undefined;
		if (record === undefined) return;
		this.#mark(call, record !== null);
		// Whatever changes from now on notes it again.
		this.#settle(call);
		this.#forgetIfDone(call);
	}

	/** Forgets the oldest calls that are over and not in the file, so that a full disk does not fill the memory. */
	forgetEnded(): void {
		if (this.#ended.length <= UNWRITTEN_KEPT) return;
		this.#ended = this.#ended.filter(hasEnded);
		for (const call of this.#ended.splice(0, Math.max(0, this.#ended.length - UNWRITTEN_KEPT))) {
			call.ended = undefined;
			if (!call.written) this.#settle(call);
			this.#forgetIfDone(call);
		}
		this.#later = this.#later.filter(({ batch }) => batch === "later");
		this.#next = this.#next.filter(isNext);
	}

	/** Puts those that count on the newest list, each once. */
	#take(calls: readonly NotedCall[], counts: (call: NotedCall) => boolean, list: NotedCall[]): void {
		for (const call of calls) {
			if (call.list === this.#lists || !counts(call)) continue;
			call.list = this.#lists;
			list.push(call);
		}
	}

	#put(call: NotedCall, batch: NotedCall["batch"]): void {
		if (call.batch === "later") this.#laterCount -= 1;
		else if (call.batch === "next") this.#nextCount -= 1;
		call.batch = batch;
		if (batch === "later") this.#laterCount += 1;
		else if (batch === "next") this.#nextCount += 1;
	}

	#mark(call: NotedCall, written: boolean): void {
		if (call.written !== written) this.#written += written ? 1 : -1;
		call.written = written;
	}

	/** Nothing of its record has to be written. */
	#settle(call: NotedCall): void {
		call.urgent = false;
		if (call.batch !== "none") this.#put(call, "none");
	}

	#forgetIfDone(call: NotedCall): void {
		const { id, known, written, batch, urgent, ended } = call;
		if (!known || written || batch !== "none" || urgent || ended) return;
		call.known = false;
		this.#all.delete(id);
	}
}

function isUrgent({ urgent }: NotedCall): boolean {
	return urgent;
}

function hasEnded({ ended }: NotedCall): boolean {
	return ended !== undefined;
}

function isNext({ batch }: NotedCall): boolean {
	return batch === "next";
}
