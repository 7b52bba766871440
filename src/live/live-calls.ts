import { type CallEvent, type CallSnapshot, dateOf } from "../call/events.ts";
import type { ToneName } from "../call/tone.ts";
import type { CallResult } from "../call/types.ts";
import { randomToken } from "../random.ts";
import { Registry } from "../registry.ts";
import type { Clock } from "../time/clock.ts";
import { systemClock } from "../time/system-clock.ts";
import { systemWallClock, type WallClock } from "../time/wall-clock.ts";
import { enter, type Mutable, takeResult } from "./phone-states.ts";
import { Sight } from "./sight.ts";
import type { LegState, LiveCall, LiveEvent, LiveLeg, LiveListener } from "./types.ts";

export interface LiveCallsOptions {
	/** Both default to the machine's. */
	readonly clock?: Clock;
	readonly wall?: WallClock;
	/** The name that goes with an address, if there is one; nobody has one by default. */
	readonly nameOf?: (address: string) => string | undefined;
	/** How many calls are remembered after their end; 200 by default. */
	readonly remembered?: number;
	/** How many events can be repeated; 1000 by default. */
	readonly replayed?: number;
	/** How long events are kept for the last client to leave, in milliseconds; a minute by default. */
	readonly patience?: number;
}

/** What another box says. */
type TakenEvent = Omit<Exclude<LiveEvent, { kind: "refused" }>, "number">;

type HeardEvent = Exclude<CallEvent, { kind: "refused" }>;
type StateEvent = Extract<CallEvent, { kind: "state" }>;

/** What changes with each event. */
type Change =
	| { readonly kind: "placed" | "tone" }
	| { readonly kind: "state"; readonly note?: string }
	| { readonly kind: "result"; readonly result: CallResult };

/**
 * The calls in progress and those that have just ended, with the state of both phones, for all observers: the
 * page, the interface for programs, webhooks. It is fed by the call events; an observer never delays a call.
 */
export class LiveCalls {
	/** Distinguishes the event numbers of this run of the server from those of others. */
	readonly run = randomToken(4);
	readonly #calls = new Registry<LiveCall>();
	/** Oldest first. */
	readonly #ended: LiveCall[] = [];
	/** Those that others have got: they stay as they are. The rest may be changed. */
	readonly #shown = new WeakSet<LiveCall>();
	readonly #listeners = new Set<LiveListener>();
	#events: LiveEvent[] = [];
	/** Without listeners, events are kept until this time, by the clock. */
	#keptUntil = Number.NEGATIVE_INFINITY;
	readonly #clock: Clock;
	readonly #wall: WallClock;
	readonly #nameOf: (address: string) => string | undefined;
	readonly #remembered: number;
	readonly #replayed: number;
	readonly #patience: number;
	#past: (id: string) => LiveCall | undefined = () => undefined;
	#number = 0;
	/** With a number above this one, more have to be reserved. */
	#reserved = Number.POSITIVE_INFINITY;
	#reserve: (number: number) => number = () => Number.POSITIVE_INFINITY;
	/** The name of this box, where there are several; their calls are here, too. */
	box: string | undefined;
	/** Whether the other boxes are seen. */
	readonly sight = new Sight();

	constructor({
		clock = systemClock,
		wall = systemWallClock,
		nameOf = () => undefined,
		remembered = 200,
		replayed = 1000,
		patience = 60_000,
	}: LiveCallsOptions = {}) {
		this.#clock = clock;
		this.#wall = wall;
		this.#nameOf = nameOf;
		this.#remembered = remembered;
		this.#replayed = replayed;
		this.#patience = patience;
		// What was listed before is another list: nobody goes on from there.
		this.sight.watch(() => {
			this.#next();
			this.#events = [];
		});
	}

