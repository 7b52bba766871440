import { redactSip } from "../log/redact.ts";
import { randomToken } from "../random.ts";
import type { CallLeg } from "../sip/leg/types.ts";
import { spokenUserOf } from "../sip/message/uri.ts";
import { Bridge } from "./bridge.ts";
import type { CallOptions } from "./call-options.ts";
import { callerOf } from "./caller.ts";
import { CALL_STATES, type CallEnder, type CallSnapshot, type CallState } from "./events.ts";
import { Joining } from "./joining.ts";
import { type Conversation, PhoneInCall } from "./phone-in-call.ts";
import { Referral } from "./referral.ts";
import { failure, inProgress, progress, unreported } from "./results.ts";
import { type NamedCall, TransferDesk, type TransferDeskOptions } from "./transfer-desk.ts";
import type { CallResult, CallWay, LegName } from "./types.ts";

/**
 * One call: rings the initiator, then hands it to the destination by REFER or joins the two as a
 * back-to-back user agent. Every path ends in exactly one final result and in a BYE on each leg that
 * was answered.
 */
export class Call {
	readonly id = randomToken(8);
	readonly #options: CallOptions;
	readonly #startedAt: number;
	/** The same moment by the clock. */
	readonly #placedAt: number;
	/** The URIs for who looks on: a rule may write a password into them (RFC 3261 section 19.1.1). */
	readonly #shown: { readonly initiator: string; readonly destination: string };
	readonly #reported: string[] = [];
	#state: CallState = "calling initiator";
	#way: CallWay;
	#final = false;
	#initiator: CallLeg | undefined;
	#destination: CallLeg | undefined;
	#bridge: Bridge | undefined;
	/** Until the phones are connected. */
	#joining: Joining | undefined;
	/** From the REFER on, unless the phone declines it. */
	#referral: Referral | undefined;
	/** Made when a phone wants the first one: few calls have any. */
	#transfers: TransferDesk | undefined;
	readonly #conversation: Conversation = {
		bridge: () => this.#bridge,
		changing: (leg) =>
			(this.#joining?.begun === true && !this.#joining.waitsFor(leg)) || this.#conversation.transferring(),
		transferring: () => this.#transfers?.changingMedia === true,
		left: (leg, cause) => this.#left(leg, cause),
		transferWanted: (leg, request) => this.#transferDesk.wanted(leg, request),
	};
	#stopTimer: (() => void) | undefined;

