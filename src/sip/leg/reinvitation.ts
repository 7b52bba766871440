import { randomInt } from "node:crypto";
import type { IncomingResponseMessage, OutgoingInviteRequest, Session } from "sip.js/lib/core/index.js";
import type { Clock, TimerValues } from "../reliability/types.ts";
import { sdpBody, sdpOf } from "./bodies.ts";
import { refusalOf } from "./refusal.ts";
import type { Refusal, ReinviteListener } from "./types.ts";

const PENDING: Refusal = { status: 491, reason: "Request Pending", local: true };
const TIMEOUT: Refusal = { status: 408, reason: "Request Timeout", local: true };

export interface ReinvitationOptions {
	readonly session: Session;
	readonly clock: Clock;
	readonly timers: TimerValues;
	/** Header fields of each re-INVITE. */
	headers(): string[];
	/** Hears of each 2xx before the listener does. */
	onAccepted(message: IncomingResponseMessage): void;
}

/** Our re-INVITEs in a dialog: one at a time, each with an end (RFC 3261 section 14.1). */
export class Reinvitation {
	readonly #options: ReinvitationOptions;
	#pending = false;
	#stopTimer: (() => void) | undefined;

	constructor(options: ReinvitationOptions) {
		this.#options = options;
	}

	/** True while a re-INVITE of ours has no final response. */
	get pending(): boolean {
		return this.#pending;
	}

	/**
	 * Sends one.
	 *
	 * @param offer undefined to ask the phone for one.
	 * @param retries how often a 491 is tried again before it is reported.
	 */
	send(offer: string | undefined, listener: ReinviteListener, retries: number): void {
		if (this.#pending) return listener.onRefused(PENDING);
		this.#pending = true;
		let request: OutgoingInviteRequest | undefined;
		const refused = ({ message }: { message: IncomingResponseMessage }): void =>
			this.#over(() => this.#refused(refusalOf(message), offer, listener, retries));
		try {
			request = this.#options.session.invite(
				{
					onAccept: ({ message, ack }) => this.#over(() => this.#accepted(message, ack, offer, listener)),
					onRedirect: refused,
					onReject: refused,
				},
				{ extraHeaders: this.#options.headers(), ...bodyOf(offer) },
			);
		} catch {
			// SIP.js holds one re-INVITE at a time in either direction: the phone's is in the way.
			return this.#over(() => this.#refused(PENDING, offer, listener, retries));
		}
		this.#watch(request, listener);
	}

	/** Stops the timers; the listener of what is pending hears nothing more. */
	close(): void {
		this.#stopTimer?.();
	}

	#accepted(
		message: IncomingResponseMessage,
		ack: (options?: ReturnType<typeof bodyOf>) => unknown,
		offer: string | undefined,
		listener: ReinviteListener,
	): void {
		this.#options.onAccepted(message);
		if (offer !== undefined) ack();
		listener.onAccepted(sdpOf(message), (answer) => {
			if (offer === undefined) ack(bodyOf(answer));
		});
	}

	#refused(refusal: Refusal, offer: string | undefined, listener: ReinviteListener, retries: number): void {
		if (refusal.status !== 491 || retries === 0) return listener.onRefused(refusal);
		// The owner of the Call-ID waits longer than its peer, 2.1 to 4 s (RFC 3261 section 14.1).
		this.#stopTimer = this.#options.clock.after(randomInt(210, 401) * 10, () =>
			this.send(offer, listener, retries - 1),
		);
	}

	/** A phone that says 100 and nothing more would keep the dialog busy for ever: CANCEL, then give up. */
	#watch(request: OutgoingInviteRequest, listener: ReinviteListener): void {
		const { clock, timers } = this.#options;
		if (!this.#pending) return;
		const limit = 64 * timers.t1;
		this.#stopTimer = clock.after(limit, () => {
			request.cancel();
			this.#stopTimer = clock.after(limit, () => this.#over(() => listener.onRefused(TIMEOUT)));
		});
	}

	#over(report: () => void): void {
		if (!this.#pending) return;
		this.#pending = false;
		this.#stopTimer?.();
		report();
	}
}

function bodyOf(sdp: string | undefined) {
	const body = sdpBody(sdp);
	return body ? { body } : {};
}
