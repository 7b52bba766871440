import type { IncomingResponseMessage } from "sip.js/lib/core/index.js";
import type { URI } from "sip.js/lib/grammar/index.js";
import type { Clock } from "../../time/clock.ts";
import type { TimerValues } from "../reliability/types.ts";
import type { Flow } from "../transport/types.ts";
import type { LegDialog } from "./leg-dialog.ts";
import type { LegNetwork, LegTransport } from "./leg-transport.ts";
import type { Refusal } from "./types.ts";
import type { LegUserAgent } from "./user-agent.ts";

/** Everything an INVITE is made of. */
export interface InvitationOptions {
	readonly to: URI;
	readonly from: URI;
	readonly callId: string;
	/** Preloaded Route values: the outbound proxy. */
	readonly routeSet: readonly string[];
	/** Session interval to ask for, in seconds; 0 for none. */
	readonly sessionInterval: number;
	/** Header lines that this INVITE has beyond the usual ones, as `Name: value`. */
	readonly headers?: readonly string[];
	readonly network: LegNetwork;
	readonly transport: LegTransport;
	readonly userAgent: LegUserAgent;
	readonly clock: Clock;
	readonly timers: TimerValues;
}

/** An INVITE that was answered with a 2xx. */
export interface Accepted {
	readonly dialog: LegDialog;
	readonly message: IncomingResponseMessage;
	/** Sends the ACK, with an answer when the 2xx held an offer. */
	acknowledge(answer?: string): void;
	/** Offer and answer were exchanged before, with a reliable provisional response. */
	readonly agreed: boolean;
}

/** What an invitation leads to. `onAccepted` or `onGone` or `onFailed` ends it. */
export interface InvitationDelegate {
	/** The offer for the INVITE, once our address on the flow is known; undefined sends none. */
	offer(flow: Flow): string | undefined;
	/** An answer that refuses an offer, for a dialog nobody wants. */
	refuse(offer: string): string | undefined;
	/**
	 * The phone has made an offer before it answers the call (RFC 3262 section 5).
	 * @param answer sends the PRACK with our answer, or a refusal for undefined; it must be called.
	 */
	onEarlyOffer(offer: string, answer: (sdp: string | undefined) => void): void;
	onAccepted(accepted: Accepted): void;
	onFailed(refusal: Refusal): void;
	/** It was cancelled, and nothing of it is left. */
	onGone(): void;
}
