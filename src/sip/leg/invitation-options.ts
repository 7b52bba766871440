import type { Clock } from "../../time/clock.ts";
import type { ResponseOptions } from "../message/writer.ts";
import type { TimerValues } from "../reliability/types.ts";
import type { LocalDescription } from "../sdp/local-description.ts";
import type { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import type { URI } from "../sipjs/grammar.ts";
import type { LegDialog } from "./leg-dialog.ts";
import type { LegNetwork } from "./leg-network.ts";
import type { LegTransport } from "./leg-transport.ts";
import type { EarlyExchange, Refusal } from "./types.ts";
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
	/** True to send the placeholder offer; false to ask the phone for one. */
	readonly offer: boolean;
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
	/** What we describe in the dialog. */
	readonly local: LocalDescription;
	/** What the phone has said of itself with its 2xx: its answer, its offer, or after an early exchange what is new. */
	readonly description: string | undefined;
	/** Whether the INVITE held an offer: not when a phone took none and was asked for its own. */
	readonly offered: boolean;
	/** Offer and answer were exchanged before, with a reliable provisional response. */
	readonly early: EarlyExchange;
	/** Sends the ACK, with an answer when the 2xx held an offer. */
	acknowledge(answer?: string): void;
}

/** What an invitation leads to. `onAccepted` or `onGone` or `onFailed` ends it. */
export interface InvitationDelegate {
	/**
	 * The phone has made an offer before it answers the call (RFC 3262 section 5, RFC 3311).
	 * @param local what we describe in its dialog.
	 * @param answer gives our answer, or a refusal for undefined; it must be called.
	 */
	onEarlyOffer(offer: string, local: LocalDescription, answer: (sdp: string | undefined) => void): void;
	/** Answers a request of the phone. */
	reply(request: IncomingRequestMessage, status: number, options?: ResponseOptions): void;
	onAccepted(accepted: Accepted): void;
	onFailed(refusal: Refusal): void;
	/** It was cancelled, and nothing of it is left. */
	onGone(): void;
}
