import type { URI } from "sip.js/lib/grammar/index.js";
import { randomToken } from "../random.ts";
import type { CallLeg, LegDelegate, Refusal } from "../sip/leg/types.ts";
import type { Clock } from "../sip/reliability/types.ts";
import { Bridge } from "./bridge.ts";
import { CALL_TRANSITIONS, type CallEvent, type CallSnapshot, type CallState } from "./events.ts";
import { passOffer } from "./exchange.ts";
import { failure, inProgress, progress } from "./results.ts";
import type { CallRequest, CallResult, CallWay, LegName } from "./types.ts";

/** Makes the legs; call control knows no sockets. */
export interface LegFactory {
	createLeg(request: {
		to: URI;
		from: URI;
		displayName: string;
		offer: boolean;
		routeSet: readonly string[];
	}): CallLeg;
}

/** Time limits in milliseconds; 0 for none. */
export interface CallLimits {
	readonly initiatorTimeout: number;
	readonly destinationTimeout: number;
	/** For anchored calls, from the moment both are connected. */
	readonly maxDuration: number;
}

export interface CallOptions {
	readonly request: CallRequest;
	readonly initiator: URI;
	readonly destination: URI;
	/** URI of the From towards the initiator. */
	readonly identity: URI;
	/** Preloaded Route values: the outbound proxy. */
	readonly routeSet: readonly string[];
	readonly limits: CallLimits;
	readonly legs: LegFactory;
	readonly clock: Clock;
	readonly publish: (event: CallEvent) => void;
}

const NO_EVENTS: Omit<LegDelegate, "onProgress" | "onAnswered" | "onFailed" | "onEnded"> = {
	onOffer: (_sdp, reply) => reply.refuse(491),
	onAnswer: () => {},
	onRequest: (request) => request.reply(481),
};

/**
 * One call: rings the initiator, then hands it to the destination by REFER or joins the two as a
 * back-to-back user agent. Every path ends in exactly one final result and in a BYE on each leg that
 * was answered.
 */
export class Call {
	readonly id = randomToken(8);
	readonly #options: CallOptions;
	readonly #startedAt = Date.now();
	readonly #reported = new Set<string>();
	#state: CallState = "calling initiator";
	#way: CallWay;
	#final = false;
	#initiator: CallLeg | undefined;
	#destination: CallLeg | undefined;
	#bridge: Bridge | undefined;
	#stopTimer: (() => void) | undefined;

	constructor(options: CallOptions) {
		this.#options = options;
		this.#way = options.request.anchor ? "anchor" : "refer";
	}

	get snapshot(): CallSnapshot {
		const { request, initiator, destination } = this.#options;
		return {
			id: this.id,
			request,
			initiator: initiator.toString(),
			destination: destination.toString(),
			way: this.#way,
			state: this.#state,
			startedAt: this.#startedAt,
		};
	}

