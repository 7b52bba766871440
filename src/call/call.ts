import type { CallLeg, TransferRequest } from "../sip/leg/types.ts";
import { clockTimeOf, wallTimeOf } from "../time/wall-time.ts";
import type { Bridge } from "./bridge.ts";
import type { CallOrder } from "./call-options.ts";
import { CallProgress } from "./call-progress.ts";
import type { CallRecord } from "./call-record.ts";
import { callerOf } from "./caller.ts";
import { CALL_STATES, type CallEnder } from "./events.ts";
import { Hearing } from "./hearing.ts";
import { Joining } from "./joining.ts";
import { type Conversation, PhoneInCall } from "./phone-in-call.ts";
import { Phones } from "./phones.ts";
import { Referral, type ReferralListener } from "./referral.ts";
import { restoreLegs } from "./restored-legs.ts";
import { failure, inProgress, progress, REFUSAL_CODES, refusal, unreported } from "./results.ts";
import { type NamedCall, TransferDesk } from "./transfer-desk.ts";
import { transferOrder } from "./transfer-order.ts";
import type { CallResult, LegName } from "./types.ts";

/** How long a phone that reports on a REFER has at least for that after a restart, in milliseconds. */
const TIME_TO_REPORT = 5000;

/**
 * One call: rings the initiator, then hands it to the destination by REFER or joins the two as a
 * back-to-back user agent. Every path ends in exactly one final result and in a BYE on each leg that
 * was answered.
 */
export class Call extends CallProgress implements Conversation {
	readonly #phones = new Phones();
	/** When an anchored call reaches its maximum duration, by the clock. */
	#endsAt = Number.POSITIVE_INFINITY;
	/** Set until the phones are connected. */
	#joining: Joining | undefined;
	/** Set while the initiator of an anchored call may hear tones. */
	#hearing: Hearing | undefined;
	/** Set from the REFER on, unless the phone declines it. */
	#referral: Referral | undefined;
	/** Created when a phone first asks for a transfer: few calls have any. */
	#transfers: TransferDesk | undefined;

	/** The legs of both phones, as far as they exist. */
	get phones(): readonly CallLeg[] {
		return this.#phones.legs;
	}

	get gone(): boolean {
		return this.over && this.#phones.gone;
	}

	bridge(): Bridge | undefined {
		return this.#phones.bridge;
	}