	/** Handles the next event; subscribe it to the call events. */
	readonly hear = (event: CallEvent): void => {
		if (event.kind !== "refused") return this.#take(event);
		const { request, result } = event;
		if (this.#count())
			this.#tell({ number: this.#number, at: this.#wall.now(), kind: "refused", request, result });
	};

	/**
	 * Goes on after the numbers of another process. What has happened in this one before it knew of them is not repeated:
	 * clients that come back get a snapshot.
	 *
	 * @param reserve keeps the next process from some more numbers, from this one on. @returns at which number to ask again.
	 */
	countOn(after: number, reserve: (number: number) => number): void {
		if (after > this.#number) this.#events = [];
		this.#number = Math.max(this.#number, after);
		this.#reserve = reserve;
		this.#reserved = this.#number;
	}

	/** Number of the latest event; 0 before the first one. */
	get latest(): number {
		return this.#number;
	}

	/** How many calls are in progress. */
	get inProgress(): number {
		return this.sight.lostSince === undefined ? this.#calls.size : this.list().length;
	}

	/** The calls in progress, oldest first; while the other boxes are not seen, those of this one. */
	list(): LiveCall[] {
		const calls = this.#all();
		return this.sight.lostSince === undefined ? calls : calls.filter((call) => this.isOwn(call));
	}

	#all(): LiveCall[] {
		const calls = this.#calls.values();
		for (const call of calls) this.#shown.add(call);
		return calls;
	}

	/** The calls that ended most recently, oldest first. */
	ended(): LiveCall[] {
		return [...this.#ended];
	}

	/** A call in progress, or one that ended a moment ago. */
	get(id: string): LiveCall | undefined {
		// Most of those that are asked for have just ended.
		const call = this.#calls.get(id);
		if (call) this.#shown.add(call);
		return call ?? this.#ended.findLast((ended) => ended.id === id) ?? this.#past(id);
	}

	/** @param past finds calls that ended longer ago, or in another process; asked after those before it. */
	remember(past: (id: string) => LiveCall | undefined): void {
		const before = this.#past;
		this.#past = (id) => before(id) ?? past(id);
	}

	/** Whether a call is one of this box. */
	isOwn({ box }: Pick<LiveCall, "box">): boolean {
		return box === this.box;
	}

	/** The calls in progress of another box. */
	of(box: string): LiveCall[] {
		return this.#all().filter((call) => call.box === box);
	}

	/** Takes in what has happened to a call of another box. */
	elsewhere(box: string, { at, kind, call, result, note }: TakenEvent): void {
		const known = this.#calls.get(call.id);
		// It is ours by now, or another box has it and its former owner speaks late.
		if (known && this.isOwn(known)) return;
		const taken = { ...call, box };
		if (call.state !== "ended") this.#calls.set(call.id, taken);
		else if (known?.box === box) {
			this.#calls.delete(call.id);
			this.#remember(taken);
		} else return this.#correct(taken);
		if (!this.#count()) return;
		this.#tell({
			number: this.#number,
			at,
			kind,
			call: taken,
			...(result && { result }),
			...(note !== undefined && { note }),
		});
	}

	/** Takes in all calls that another box has in progress; what it has no more has ended unseen, as is known or not. */
	allOf(box: string, calls: readonly LiveCall[]): void {
		const at = this.#wall.now();
		const ids = new Set(calls.map(({ id }) => id));
		for (const call of this.of(box)) {
			if (ids.has(call.id)) continue;
			const past = this.#past(call.id) ?? { ...call, endedAt: at };
			this.elsewhere(box, { at, kind: "state", call: { ...past, state: "ended" } });
		}
		for (const call of calls) {
			const known = this.#calls.get(call.id);
			if (known?.state !== call.state || known.box !== box) this.elsewhere(box, { at, kind: "state", call });
		}
	}

	/** A call of another box was missed, and taken for ended: now that box has told how it ended. */
	#correct(call: LiveCall): void {
		const at = this.#ended.findLastIndex(({ id, box }) => id === call.id && box === call.box);
		if (at >= 0) this.#ended[at] = call;
	}

	/** Takes over calls that ended in another process, oldest first; before anything has happened in this one. */
	recall(calls: readonly LiveCall[]): void {
		for (const call of calls) this.#remember(call);
	}

