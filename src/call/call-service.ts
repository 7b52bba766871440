import type { Logger } from "../log/logger.ts";
import { redactSip } from "../log/redact.ts";
import { randomToken } from "../random.ts";
import { RecordError } from "../record.ts";
import { Registry } from "../registry.ts";
import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import { AddressBook, type CallableAddress } from "./address-book.ts";
import { type AutoAnswer, autoAnswerHeaders } from "./auto-answer.ts";
import { Call } from "./call.ts";
import type { CallIdentity, CallLimits, CallOptions } from "./call-options.ts";
import type { CallRecord } from "./call-record.ts";
import type { CallerPresentation } from "./caller.ts";
import {
	CALL_STATES,
	CallEvents,
	type CallSnapshot,
	type EventOfCall,
	type RefusalReason,
} from "./events.ts";
import type { LegFactory } from "./leg-factory.ts";
import { type ProbePace, Probing, type RestorationFigures } from "./probing.ts";
import type { CallWatch, WatchOfCall } from "./record-watch.ts";
import { ResultListeners } from "./result-listeners.ts";
import { REFUSAL_CODES, refusal } from "./results.ts";
import type { ToneOptions } from "./tone.ts";
import type { NamedCall } from "./transfer-desk.ts";
import type {
	CallControl,
	CallFollowing,
	CallListener,
	CallRequest,
	Placed,
	RefusedAddress,
} from "./types.ts";

/** Turns dialled addresses into SIP URIs. */
export interface PairTranslator {
	translatePair(
		initiator: string,
		destination: string,
	):
		| { readonly ok: true; readonly initiator: string; readonly destination: string }
		| { readonly ok: false; readonly reason: string; readonly refused: readonly RefusedAddress[] };
}

export interface CallServiceOptions extends CallerPresentation {
	readonly translator: PairTranslator;
	readonly legs: LegFactory;
	/** Whether a destination's URI headers and method reach Refer-To. */
	readonly referToHeaders: boolean;
	/** How the initiator's phone is asked to pick up by itself. */
	readonly autoAnswer: AutoAnswer;
	readonly limits: CallLimits;
	/** What initiators hear before they hear the destination; nothing by default. */
	readonly tones?: ToneOptions | undefined;
	/** Calls at a time, and new calls within any one second; 0 for no limit. */
	readonly maxCalls: number;
	readonly maxCallsPerSecond: number;
	/** Calls at a time of all boxes together; 0, the default, for no limit. */
	readonly maxCallsTotal?: number;
	readonly clock: Clock;
	readonly wall: WallClock;
	readonly log: Logger;
}

/** Places calls, lists those in progress, and publishes what happens to them. */
export class CallService implements CallControl, CallFollowing {
	readonly events: CallEvents;
	readonly #options: CallServiceOptions;
	readonly #callOptions: CallOptions;
	readonly #addresses = new AddressBook();
	/** Of the INVITEs to initiators. */
	readonly #initiatorHeaders: readonly string[];
	/**
	 * Calls in progress, and those that are over while some of their legs are still ending: they are kept for their records,
	 * if anybody watches these.
	 */
	readonly #calls = new Registry<Call>();
	/** How many are in progress. */
	#open = 0;
	readonly #listeners: ResultListeners;
	readonly #watchers: WatchOfCall[] = [];
	/** What became of the calls of other processes. */
	readonly restoration: RestorationFigures = { restored: 0, probed: 0, freed: 0, unusable: 0 };
	readonly #probing: Probing;
	/** Restored calls whose phones have not been probed. */
	#unprobed: Call[] = [];
	#recent: number[] = [];
	#draining = false;
	/** Why no calls are taken as long as the box is not set up; undefined once it is. */
	closedBecause: (() => string | undefined) | undefined;
	readonly #drained = Promise.withResolvers<void>();