	/** Says that it is in progress and calls the initiator. */
	start(): void {
		const { initiator, destination, identity, routeSet, limits, legs, publish } = this.#options;
		publish({ kind: "placed", call: this.snapshot });
		this.#report(inProgress(initiator.toString(), destination.toString()));
		const leg = legs.createLeg({
			to: initiator,
			from: identity,
			displayName: `Click-To-Call: ${userOf(destination)}`,
			offer: true,
			routeSet,
		});
		this.#initiator = leg;
		this.#limit(limits.initiatorTimeout, () => this.#fail(408, "Initiator"));
		leg.call({
			...NO_EVENTS,
			onProgress: () => this.#report(progress(180, "Initiator")),
			onAnswered: () => this.#initiatorAnswered(leg),
			onFailed: ({ status }) => this.#fail(status, "Initiator"),
			onEnded: () => this.#initiatorLeft(),
			onOffer: (sdp, reply) => {
				// The initiator changes its session before there is anybody to tell.
				if (this.#bridge) return this.#bridge.offered(leg, sdp, reply);
				if (this.#state === "joining") return reply.refuse(491);
				reply.accept(sdp === undefined ? leg.local?.current : leg.local?.inactive(sdp));
			},
			onAnswer: (sdp) => this.#bridge?.answered(leg, sdp),
			onRequest: (request) => (this.#bridge ? this.#bridge.requested(leg, request) : request.reply(200)),
		});
	}

	/** Ends the call from outside, whatever its state. */
	hangUp(): void {
		this.#fail(487, this.#state === "calling initiator" ? "Initiator" : "Destination");
	}

	#initiatorAnswered(leg: CallLeg): void {
		leg.acknowledge();
		this.#stopTimer?.();
		this.#report(progress(200, "Initiator"));
		if (this.#way === "refer") this.#refer(leg);
		else this.#callDestination();
	}

	#initiatorLeft(): void {
		// The reports of a REFER outlive the phone's BYE (RFC 5057 section 5.1).
		if (this.#state !== "referring") this.#fail(487, "Destination");
	}

	#refer(leg: CallLeg): void {
		const { destination, identity, limits } = this.#options;
		this.#enter("referring");
		this.#limit(limits.destinationTimeout, () => this.#fail(408, "Destination"));
		leg.refer(destination.toRaw(), `<${identity.toRaw()}>`, {
			onAccepted: () => {},
			onRefused: (refusal) => this.#referRefused(leg, refusal),
			onReport: (status) => {
				if (status >= 300) return this.#fail(status, "Destination");
				this.#report(progress(status < 200 ? 180 : 200, "Destination"));
				if (status >= 200) this.#end();
			},
			onLost: (status) => this.#fail(status, "Destination"),
		});
	}

	#referRefused(leg: CallLeg, refusal: Refusal): void {
		if (this.#state !== "referring") return;
		// A phone that is gone cannot be joined with anybody.
		if (leg.state !== "confirmed") return this.#fail(487, "Destination");
		if (refusal.local || refusal.status === 481) return this.#fail(refusal.status, "Destination");
		this.#way = "anchor";
		this.#callDestination(`REFER refused with ${refusal.status} ${refusal.reason}`);
	}

	#callDestination(note?: string): void {
		const { initiator, destination, routeSet, limits, legs } = this.#options;
		this.#enter("calling destination", note);
		const leg = legs.createLeg({ to: destination, from: initiator, displayName: "", offer: false, routeSet });
		this.#destination = leg;
		this.#limit(limits.destinationTimeout, () => this.#fail(408, "Destination"));
		leg.call({
			...NO_EVENTS,
			onProgress: () => this.#report(progress(180, "Destination")),
			onAnswered: (offer) => this.#join(leg, offer),
			onFailed: ({ status }) => this.#fail(status, "Destination"),
			onEnded: () => this.#fail(487, "Destination"),
			onOffer: (sdp, reply) => (this.#bridge ? this.#bridge.offered(leg, sdp, reply) : reply.refuse(491)),
			onAnswer: (sdp) => this.#bridge?.answered(leg, sdp),
			onRequest: (request) => (this.#bridge ? this.#bridge.requested(leg, request) : request.reply(481)),
		});
	}

	/** Takes the destination's offer to the initiator and its answer back (RFC 3725 section 4.4, flow IV). */
	#join(destination: CallLeg, offer: string | undefined): void {
		const initiator = this.#initiator;
		this.#enter("joining");
		this.#limit(this.#options.limits.destinationTimeout, () => this.#fail(408, "Destination"));
		const passed = initiator && passOffer(offer, destination, initiator);
		if (!passed) return this.#fail(488, "Destination");
		initiator.reinvite(passed.sdp, {
			onAccepted: (answer) => {
				if (this.#state !== "joining") return;
				const sdp = passed.answer(answer);
				if (!sdp) return this.#fail(488, "Destination");
				destination.acknowledge(sdp);
				this.#connected(initiator, destination);
			},
			onRefused: ({ status }) => this.#state === "joining" && this.#fail(status, "Destination"),
		});
	}

	#connected(initiator: CallLeg, destination: CallLeg): void {
		const { limits } = this.#options;
		this.#enter("connected");
		this.#bridge = new Bridge(initiator, destination);
		this.#report(progress(200, "Destination"));
		this.#limit(limits.maxDuration, () => this.#end("MaxCallDuration reached"));
	}

	/** Runs `expire` unless the call goes on before; replaces the limit that ran. */
	#limit(milliseconds: number, expire: () => void): void {
		this.#stopTimer?.();
		this.#stopTimer = milliseconds > 0 ? this.#options.clock.after(milliseconds, expire) : undefined;
	}

	#fail(code: number, leg: LegName): void {
		if (!this.#final) this.#report(failure(code, leg));
		this.#end();
	}

	#report(result: CallResult): void {
		const key = `${result.code} ${result.leg}`;
		if (this.#final || this.#reported.has(key)) return;
		this.#reported.add(key);
		this.#final = result.final;
		this.#options.publish({ kind: "result", call: this.snapshot, result });
	}

	#end(note?: string): void {
		if (this.#state === "ended") return;
		this.#stopTimer?.();
		this.#enter("ended", note);
		this.#initiator?.end();
		this.#destination?.end();
	}

	#enter(state: CallState, note?: string): void {
		if (!CALL_TRANSITIONS[this.#state].includes(state)) {
			throw new Error(`A call cannot go from ${this.#state} to ${state}`);
		}
		this.#state = state;
		this.#options.publish({ kind: "state", call: this.snapshot, ...(note && { note }) });
	}
}

/** What the initiator's display shows of the destination: its user part, as it was dialled. */
function userOf(uri: URI): string {
	const user = uri.user ?? uri.host;
	try {
		return decodeURIComponent(user);
	} catch {
		return user;
	}
}
