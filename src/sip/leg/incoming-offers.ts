import { randomInt } from "node:crypto";
import type { IncomingAckRequest, IncomingInviteRequest, IncomingRequestMessage } from "../sipjs/core.ts";
import { ALLOW } from "./agent-profile.ts";
import { ACCEPT, acceptedBodies, sdpBody, sdpOf, sessionBodyOf } from "./bodies.ts";
import type { DialogOwner } from "./dialog-owner.ts";
import { OpenOffer, type RefuseOffer } from "./open-offer.ts";
import type { SessionTimer } from "./session-timer.ts";

/** The dialog in which the phone makes its offers. */
export interface OfferedDialog {
	readonly owner: DialogOwner;
	readonly sessionTimer: SessionTimer;
	/** The Contact line of our answers. */
	readonly contact: string;
	/** True while our re-INVITE has no final response. */
	readonly offering: boolean;
	/** The phone may have moved. */
	refreshTarget(message: IncomingRequestMessage): void;
	/**
	 * The phone's exchange is over: what waited for it can be sent. @param agreed false if it was refused.
	 */
	settled(agreed: boolean): void;
	/** The phone does not acknowledge our answer. */
	fail(): void;
}

/**
 * The session changes that a phone asks for, by re-INVITE or UPDATE: one change at a time, each with one
 * answer.
 */
export class IncomingOffers {
	readonly #dialog: OfferedDialog;
	/** The phone's last offer. */
	#offer: OpenOffer | undefined;
	/** Whether our 200 carried an offer, whose answer comes in the ACK. */
	#answerOwed = false;
	#stopAckTimer: (() => void) | undefined;

	constructor(dialog: OfferedDialog) {
		this.#dialog = dialog;
	}

	/** What blocks our own offer (RFC 3264 section 4, RFC 3261 section 14.1). */
	get inTheWay(): "answer" | "ACK" | undefined {
		if (this.#offer?.open) return "answer";
		return this.#stopAckTimer && "ACK";
	}

	/** Handles a CANCEL. @returns false if it is not for a re-INVITE that waits for its answer. */
	cancelled(request: IncomingRequestMessage): boolean {
		// SIP.js answers the CANCEL of a re-INVITE but leaves the re-INVITE itself without a final response.
		if (!this.#offer?.isCancelledBy(request)) return false;
		this.#dialog.owner.reply(request, 200);
		this.#offer.terminate();
		return true;
	}

	/** The dialog is over: refuses whatever waits for an answer. */
	close(): void {
		this.#offer?.terminate();
		this.#stopAckTimer?.();
	}

	/** Handles a re-INVITE. */
	invited(request: IncomingInviteRequest): void {
		const { message } = request;
		request.trying();
		this.#offerReceived(
			message,
			(sdp, headers) => {
				const body = sdpBody(sdp);
				this.#answerOwed = sdpOf(message) === undefined;
				request.accept({ statusCode: 200, extraHeaders: headers, ...(body && { body }) });
				this.#awaitAck();
			},
			(statusCode, reasonPhrase, extraHeaders) => {
				request.reject({
					statusCode,
					...(reasonPhrase && { reasonPhrase }),
					...(extraHeaders && { extraHeaders }),
				});
				this.#dialog.settled(false);
			},
		);
	}

	/** Handles an UPDATE (RFC 3311). */
	updated(request: IncomingRequestMessage): void {
		const { owner, sessionTimer, offering } = this.#dialog;
		const accept = (sdp: string | undefined, headers: string[]): void => {
			owner.reply(request, 200, { headers, ...(sdp && { body: { type: "application/sdp", content: sdp } }) });
			this.#dialog.settled(true);
		};
		const refuse = (status: number, reason?: string, headers?: string[]): void => {
			owner.reply(request, status, { ...(reason && { reason }), ...(headers && { headers }) });
			this.#dialog.settled(false);
		};
		const { sdp, understood } = sessionBodyOf(request);
		if (!understood) return refuse(415, undefined, acceptedBodies(request));
		if (sdp) {
			// Our own offer is unanswered (RFC 3311 section 5.2).
			if (offering || this.#answerOwed) return refuse(491);
			return this.#offerReceived(request, accept, refuse);
		}
		const tooShort = sessionTimer.refusal(request);
		if (tooShort) return refuse(422, undefined, tooShort);
		this.#dialog.refreshTarget(request);
		accept(undefined, this.#acceptHeaders(request));
	}

	#offerReceived(
		message: IncomingRequestMessage,
		accept: (sdp: string | undefined, headers: string[]) => void,
		refuse: (status: number, reason?: string, headers?: string[]) => void,
	): void {
		const { sdp, understood } = sessionBodyOf(message);
		if (!understood) return refuse(415, undefined, acceptedBodies(message));
		// RFC 3261 section 14.2 and RFC 3311 section 5.2: the phone must wait for the answer to its last one.
		if (this.#offer?.open) return refuse(500, undefined, [`Retry-After: ${randomInt(0, 11)}`]);
		const { owner, sessionTimer } = this.#dialog;
		const tooShort = sessionTimer.refusal(message);
		if (tooShort) return refuse(422, undefined, tooShort);
		const delegate = owner.listener;
		if (!delegate) return refuse(481);
		const refuseOffer: RefuseOffer = (status, reason) => refuse(status, reason);
		this.#offer = new OpenOffer(owner.clock, owner.timers);
		const request = this.#offer.begin(message, refuseOffer);
		this.#dialog.refreshTarget(message);
		try {
			delegate.onOffer(sdp, {
				get open() {
					return request.open;
				},
				accept: (sdp) => request.finish(() => accept(sdp, this.#acceptHeaders(message))),
				// If the other phone redirects, that does not redirect this one.
				refuse: (status, reason) =>
					request.finish(() => (status < 400 ? refuseOffer(488) : refuseOffer(status, reason))),
			});
		} catch (error) {
			request.finish(() => refuseOffer(500));
			throw error;
		}
	}

	#acceptHeaders(message: IncomingRequestMessage): string[] {
		const { contact, sessionTimer } = this.#dialog;
		return [contact, `Accept: ${ACCEPT}`, `Allow: ${ALLOW}`, ...sessionTimer.start(message, "uas")];
	}

	#awaitAck(): void {
		this.#stopAckTimer?.();
		const { clock, timers } = this.#dialog.owner;
		this.#stopAckTimer = clock.after(64 * timers.t1, () => this.#dialog.fail());
	}

	/** The phone has acknowledged our answer. */
	acknowledged({ message }: IncomingAckRequest): void {
		this.#stopAckTimer?.();
		this.#stopAckTimer = undefined;
		this.#answerOwed = false;
		this.#dialog.owner.listener?.onAnswer(sdpOf(message));
		this.#dialog.settled(true);
	}
}
