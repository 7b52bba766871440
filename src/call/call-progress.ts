import type { RecordWatch } from "../sip/leg/types.ts";
import { clockTimeOf, wallTimeOf } from "../time/wall-time.ts";
import type { CallIdentity, CallOptions } from "./call-options.ts";
import type { CallRecord, ResultRecord } from "./call-record.ts";
import {
	CALL_STATES,
	type CallEnder,
	type CallSnapshot,
	type CallState,
	dateOf,
	type EventOfCall,
	type Restored,
} from "./events.ts";
import { type CallWatch, TwoWatches } from "./record-watch.ts";
import { ToldResults } from "./told-results.ts";
import type { ToneName } from "./tone.ts";
import type { CallResult, CallWay } from "./types.ts";

/** What the record of a call has besides its progress. */
interface RecordParts {
	readonly endsAt: CallRecord["endsAt"];
	readonly referral: CallRecord["referral"];
	readonly legs: Pick<CallRecord, "initiatorLeg" | "destinationLeg" | "otherLegs">;
}

/** How far a call has come, and how everybody else hears of it: each step is published once. */
export abstract class CallProgress implements RecordWatch {
	protected readonly identity: CallIdentity;
	protected readonly options: CallOptions;
	protected state: CallState = "calling initiator";
	protected way: CallWay;
	/** What the initiator hears, while it hears a tone. */
	protected hears: ToneName | undefined;
	/** Told whenever its record may have changed; undefined while nobody watches. */
	#watch: CallWatch | undefined;
	/** When it started, by the clock. */
	#placedAt: number;
	readonly #told = new ToldResults();
	/** When both phones were connected, in milliseconds since 1970. */
	#answeredAt: number | undefined;
	/** When the time of the current step is up, by the clock. */
	#limitAt = Number.POSITIVE_INFINITY;
	#stopTimer: (() => void) | undefined;

	/** Does nothing until `start` or `resume`. */
	constructor(identity: CallIdentity, options: CallOptions) {
		this.identity = identity;
		this.options = options;
		this.#placedAt = options.clock.now();
		this.way = identity.request.anchor ? "anchor" : "refer";
	}

	get id(): string {
		return this.identity.id;
	}

	/** Whether its final result is out; its legs may still be ending. */
	get over(): boolean {
		return this.state === "ended";
	}

	/** Whether it is over, and nothing is left of any of its legs. */
	abstract get gone(): boolean;

	/** Has somebody told of changes of its record, besides those who are told already. */
	watchedBy(watch: CallWatch): void {
		this.#watch = this.#watch ? new TwoWatches(this.#watch, watch) : watch;
	}

	/** Its record, or that of one of its legs, may say something else than before. */
	changed(soon?: boolean): void {
		this.#watch?.changed(soon);
		if (this.gone) this.options.gone(this);
	}

	/** Written out member by member, as the record is. */
	get snapshot(): CallSnapshot {
		const { id, request, initiator, destination, startedAt } = this.identity;
		const { way, state, hears } = this;
		const age = Math.round(this.options.clock.now() - this.#placedAt);
		return hears
			? { id, request, initiator, destination, startedAt, way, state, hears, age }
			: { id, request, initiator, destination, startedAt, way, state, age };
	}

	/** For those who do not know the call yet. */
	protected get restored(): Restored {
		return { results: this.results, answeredAt: this.#answeredAt };
	}

	/** What was reported so far. */
	get results(): readonly CallResult[] {
		return this.#told.results;
	}

	/**
	 * The call's record. It is written out member by member, as each call is recorded several times: to spread objects
	 * into others costs more than all the rest.
	 */
	protected recordWith({ endsAt, referral, legs }: RecordParts): CallRecord {
		const { id, startedAt, request, initiator, destination } = this.identity;
		return {
			version: 2,
			id,
			startedAt,
			request,
			initiator,
			destination,
			way: this.way,
			state: this.state,
			results: this.#told.records,
			final: this.#told.final,
			endsAt,
			limitAt: wallTimeOf(this.#limitAt, this.options),
			answeredAt: this.#answeredAt,
			referral,
			initiatorLeg: legs.initiatorLeg,
			destinationLeg: legs.destinationLeg,
			otherLegs: legs.otherLegs,
		};
	}

	/** Continues from what another process has recorded. */
	protected resumeProgress(record: CallRecord): void {
		const { clock, wall } = this.options;
		this.#placedAt = clock.now() - Math.max(wall.now() - record.startedAt, 0);
		this.way = record.way;
		this.state = record.state;
		this.#answeredAt = record.answeredAt;
		this.#told.restore(
			record.results.map((result) => this.#translated(result)),
			record.final,
		);
	}

	/** A result of a record: the first one has the addresses of the call. */
	#translated(result: ResultRecord): CallResult {
		const { initiator, destination } = this.identity;
		return result.code === 100 ? { ...result, translated: { initiator, destination } } : result;
	}

	/** Runs `expire` unless the call moves on first; replaces the limit that was running. @param milliseconds 0 for none. */
	protected limit(milliseconds: number, expire: () => void): void {
		this.stopLimit();
		this.#limitAt = milliseconds > 0 ? this.options.clock.now() + milliseconds : Number.POSITIVE_INFINITY;
		this.#stopTimer = milliseconds > 0 ? this.options.clock.after(milliseconds, expire) : undefined;
	}

	/**
	 * Continues the limit of a record.
	 *
	 * @param shortest the shortest that it may be from now on, in milliseconds.
	 * @param longest the longest; 0 for any: the time of day may have been set back.
	 */
	protected resumeLimit(
		{ limitAt }: CallRecord,
		[shortest, longest]: readonly [shortest: number, longest: number],
		expire: () => void,
	): void {
		const at = clockTimeOf(limitAt, this.options, longest || Number.POSITIVE_INFINITY);
		this.limit(Number.isFinite(at) ? Math.max(at - this.options.clock.now(), shortest) : 0, expire);
	}

	protected stopLimit(): void {
		this.#stopTimer?.();
	}

	protected report(result: CallResult): void {
		if (!this.#told.take(result)) return;
		const call = this.snapshot;
		if (result.final && result.code === 200) this.#answeredAt ??= dateOf(call);
		this.publish({ kind: "result", call, result });
	}

	protected enter(state: CallState, note?: string, endedBy?: CallEnder): void {
		if (!CALL_STATES[this.state].next.includes(state)) {
			throw new Error(`A call cannot go from ${this.state} to ${state}`);
		}
		this.state = state;
		this.note(note, endedBy);
	}

	protected publish(event: EventOfCall): void {
		this.options.publish(event, this.#watch);
	}

	/** Publishes the state, with any details. @param restored what the process before has reported. */
	protected note(note?: string, endedBy?: CallEnder, restored?: Restored): void {
		const event = { kind: "state", call: this.snapshot } as const;
		const isPlain = note === undefined && endedBy === undefined && restored === undefined;
		this.publish(
			isPlain
				? event
				: { ...event, ...(note && { note }), ...(endedBy && { endedBy }), ...(restored && { restored }) },
		);
	}
}