	/**
	 * The events after the one with this number, oldest first. They are kept while somebody listens, and a
	 * minute longer.
	 *
	 * @returns undefined if some of them are no longer known, or there was no such event.
	 */
	since(number: number): readonly LiveEvent[] | undefined {
		const first = this.#events[0]?.number ?? this.#number + 1;
		if (number < first - 1 || number > this.#number) return undefined;
		return this.#events.slice(number - first + 1);
	}

	/**
	 * Calls the listener with each event as it happens, in the middle of the call's own work: it must be
	 * quick.
	 *
	 * @returns a function that ends the subscription.
	 */
	subscribe(listener: LiveListener): () => void {
		this.#listeners.add(listener);
		return () => {
			this.#listeners.delete(listener);
			this.#keptUntil = this.#clock.now() + this.#patience;
		};
	}

	#take(event: HeardEvent): void {
		const snapshot = event.call;
		const { id, state, way } = snapshot;
		const at = dateOf(snapshot);
		const known = this.#calls.get(id);
		const call: Mutable<LiveCall> =
			known && this.#shown.has(known) ? { ...known } : (known ?? this.#begun(snapshot));
		call.state = state;
		call.way = way;
		if (this.box !== undefined) call.box = this.box;
		if (call.initiator.hears !== snapshot.hears) call.initiator = hearing(call.initiator, snapshot.hears);
		if (event.kind === "state") enterBy(call, event);
		if (event.kind === "result") takeResult(call, event.result);
		if (call.result?.code === 200) call.answeredAt ??= at;
		if (state === "ended") {
			call.endedAt = at;
			this.#calls.delete(id);
			this.#remember(call);
		} else if (call !== known) this.#calls.set(id, call);
		if (this.#count()) this.#tell({ number: this.#number, at, ...changeOf(event), call });
	}

	#begun({ id, way, state, request, initiator, destination, startedAt }: CallSnapshot): LiveCall {
		return {
			id,
			way,
			state,
			initiator: this.#leg(request.initiator, initiator, "calling"),
			destination: this.#leg(request.destination, destination, "waiting"),
			origin: request.origin,
			startedAt,
		};
	}

	#leg(address: string, uri: string, state: LegState): LiveLeg {
		const name = this.#nameOf(address);
		return name === undefined ? { address, uri, state } : { address, name, uri, state };
	}

	#remember(call: LiveCall): void {
		this.#ended.push(call);
		if (this.#ended.length > this.#remembered) this.#ended.shift();
	}

	#next(): void {
		this.#number += 1;
		if (this.#number > this.#reserved) this.#reserved = this.#reserve(this.#number);
	}

	/** Counts an event. @returns whether it is kept or anybody hears it; otherwise it need not be made. */
	#count(): boolean {
		this.#next();
		if (this.#listeners.size > 0 || this.#clock.now() < this.#keptUntil) return true;
		if (this.#events.length > 0) this.#events = [];
		return false;
	}

	#tell(event: LiveEvent): void {
		if (event.kind !== "refused") this.#shown.add(event.call);
		this.#events.push(event);
		// Many are removed in one step: moving all the others on each event would cost more than the event.
		if (this.#events.length >= this.#replayed * 2) this.#events.splice(0, this.#replayed);
		for (const listener of this.#listeners) listener(event);
	}
}

/** What a state says of the call, with what another process has told before. */
function enterBy(call: Mutable<LiveCall>, { call: { state }, endedBy, restored }: StateEvent): void {
	enter(call, state);
	if (endedBy) call.endedBy = endedBy;
	if (!restored) return;
	for (const result of restored.results) takeResult(call, result);
	if (restored.answeredAt !== undefined) call.answeredAt = restored.answeredAt;
}

/** What observers are told of an event besides the call. */
function changeOf(event: HeardEvent): Change {
	switch (event.kind) {
		case "result":
			return { kind: "result", result: event.result };
		case "state":
			return event.note === undefined ? { kind: "state" } : { kind: "state", note: event.note };
		default:
			return { kind: event.kind };
	}
}

/** The phone hears another tone, or none. */
function hearing({ hears: _, ...leg }: LiveLeg, tone: ToneName | undefined): LiveLeg {
	return tone ? { ...leg, hears: tone } : leg;
}
