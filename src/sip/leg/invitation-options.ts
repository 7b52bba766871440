import type { Clock } from "../../time/clock.ts";
import type { ResponseOptions } from "../message/writer.ts";
import type { TimerValues } from "../reliability/types.ts";
import type { LocalDescription } from "../sdp/local-description.ts";
import type { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import type { URI } from "../sipjs/grammar.ts";
import type { LegDialog } from "./leg-dialog.ts";
import type { LegNetwork } from "./leg-network.ts";
import type { LegTransport } from "./leg-transport.ts";
import type { EarlyExchange, LegOrder, Refusal } from "./types.ts";
import type { LegUserAgent } from "./user-agent.ts";

/** Everything needed to build an INVITE. */
export interface InvitationOptions {
	readonly to: URI;
	readonly from: URI;
	readonly callId: string;
	/** Preloaded Route values: the outbound proxy. */
	readonly routeSet: readonly string[];
	/** Session interval to ask for, in seconds; 0 for none. */
	readonly sessionInterval: number;
	/** Header lines of this INVITE beyond the usual ones, as `Name: value`. */
	readonly headers?: readonly string[];
	/** True to send an offer of our own: the placeholder, or `sound`; false to ask the phone for one. */
	readonly offer: boolean;
	/** The port that our offer sends sound from; as in {@link LegOrder}. */
	readonly sound?: LegOrder["sound"];
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
	/** Our description in the dialog. */
	readonly local: LocalDescription;
	/**
	 * The phone's own description in its 2xx: its answer, its offer, or after an early exchange what is new.
	 */
	readonly description: string | undefined;
	/** Whether the INVITE carried an offer: false if a phone accepted none and was asked for its own. */
	readonly offered: boolean;
	/** The offer and answer already exchanged with a reliable provisional response. */
	readonly early: EarlyExchange;
	/** Sends the ACK, with an answer if the 2xx carried an offer. */
	acknowledge(answer?: string): void;
}

/** How an invitation turns out. `onAccepted`, `onGone` or `onFailed` ends it. */
export interface InvitationDelegate {
	/**
	 * The phone has made an offer before it answers the call (RFC 3262 section 5, RFC 3311).
	 * @param local our description in its dialog.
	 * @param answer sends our answer, or a refusal if undefined; it must be called.
	 */
	onEarlyOffer(offer: string, local: LocalDescription, answer: (sdp: string | undefined) => void): void;
	/** Answers a request of the phone. */
	reply(request: IncomingRequestMessage, status: number, options?: ResponseOptions): void;
	onAccepted(accepted: Accepted): void;
	onFailed(refusal: Refusal): void;
	/** It was cancelled, and nothing is left of it. */
	onGone(): void;
}