	constructor(options: CallServiceOptions) {
		this.#options = options;
		const { callerIdentity, identity, routeSet, limits, tones, legs, clock, wall } = options;
		this.#callOptions = {
			callerIdentity,
			identity,
			routeSet,
			limits,
			tones,
			legs,
			clock,
			wall,
			callOf: (replaces) => this.#callOf(replaces),
			admitted: () => this.#admitted(),
			publish: (event, watch) => this.#publish(event, watch),
			gone: (call) => this.#forget(call),
		};
		this.#initiatorHeaders = autoAnswerHeaders(options.autoAnswer, identity.host);
		this.#listeners = new ResultListeners(options.log);
		this.#probing = new Probing(clock, this.restoration);
		this.events = new CallEvents((error) => options.log.err(() => `a listener failed: ${error}`));
	}

	/** Passes the wish to hang up a call on to the box that has it. @returns false if none has. */
	elsewhere: (id: string) => boolean = () => false;

	/** How many calls other boxes have in progress. */
	openElsewhere: () => number = () => 0;

	/**
	 * Asks whether there is room for a new call among those of all boxes; it is among the open ones already.
	 *
	 * @returns undefined if it need not wait.
	 */
	askOthers: () => Promise<boolean> | undefined = () => undefined;

	/** How many calls are in progress. */
	get open(): number {
		return this.#open;
	}

	/** The calls in progress. */
	list(): CallSnapshot[] {
		return this.#inProgress().map((call) => call.snapshot);
	}

	place(request: CallRequest): Placed {
		const closed = this.closedBecause?.();
		if (closed !== undefined) return this.#refuse(request, "set-up", closed);
		const translated = this.#options.translator.translatePair(request.initiator, request.destination);
		if (!translated.ok) {
			return this.#refuse(request, "address", translated.reason, translated.refused);
		}
		const initiator = this.#addresses.read(translated.initiator);
		const destination = this.#addresses.read(translated.destination);
		if (!initiator)
			return this.#refuse(request, "address", `Invalid URI format in initiator ${translated.initiator}`);
		if (!destination)
			return this.#refuse(request, "address", `Invalid URI format in destination ${translated.destination}`);
		const full = this.#full();
		if (full) return this.#refuse(request, full.reason, full.text);
		return this.#start(request, initiator, destination);
	}

	/** Ends a call for an operator. @returns false if no call has that id. */
	hangUp(id: string): boolean {
		return this.hangUpHere(id) || this.elsewhere(id);
	}

	/** The same for calls of this box alone. */
	hangUpHere(id: string): boolean {
		const call = this.#get(id);
		call?.hangUp("operator");
		return call !== undefined;
	}

	follow(id: string, listener: CallListener): (() => void) | undefined {
		return this.#get(id) ? this.#listeners.follow(id, listener) : undefined;
	}

	/**
	 * The state of a call, for another process; undefined once nothing is left of it. While somebody watches, a call that
	 * is over has a record until its phones have confirmed that.
	 */
	record(id: string): CallRecord | undefined {
		const call = this.#calls.get(id);
		if (!call?.gone) return call?.record();
		this.#forget(call);
		return undefined;
	}

	/**
	 * Has somebody told of changes of the records of all calls from now on, after those who are told already. Once a call
	 * has no record any more, nothing of it is left.
	 */
	watchRecords(watchOf: WatchOfCall): void {
		this.#watchers.push(watchOf);
		for (const call of this.#calls.values()) call.watchedBy(watchOf(call.id));
	}

	/**
	 * Continues a call that another process has recorded; this may exceed MaxCalls by one. A call that was being set up
	 * ends, and its phones are told.
	 *
	 * @param jump how far the next CSeq numbers are beyond those in the record.
	 * @throws {RecordError} when the call already exists.
	 */
	restore(record: CallRecord, jump: number): void {
		const { id, request, initiator, destination, startedAt } = record;
		if (this.#calls.has(id)) throw new RecordError(`call: there is one with the id ${id}`);
		const call = this.#make({ id, request, initiator, destination, startedAt });
		this.#calls.set(id, call);
		if (record.state !== "ended") this.#open += 1;
		this.restoration.restored += 1;
		this.restoration.unusable += call.resume(record, jump);
		if (CALL_STATES[record.state].outlivesServer) this.#unprobed.push(call);
	}

	/**
	 * Drops calls without a word to their phones: they belong to another box now. That one has ended those that were being
	 * set up when it took them over; if a phone has answered since, which that box cannot know, it is told goodbye here.
	 *
	 * @param note why.
	 * @param states by id: the state in which each call was taken over.
	 * @returns how many there were.
	 */
	letGo(note: string, states: ReadonlyMap<string, string>): number {
		let count = 0;
		for (const [id, before] of states) {
			const call = this.#calls.get(id);
			if (!call) continue;
			count += 1;
			const { state } = call.snapshot;
			const hasCome = state !== before && state !== "ended";
			if (hasCome && (before === "calling initiator" || before === "calling destination"))
				call.hangUp("server");
			else call.letGo(note);
		}
		this.#unprobed = this.#unprobed.filter(({ id }) => !states.has(id));
		return count;
	}

	/**
	 * Asks both phones of each connected call restored so far whether they are still there; if one is not, the other one
	 * gets a BYE. Phones that call a destination by themselves are asked how that goes.
	 *
	 * @param pace `urgent` when phones do not reach this process before they have been asked.
	 */
	probe(pace: ProbePace = "gentle"): void {
		const legs = this.#unprobed.flatMap((call) => call.phones);
		this.#unprobed = [];
		this.#probing.add(legs, pace);
	}

	#make(identity: CallIdentity): Call {
		const call = new Call(identity, this.#callOptions);
		for (const watchOf of this.#watchers) call.watchedBy(watchOf(call.id));
		return call;
	}

	#get(id: string): Call | undefined {
		const call = this.#calls.get(id);
		return call?.over ? undefined : call;
	}

	#inProgress(): Call[] {
		return this.#calls.values().filter(({ over }) => !over);
	}

	/** Another process may have taken the call up, and this one again. */
	#forget(call: { readonly id: string }): void {
		if (this.#calls.get(call.id) === call) this.#calls.delete(call.id);
	}

	/** Whether new calls are refused because the server is about to stop. */
	get draining(): boolean {
		return this.#draining;
	}

	/**
	 * Takes no new calls and ends those still being set up; phones that are already talking may go on.
	 *
	 * @returns when no call is left.
	 */
	drain(): Promise<void> {
		this.#draining = true;
		for (const call of this.#inProgress()) {
			if (!CALL_STATES[call.snapshot.state].bothAnswered) call.hangUp("server");
		}
		if (this.#open === 0) this.#drained.resolve();
		return this.#drained.promise;
	}

	/** Takes no new calls, and ends all but those that go on without the server: the next process takes those up. */
	keep(): void {
		this.#draining = true;
		for (const call of this.#inProgress()) {
			if (!CALL_STATES[call.snapshot.state].outlivesServer) call.hangUp("server");
		}
	}

	/** Takes no new calls and ends all others; each gets its final result. */
	stop(): void {
		this.#draining = true;
		for (const call of this.#inProgress()) call.hangUp("server");
	}

	#start(request: CallRequest, caller: CallableAddress, callee: CallableAddress): Placed {
		const { referToHeaders, wall } = this.#options;
		const initiator = caller.uri;
		const destination = callee.uri;
		const call = this.#make({
			id: randomToken(8),
			request: shown(request),
			initiator: caller.shown,
			destination: callee.shown,
			startedAt: wall.now(),
		});
		this.#calls.set(call.id, call);
		this.#open += 1;
		call.start({
			initiator,
			destination,
			referTo: referToHeaders ? callee.full : destination,
			displayName: `Click-To-Call: ${callee.spoken}`,
			initiatorHeaders: this.#initiatorHeaders,
		});
		return {
			accepted: true,
			id: call.id,
			initiator: initiator.toString(),
			destination: destination.toString(),
			listen: (listener) => this.#listen(call, listener),
		};
	}

	#listen(call: Call, listener: CallListener): void {
		for (const result of call.results) this.#listeners.hand(listener, result);
		if (!call.results.at(-1)?.final) this.#listeners.listen(call.id, listener);
	}

	#callOf(replaces: string): NamedCall | undefined {
		const leg = this.#options.legs.findLeg(replaces);
		if (!leg) return undefined;
		for (const call of this.#inProgress()) {
			const named = call.named(leg);
			if (named) return named;
		}
		return undefined;
	}

	#publish(event: EventOfCall, watch: CallWatch | undefined): void {
		this.events.publish(event);
		// Before anybody is told a result: a final one is written first.
		watch?.published(event);
		if (event.kind === "result") this.#listeners.tell(event.call.id, event.result);
		if (event.kind === "state" && event.call.state === "ended") {
			// Who watches its record does so until nothing is left of it.
			if (!watch) this.#calls.delete(event.call.id);
			this.#open -= 1;
			if (this.#draining && this.#open === 0) this.#drained.resolve();
		}
	}

	#refuse(
		request: CallRequest,
		reason: RefusalReason,
		text: string,
		refused?: readonly RefusedAddress[],
	): Placed {
		const said = refusal(REFUSAL_CODES[reason], text);
		const told = { ...said, text: redactSip(text) };
		const result = { ...said, ...(refused && { refused }) };
		this.events.publish({ kind: "refused", request: shown(request), result: told, reason });
		return { accepted: false, result };
	}

	/** Another box may have taken what room there was, in the same moment. @returns why the call may not begin. */
	#admitted(): Promise<string | undefined> | undefined {
		const { maxCallsTotal = 0 } = this.#options;
		if (maxCallsTotal === 0) return undefined;
		return this.askOthers()?.then((isAdmitted) => (isAdmitted ? undefined : tooMany(maxCallsTotal)));
	}

	/** Why no call can be taken now; undefined if one can. */
	#full(): { readonly reason: RefusalReason; readonly text: string } | undefined {
		const { maxCalls, maxCallsPerSecond, maxCallsTotal = 0, clock } = this.#options;
		if (this.#draining) return { reason: "stopping", text: "The server is stopping" };
		if (maxCalls > 0 && this.#open >= maxCalls)
			return { reason: "calls", text: `Too many calls: MaxCalls is ${maxCalls}` };
		if (maxCallsTotal > 0 && this.#open + this.openElsewhere() >= maxCallsTotal)
			return { reason: "calls", text: tooMany(maxCallsTotal) };
		if (maxCallsPerSecond === 0) return undefined;
		const now = clock.now();
		while ((this.#recent[0] ?? now) <= now - 1000) this.#recent.shift();
		if (this.#recent.length >= maxCallsPerSecond) {
			const text = `Too many calls in a second: MaxCallsPerSecond is ${maxCallsPerSecond}`;
			return { reason: "rate", text };
		}
		this.#recent.push(now);
		return undefined;
	}
}

function tooMany(maxCallsTotal: number): string {
	return `Too many calls: MaxCallsTotal is ${maxCallsTotal}`;
}

/**
 * A request as others may see it: only its sender gets the passwords in it back (RFC 3261 section 19.1.1).
 */
function shown(request: CallRequest): CallRequest {
	const initiator = redactSip(request.initiator);
	const destination = redactSip(request.destination);
	if (initiator === request.initiator && destination === request.destination) return request;
	return { ...request, initiator, destination };
}
