import type { CallEvent } from "../call/events.ts";
import { randomToken } from "../random.ts";
import { Registry } from "../registry.ts";
import type { WallClock } from "../time/wall-clock.ts";
import { CallRecord, type EndedCall, type KnownCall } from "./call-record.ts";

/** The most records that wait for the disk; further calls are not written at all. */
export const MAX_WAITING = 10_000;

/** The most refused requests that wait: a runaway client must not fill the disk with them. */
export const MAX_REFUSALS_WAITING = 200;

/** What is missing from the history, and why. */
export interface LeftOut {
	/** Calls that did not fit into memory. */
	readonly calls: number;
	/** Refused requests that did not fit into one batch. */
	readonly refusals: number;
}

/**
 * Folds the stream of call events into records and queues those to be written, in the order in which they
 * changed. This is the only part of the history that runs on the path of calls.
 */
export class CallRecorder {
	readonly #wall: WallClock;
	/** Calls in progress. */
	readonly #open = new Registry<CallRecord>();
	#waiting: CallRecord[] = [];
	#refusalsWaiting = 0;
	#leftOutCalls = 0;
	#leftOutRefusals = 0;
	#lost = 0;

	/** @param wall dates refused requests; calls have their own dates. */
	constructor(wall: WallClock) {
		this.#wall = wall;
	}

	/** How many records wait to be written. */
	get waiting(): number {
		return this.#waiting.length;
	}

	/** How many calls and refused requests were ever left out for lack of room. */
	get lost(): number {
		return this.#lost;
	}

	/** How many calls in progress it follows. */
	get open(): number {
		return this.#open.size;
	}

	hear(event: CallEvent): void {
		if (event.kind === "refused") return this.#refused(event);
		if (event.kind === "placed") {
			if (this.#waiting.length >= MAX_WAITING) {
				this.#leftOutCalls += 1;
				this.#lost += 1;
				return;
			}
			const record = CallRecord.placed(event.call);
			this.#open.set(record.id, record);
			this.#changed(record);
			return;
		}
		// What is heard belongs to the moment.
		if (event.kind === "tone") return;
		// A call that was left out when it was placed stays out.
		let record = this.#open.get(event.call.id);
		if (!record && event.kind === "state" && event.restored) {
			record = CallRecord.restored(event.call, event.restored);
			this.#open.set(record.id, record);
		}
		if (!record) return;
		record.heard(event);
		if (record.state === "ended") this.#open.delete(record.id);
		this.#changed(record);
	}

	/** Takes in a call that ended in a process that has died since. @param known what the file has of it. */
	ended(call: EndedCall, known: KnownCall | undefined): void {
		this.#changed(CallRecord.ended(call, known));
	}

	/** The records that have waited longest; they stay in the queue until `written`. */
	next(count: number): readonly CallRecord[] {
		return this.#waiting.slice(0, count);
	}

	/** The first `count` records are in the file. */
	written(count: number): void {
		for (const record of this.#waiting.slice(0, count)) {
			record.waiting = false;
			if (record.state === "refused") this.#refusalsWaiting -= 1;
		}
		this.#waiting = count >= this.#waiting.length ? [] : this.#waiting.slice(count);
	}

	/**
	 * A new file is empty: every call in progress, and its share of the day's counts, must be written again.
	 */
	forgetWritten(): void {
		for (const record of this.#waiting) record.forgetWritten();
		for (const record of this.#open.values()) {
			record.forgetWritten();
			this.#changed(record);
		}
	}

	/** What was left out since the last time; undefined if nothing was. */
	takeLeftOut(): LeftOut | undefined {
		if (this.#leftOutCalls + this.#leftOutRefusals === 0) return undefined;
		const leftOut = { calls: this.#leftOutCalls, refusals: this.#leftOutRefusals };
		this.#leftOutCalls = this.#leftOutRefusals = 0;
		return leftOut;
	}

	#refused({ request, result }: Extract<CallEvent, { kind: "refused" }>): void {
		if (this.#refusalsWaiting >= MAX_REFUSALS_WAITING || this.#waiting.length >= MAX_WAITING) {
			this.#leftOutRefusals += 1;
			this.#lost += 1;
			return;
		}
		this.#refusalsWaiting += 1;
		this.#changed(CallRecord.refused(randomToken(8), request, result, this.#wall.now()));
	}

	#changed(record: CallRecord): void {
		if (record.waiting) return;
		record.waiting = true;
		this.#waiting.push(record);
	}
}