	changing(leg: CallLeg): boolean {
		return (this.#joining?.begun === true && !this.#joining.waitsFor(leg)) || this.transferring();
	}

	transferring(): boolean {
		return this.#transfers?.changingMedia === true;
	}

	hearing(leg: CallLeg): Hearing | undefined {
		return leg === this.#phones.initiator ? this.#hearing : undefined;
	}

	left(leg: CallLeg, cause: "bye" | "failure"): void {
		if (this.#referral?.left(cause)) return;
		// The phone that asked for a transfer may leave before it is done.
		if (this.#transfers?.excuses(leg)) return;
		this.#fail(487, "Destination", cause === "bye" ? this.#phones.nameOf(leg) : "server");
	}

	transferWanted(leg: CallLeg, request: TransferRequest): void {
		this.#transferDesk.wanted(leg, request);
	}

	/** Its state, for another process; built on each call. */
	record(): CallRecord {
		return this.recordWith({
			endsAt: wallTimeOf(this.#endsAt, this.options),
			referral: this.#referral?.record(),
			legs: this.#phones.record(this.options.wall),
		});
	}

	/** Reports that it is in progress and calls the initiator, once it may. */
	start(order: CallOrder): void {
		this.publish({ kind: "placed", call: this.snapshot });
		this.report(inProgress(order.initiator.toString(), order.destination.toString()));
		const wait = this.options.admitted();
		if (wait) void this.#startAfter(wait, order);
		else this.#callInitiator(order);
	}

	async #startAfter(wait: Promise<string | undefined>, order: CallOrder): Promise<void> {
		const problem = await wait;
		if (this.state === "ended") return;
		if (problem === undefined) this.#callInitiator(order);
		else this.#finish(refusal(REFUSAL_CODES.calls, problem));
	}

	#callInitiator(order: CallOrder): void {
		const { initiator, displayName, initiatorHeaders } = order;
		const { identity, routeSet, limits, legs } = this.options;
		if (this.way === "anchor") this.#hearing = this.#listen();
		const leg = legs.createLeg({
			call: this.id,
			to: initiator,
			from: identity,
			displayName,
			offer: true,
			sound: this.#hearing?.sound,
			routeSet,
			headers: initiatorHeaders,
			watch: this,
		});
		this.#phones.initiator = leg;
		this.limit(limits.initiatorTimeout, () => this.#fail(408, "Initiator", "server"));
		leg.call(
			{
				onProgress: () => this.report(progress(180, "Initiator")),
				// It got an offer already, or is answered before anybody is there to talk to.
				onEarlyOffer: (_sdp, answer) => answer(undefined),
				onAnswered: (sdp) => this.#initiatorAnswered(leg, sdp, order),
				onFailed: ({ status }) => this.#fail(status, "Initiator"),
			},
			new PhoneInCall(leg, this),
		);
	}

	/**
	 * What another call can take over from this one, when a phone is in both; undefined if the leg is not in
	 * this call.
	 */
	named(leg: CallLeg): NamedCall | undefined {
		return this.#phones.has(leg) ? { handOver: () => this.#transferDesk.handOver(leg) } : undefined;
	}

	/** Ends the call from outside, whatever its state. */
	hangUp(by: CallEnder): void {
		this.#fail(487, CALL_STATES[this.state].calls ?? "Destination", by);
	}

	/** Drops it without a word to the phones: another process goes on with it. */
	letGo(note: string): void {
		this.#phones.drop();
		const calls = CALL_STATES[this.state].calls;
		if (calls) this.report(failure(487, calls));
		this.#end(note);
	}

	#initiatorAnswered(leg: CallLeg, sdp: string | undefined, order: CallOrder): void {
		leg.acknowledge();
		this.#hearing?.answered(leg, sdp);
		this.stopLimit();
		this.report(progress(200, "Initiator"));
		if (this.way === "refer") this.#refer(leg, order);
		else this.#callDestination(leg, order);
	}

	#refer(leg: CallLeg, order: CallOrder): void {
		const { identity, limits, clock } = this.options;
		this.enter("referring");
		const referral = new Referral(
			{ leg, referTo: order.referTo.toRaw(), referredBy: `<${identity.toRaw()}>`, clock },
			this.#referralOutcome((why) => {
				this.#referral = undefined;
				this.way = "anchor";
				this.#hearing = this.#listen();
				this.#hearing?.adopt(leg);
				this.#callDestination(leg, order, why);
			}),
		);
		this.#referral = referral;
		this.limit(limits.destinationTimeout, () => referral.expire());
		referral.start();
	}

	#referralOutcome(onDeclined: ReferralListener["onDeclined"]): ReferralListener {
		return {
			onDeclined,
			onRinging: () => this.report(progress(180, "Destination")),
			onRetry: (why) => this.note(why),
			onConnected: () => this.#finish(progress(200, "Destination")),
			onFailed: (status, endedBy) => this.#fail(status, "Destination", endedBy),
			onUnknown: () => this.#finish(unreported()),
		};
	}

	#callDestination(initiatorLeg: CallLeg, order: CallOrder, note?: string): void {
		const { routeSet, limits, legs } = this.options;
		this.enter("calling destination", note);
		const leg = legs.createLeg({
			call: this.id,
			to: order.destination,
			...callerOf(initiatorLeg, this.options),
			offer: false,
			routeSet,
			watch: this,
		});
		this.#phones.destination = leg;
		const joining = new Joining(initiatorLeg, leg, {
			onJoined: () => this.#connected(),
			onFailed: (status) => this.#fail(status, "Destination"),
		});
		this.#joining = joining;
		this.limit(limits.destinationTimeout, () => this.#missed(408, "server"));
		leg.call(
			{
				onProgress: () => {
					this.report(progress(180, "Destination"));
					this.#hearing?.rings();
				},
				onEarlyOffer: (offer, answer) => {
					// Whatever it is, the phone says more than a tone of ours.
					this.#hearing?.close();
					joining.early(offer, answer);
				},
				onAnswered: (offer, early) => {
					this.#hush();
					this.enter("joining");
					this.limit(limits.destinationTimeout, () => this.#fail(408, "Destination", "server"));
					joining.answered(offer, early);
				},
				onFailed: ({ status }) => this.#missed(status),
			},
			new PhoneInCall(leg, this),
		);
	}

	/** What the initiator hears until it hears the destination; undefined for nothing. */
	#listen(): Hearing | undefined {
		const { tones, clock } = this.options;
		return (
			tones &&
			new Hearing(tones, clock, (tone) => {
				this.hears = tone;
				if (this.#hearing) this.publish({ kind: "tone", call: this.snapshot });
			})
		);
	}

	/** The initiator hears nothing of us any more; an event that says so follows. */
	#hush(): void {
		const hearing = this.#hearing;
		this.#hearing = undefined;
		hearing?.close();
	}

	/** The destination was not reached: the initiator hears why, if it can. */
	#missed(status: number, endedBy?: CallEnder): void {
		const hearing = this.#hearing;
		if (!hearing?.tells) return this.#fail(status, "Destination", endedBy);
		this.report(failure(status, "Destination"));
		this.limit(0, () => {});
		this.#joining?.close();
		this.#phones.destination?.end();
		this.enter("telling");
		hearing.tell(status, () => this.#end(undefined, endedBy));
	}

	/** A phone has taken another one's place. */
	#replace(transferor: CallLeg, leg: CallLeg): void {
		if (!this.#phones.replace(transferor, leg)) return;
		leg.adopt(new PhoneInCall(leg, this), this);
		this.#phones.keep(transferor);
		transferor.end();
	}

	get #transferDesk(): TransferDesk {
		this.#transfers ??= new TransferDesk({
			bridge: () => this.#phones.bridge,
			order: (remaining) => ({
				...transferOrder(this.id, remaining, this.options, this),
				watch: this,
				called: (leg) => this.#phones.keep(leg),
			}),
			callOf: this.options.callOf,
			replaced: (transferor, by) => this.#replace(transferor, by),
			handedOver: (leg) => {
				this.#phones.letGo(leg);
				this.#end();
			},
			deserted: () => this.#end(),
			note: (text) => this.note(text),
		});
		return this.#transfers;
	}

	#connected(): void {
		const { limits, clock } = this.options;
		this.enter("connected");
		this.#joining = undefined;
		this.#phones.join();
		if (limits.maxDuration > 0) this.#endsAt = clock.now() + limits.maxDuration;
		this.#talk();
	}

	/** The phones talk to each other, for as long as they may. */
	#talk(): void {
		this.report(progress(200, "Destination"));
		const left = Number.isFinite(this.#endsAt) ? Math.max(this.#endsAt - this.options.clock.now(), 1) : 0;
		this.limit(left, () => this.#end("MaxCallDuration reached", "server"));
	}

	/**
	 * Continues a call that another process has recorded. One that was being set up ends with a final result; if a
	 * phone of one that was connected is lost, the other one gets a BYE.
	 *
	 * @param jump how many CSeq numbers are skipped.
	 * @returns how many of its legs could not be used.
	 */
	resume(record: CallRecord, jump: number): number {
		const { loss, unusable } = restoreLegs(record, { jump, watch: this }, this.#phones, this.options);
		const { maxDuration } = this.options.limits;
		this.resumeProgress(record);
		this.#endsAt = clockTimeOf(record.endsAt, this.options, maxDuration || Number.POSITIVE_INFINITY);
		this.#goOn(record, loss);
		return unusable;
	}

	#goOn(record: CallRecord, loss: string | undefined): void {
		if (record.state === "ended") return this.#phones.end();
		this.#phones.adopt(this);
		this.note(loss ?? "taken up again", undefined, this.restored);
		if (record.state === "connected" && this.#phones.join()) this.#talk();
		else if (record.state !== "referring" || !this.#resumeReferral(record))
			this.#fail(487, CALL_STATES[this.state].calls ?? "Destination", "server");
	}

	/** @returns false if the phone that was asked to call the destination is lost. */
	#resumeReferral(record: CallRecord): boolean {
		const leg = this.#phones.initiator;
		if (!leg || !record.referral) return false;
		// It is not sent again, so that where it leads to is not needed.
		const referral = new Referral(
			{ leg, referTo: "", referredBy: "", clock: this.options.clock },
			this.#referralOutcome(() => this.#fail(503, "Destination")),
		);
		this.#referral = referral;
		const { destinationTimeout } = this.options.limits;
		this.resumeLimit(record, [TIME_TO_REPORT, destinationTimeout], () => referral.expire());
		referral.resume(record.referral);
		return true;
	}

	/** The phone was handed over. */
	#finish(result: CallResult): void {
		this.report(result);
		this.#end();
	}

	#fail(code: number, leg: LegName, endedBy?: CallEnder): void {
		this.report(failure(code, leg));
		this.#end(undefined, endedBy);
	}

	#end(note?: string, endedBy?: CallEnder): void {
		if (this.state === "ended") return;
		this.stopLimit();
		this.#hush();
		this.enter("ended", note, endedBy);
		this.#referral?.close();
		this.#joining?.close();
		this.#transfers?.cancel();
		this.#phones.end();
		this.changed();
	}
}