	constructor(options: CallOptions) {
		this.#options = options;
		this.#startedAt = options.wall.now();
		this.#placedAt = options.clock.now();
		this.#way = options.request.anchor ? "anchor" : "refer";
		this.#shown = {
			initiator: redactSip(options.initiator.toString()),
			destination: redactSip(options.destination.toString()),
		};
	}

	get snapshot(): CallSnapshot {
		return {
			id: this.id,
			request: this.#options.request,
			...this.#shown,
			way: this.#way,
			state: this.#state,
			startedAt: this.#startedAt,
			age: Math.round(this.#options.clock.now() - this.#placedAt),
		};
	}

	/** Says that it is in progress and calls the initiator. */
	start(): void {
		const { initiator, destination, identity, routeSet, initiatorHeaders, limits, legs, publish } =
			this.#options;
		publish({ kind: "placed", call: this.snapshot });
		this.#report(inProgress(initiator.toString(), destination.toString()));
		const leg = legs.createLeg({
			call: this.id,
			to: initiator,
			from: identity,
			displayName: `Click-To-Call: ${spokenUserOf(destination)}`,
			offer: true,
			routeSet,
			headers: initiatorHeaders,
		});
		this.#initiator = leg;
		this.#limit(limits.initiatorTimeout, () => this.#fail(408, "Initiator", "server"));
		leg.call(
			{
				onProgress: () => this.#report(progress(180, "Initiator")),
				// It was made an offer, or is answered without anybody to talk to.
				onEarlyOffer: (_sdp, answer) => answer(undefined),
				onAnswered: () => this.#initiatorAnswered(leg),
				onFailed: ({ status }) => this.#fail(status, "Initiator"),
			},
			new PhoneInCall(leg, this.#conversation),
		);
	}

	/** What another call can take over of this one, when a phone is in both; undefined when it is not in this one. */
	named(leg: CallLeg): NamedCall | undefined {
		if (leg !== this.#initiator && leg !== this.#destination) return undefined;
		return { handOver: () => this.#transferDesk.handOver(leg) };
	}

	/** Ends the call from outside, whatever its state. */
	hangUp(by: CallEnder): void {
		this.#fail(487, CALL_STATES[this.#state].calls ?? "Destination", by);
	}

	#initiatorAnswered(leg: CallLeg): void {
		leg.acknowledge();
		this.#stopTimer?.();
		this.#report(progress(200, "Initiator"));
		if (this.#way === "refer") this.#refer(leg);
		else this.#callDestination(leg);
	}

	#refer(leg: CallLeg): void {
		const { referTo, identity, limits, clock } = this.#options;
		this.#enter("referring");
		const referral = new Referral(
			{ leg, referTo: referTo.toRaw(), referredBy: `<${identity.toRaw()}>`, clock },
			{
				onRinging: () => this.#report(progress(180, "Destination")),
				onRetry: (why) => this.#note(why),
				onConnected: () => this.#finish(progress(200, "Destination")),
				onFailed: (status, endedBy) => this.#fail(status, "Destination", endedBy),
				onDeclined: (why) => {
					this.#referral = undefined;
					this.#way = "anchor";
					this.#callDestination(leg, why);
				},
				onUnknown: () => this.#finish(unreported()),
			},
		);
		this.#referral = referral;
		this.#limit(limits.destinationTimeout, () => referral.expire());
		referral.start();
	}

	#callDestination(initiatorLeg: CallLeg, note?: string): void {
		const { destination, routeSet, limits, legs } = this.#options;
		this.#enter("calling destination", note);
		const leg = legs.createLeg({
			call: this.id,
			to: destination,
			...callerOf(initiatorLeg, this.#options),
			offer: false,
			routeSet,
		});
		this.#destination = leg;
		const joining = new Joining(initiatorLeg, leg, {
			onJoined: () => this.#connected(initiatorLeg, leg),
			onFailed: (status) => this.#fail(status, "Destination"),
		});
		this.#joining = joining;
		this.#limit(limits.destinationTimeout, () => this.#fail(408, "Destination", "server"));
		leg.call(
			{
				onProgress: () => this.#report(progress(180, "Destination")),
				onEarlyOffer: (offer, answer) => joining.early(offer, answer),
				onAnswered: (offer, early) => {
					this.#enter("joining");
					this.#limit(limits.destinationTimeout, () => this.#fail(408, "Destination", "server"));
					joining.answered(offer, early);
				},
				onFailed: ({ status }) => this.#fail(status, "Destination"),
			},
			new PhoneInCall(leg, this.#conversation),
		);
	}

	/** A phone has hung up, or was lost. */
	#left(leg: CallLeg, cause: "bye" | "failure"): void {
		if (this.#referral?.left(cause)) return;
		// Who asked for a transfer may leave before it is done.
		if (this.#transfers?.excuses(leg)) return;
		const phone = leg === this.#initiator ? "initiator" : "destination";
		this.#fail(487, "Destination", cause === "bye" ? phone : "server");
	}

	/** A phone has taken another one's place. */
	#replace(transferor: CallLeg, leg: CallLeg): void {
		const remaining = this.#bridge?.other(transferor);
		if (!remaining) return;
		this.#bridge = new Bridge(remaining, leg);
		leg.adopt(new PhoneInCall(leg, this.#conversation));
		if (transferor === this.#initiator) this.#initiator = leg;
		else this.#destination = leg;
		transferor.end();
	}

	/** A phone has left for another call: this one is over. */
	#letGo(leg: CallLeg): void {
		if (leg === this.#initiator) this.#initiator = undefined;
		else this.#destination = undefined;
		this.#end();
	}

	get #transferDesk(): TransferDesk {
		this.#transfers ??= new TransferDesk({
			bridge: () => this.#bridge,
			order: (remaining) => this.#transferOrder(remaining),
			callOf: this.#options.callOf,
			replaced: (transferor, by) => this.#replace(transferor, by),
			handedOver: (leg) => this.#letGo(leg),
			deserted: () => this.#end(),
			note: (text) => this.#note(text),
		});
		return this.#transfers;
	}

	/** What a call to a phone that takes another one's place needs. */
	#transferOrder(remaining: CallLeg): ReturnType<TransferDeskOptions["order"]> {
		const { routeSet, limits, legs, clock } = this.#options;
		return {
			call: this.id,
			caller: callerOf(remaining, this.#options),
			routeSet,
			legs,
			clock,
			timeout: limits.destinationTimeout,
			conversation: this.#conversation,
		};
	}

	#connected(initiator: CallLeg, destination: CallLeg): void {
		const { limits } = this.#options;
		this.#enter("connected");
		this.#joining = undefined;
		this.#bridge = new Bridge(initiator, destination);
		this.#report(progress(200, "Destination"));
		this.#limit(limits.maxDuration, () => this.#end("MaxCallDuration reached", "server"));
	}

	/** Runs `expire` unless the call goes on before; replaces the limit that ran. */
	#limit(milliseconds: number, expire: () => void): void {
		this.#stopTimer?.();
		this.#stopTimer = milliseconds > 0 ? this.#options.clock.after(milliseconds, expire) : undefined;
	}

	/** The phone was handed over. */
	#finish(result: CallResult): void {
		this.#report(result);
		this.#end();
	}

	#fail(code: number, leg: LegName, endedBy?: CallEnder): void {
		if (!this.#final) this.#report(failure(code, leg));
		this.#end(undefined, endedBy);
	}

	#report(result: CallResult): void {
		const key = `${result.code} ${result.leg}`;
		if (this.#final || this.#reported.includes(key)) return;
		this.#reported.push(key);
		this.#final = result.final;
		this.#options.publish({ kind: "result", call: this.snapshot, result });
	}

	#end(note?: string, endedBy?: CallEnder): void {
		if (this.#state === "ended") return;
		this.#stopTimer?.();
		this.#enter("ended", note, endedBy);
		this.#referral?.close();
		this.#joining?.close();
		this.#transfers?.cancel();
		this.#initiator?.end();
		this.#destination?.end();
	}

	#enter(state: CallState, note?: string, endedBy?: CallEnder): void {
		if (!CALL_STATES[this.#state].next.includes(state)) {
			throw new Error(`A call cannot go from ${this.#state} to ${state}`);
		}
		this.#state = state;
		this.#note(note, endedBy);
	}

	/** Publishes the state, with what there is to say about it. */
	#note(note?: string, endedBy?: CallEnder): void {
		const call = this.snapshot;
		this.#options.publish({ kind: "state", call, ...(note && { note }), ...(endedBy && { endedBy }) });
	}
}
