import type { ResponseOptions } from "../message/writer.ts";
import type { LocalDescription } from "../sdp/local-description.ts";
import type { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import type { LegDialog } from "./leg-dialog.ts";
import type { LegSettings } from "./leg-settings.ts";
import type { EarlyExchange, LegOrder, Refusal } from "./types.ts";
import type { LegUserAgent } from "./user-agent.ts";

/** Everything needed to build an INVITE. */
export interface InvitationOptions {
	readonly order: Pick<LegOrder, "to" | "from" | "routeSet" | "headers" | "offer" | "sound">;
	readonly settings: LegSettings;
	readonly callId: string;
	readonly userAgent: LegUserAgent;
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

/** How an invitation turns out. `onAccepted`, `onAcceptedLate`, `onGone` or `onFailed` ends it. */
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
	/**
	 * It was cancelled, and the phone has accepted it all the same: that is acknowledged, and a BYE has to end it.
	 * @param local our description in the dialog.
	 */
	onAcceptedLate(dialog: LegDialog, local: LocalDescription): void;
	/** It was cancelled, and nothing is left of it. */
	onGone(): void;
}
