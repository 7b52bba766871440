import { randomInt } from "node:crypto";
import type { Clock } from "../../time/clock.ts";
import type { TimerValues } from "../reliability/types.ts";
import type { IncomingResponseMessage } from "../sipjs/core.ts";
import { sdpBody, sdpOf } from "./bodies.ts";
import type { ReinviteRequest } from "./invite.ts";
import type { LegDialog } from "./leg-dialog.ts";
import { refusalOf } from "./refusal.ts";
import type { Refusal, ReinviteListener } from "./types.ts";

/** How often a re-INVITE that crossed the phone's own, or came too early for it, is tried again. */
const MAX_RETRIES = 4;

/** The longest Retry-After that we wait for, in seconds (RFC 3261 section 14.2). */
const LONGEST_PAUSE = 10;

/** The shortest pause before another try, in milliseconds, for a phone that says `Retry-After: 0`. */
const SHORTEST_PAUSE = 500;

const PENDING: Refusal = { status: 491, reason: "Request Pending", local: true };
const TIMEOUT: Refusal = { status: 408, reason: "Request Timeout", local: true };
/** The refusal of a request in a dialog that is over. */
export const DIALOG_GONE: Refusal = { status: 481, reason: "Call/Transaction Does Not Exist", local: true };
/** The refusal of a request that is in progress when the dialog ends (RFC 3261 section 15.1.2). */
const TERMINATED: Refusal = { status: 487, reason: "Request Terminated", local: true };

/** Whether a refusal means that the phone has left the dialog (RFC 3261 section 12.2.1.2). */
export function isGone(status: number): boolean {
	return status === 408 || status === 481;
}

/** Who wants a re-INVITE: we, or the other phone, which handles a crossing one itself. */
export type ReinviteOrigin = "own" | "relayed";

/** Whose re-INVITEs they are. */
export interface ReinvitationUser {
	readonly dialog: LegDialog;
	readonly clock: Clock;
	readonly timers: TimerValues;
	/** Header fields of each re-INVITE. */
	headers(): string[];
	/** Takes the longer session interval that a 422 asks for. @returns false if it names none. */
	raiseInterval(refusal: IncomingResponseMessage): boolean;
	/**
	 * What is open of the phone's own offer: its answer, or the ACK to that (RFC 3264 section 4, RFC 3261
	 * section 14.1).
	 */
	inTheWay(): "answer" | "ACK" | undefined;
	/** Called on each 2xx before the listener is. */
	onAccepted(message: IncomingResponseMessage): void;
	/** The phone no longer knows the dialog, or does not answer in it (RFC 3261 section 12.2.1.2). */
	onDead(refusal: Refusal): void;
	/** Returns an answer that refuses an offer nobody else answers. */
	refuse(offer: string): string | undefined;
	/** Nothing is in progress and nothing waits: it may be discarded. */
	onIdle(): void;
}

/** One requested re-INVITE. */
interface Attempt {
	/**
	 * Builds the offer when it is sent, so that a later try does not offer outdated media; undefined asks for
	 * one.
	 */
	readonly offer: (() => string) | undefined;
	readonly listener: ReinviteListener;
	readonly origin: ReinviteOrigin;
	/** How often it may still be retried. */
	readonly retries: number;
	/** It was sent again with a longer session interval, which is done once. */
	readonly raised?: true;
	/** The phone was busy: it sent a 5xx with Retry-After. */
	readonly delayed?: true;
}

/**
 * Our re-INVITEs in a dialog: one at a time, and each gets an end (RFC 3261 section 14.1).
 *
 * States: idle ──▶ sent ──▶ idle; idle ──▶ waiting (for the end of the phone's exchange) ──▶ sent; sent ──▶
 * waiting (for another try) ──▶ sent; any ──▶ closed.
 */
export class Reinvitation {
	readonly #user: ReinvitationUser;
	#state: "idle" | "sent" | "waiting" | "closed" = "idle";
	#current: Attempt | undefined;
	#queue: Attempt[] = [];
	/**
	 * What ends the wait besides the timer: any end of the phone's exchange that is in the way, or only an
	 * agreement.
	 */
	#wakes: "end" | "agreement" | undefined;
	/** Sends the ACK owed to a 2xx with an offer, refusing that offer. */
	#refuseOwed: (() => void) | undefined;
	#stopTimer: (() => void) | undefined;

	constructor(user: ReinvitationUser) {
		this.#user = user;
	}

	/** True while our re-INVITE has no final response, or its 2xx no answer. */
	get pending(): boolean {
		return this.#state === "sent" || this.#refuseOwed !== undefined;
	}

	/** True while one of ours waits to be sent, or sent again. */
	get waiting(): boolean {
		return this.#state === "waiting";
	}

	/** Sends one; while another is in progress it waits its turn, or is refused if it may not be retried. */
	send(offer: (() => string) | undefined, listener: ReinviteListener, origin: ReinviteOrigin): void {
		const attempt = { offer, listener, origin, retries: origin === "own" ? MAX_RETRIES : 0 };
		if (this.#state === "closed") listener.onRefused(DIALOG_GONE);
		else if (this.#state === "idle") this.#begin(attempt);
		else if (origin === "own") this.#queue.push(attempt);
		else listener.onRefused(PENDING);
	}

	/** The phone's exchange is over. @param agreed false if it was refused. */
	unblocked(agreed: boolean): void {
		const ends = this.#wakes === "end" || (this.#wakes === "agreement" && agreed);
		if (this.#state === "waiting" && ends && this.#current) this.#begin(this.#current);
	}

	/** Stops the timers, sends the ACK that is owed, and refuses what is in progress. */
	close(): void {
		if (this.#state === "closed") return;
		const open = [...(this.#current ? [this.#current] : []), ...this.#queue];
		this.#enter("closed", undefined);
		this.#queue = [];
		this.#refuseOwed?.();
		for (const { listener } of open) listener.onRefused(TERMINATED);
	}

	#begin(attempt: Attempt): void {
		const obstacle = this.#user.inTheWay();
		// There was no 491: it is sent as soon as the way is free. Two phones that wait for each other's
		// answer would wait for ever, so one of them is told to try again.
		if (obstacle === "ACK" || (obstacle === "answer" && attempt.origin === "own"))
			return this.#wait(attempt, "end");
		this.#enter("sent", attempt);
		if (obstacle) return this.#refused(attempt, PENDING);
		const offer = attempt.offer?.();
		try {
			this.#watch(attempt, this.#send(attempt, offer));
		} catch {
			// Only one re-INVITE is allowed at a time, in either direction: the phone's is in the way.
			this.#refused(attempt, PENDING);
		}
	}

	#send(attempt: Attempt, offer: string | undefined): ReinviteRequest {
		const { dialog } = this.#user;
		const request = dialog.reinvite(
			{
				onAccepted: (response) =>
					this.#accepted(attempt, response, (answer) => request.acknowledge(dialog, sdpBody(answer))),
				onRefused: (response) => this.#refused(attempt, refusalOf(response), response),
			},
			{ extraHeaders: this.#user.headers(), body: sdpBody(offer) },
		);
		return request;
	}

	#accepted(attempt: Attempt, message: IncomingResponseMessage, ack: (answer?: string) => void): void {
		const sdp = sdpOf(message);
		const refuse = (): void => ack(attempt.offer || sdp === undefined ? undefined : this.#user.refuse(sdp));
		// Whatever happened here, a 2xx gets its ACK (RFC 3261 section 13.2.2.4).
		if (this.#current !== attempt || this.#state !== "sent") return refuse();
		this.#enter("idle", undefined);
		this.#user.onAccepted(message);
		if (attempt.offer) ack();
		else this.#refuseOwed = refuse;
		attempt.listener.onAccepted(sdp, (answer) => {
			if (!this.#refuseOwed || attempt.offer) return;
			this.#refuseOwed = undefined;
			ack(answer);
			this.#next();
		});
		if (attempt.offer) this.#next();
	}

	#refused(attempt: Attempt, refusal: Refusal, message?: IncomingResponseMessage): void {
		if (this.#current !== attempt || this.#state !== "sent") return;
		// RFC 4028 section 7.3.
		if (refusal.status === 422 && !attempt.raised && message && this.#user.raiseInterval(message))
			return this.#begin({ ...attempt, raised: true });
		// The owner of the Call-ID waits longer than its peer, 2.1 to 4 s (RFC 3261 section 14.1), unless the
		// phone's own exchange ends before.
		if (refusal.status === 491 && attempt.retries > 0)
			return this.#wait({ ...attempt, retries: attempt.retries - 1 }, "agreement", randomInt(210, 401) * 10);
		const pause = message && mayWait(attempt, refusal.status) ? retryAfter(message) : undefined;
		if (pause !== undefined)
			return this.#wait({ ...attempt, retries: attempt.retries - 1, delayed: true }, undefined, pause);
		this.#enter("idle", undefined);
		attempt.listener.onRefused(refusal);
		if (isGone(refusal.status)) this.#user.onDead(refusal);
		this.#next();
	}

	/**
	 * @param wakes which end of the phone's exchange ends the wait.
	 * @param pause after which it ends in any case, in milliseconds.
	 */
	#wait(attempt: Attempt, wakes: "end" | "agreement" | undefined, pause?: number): void {
		this.#enter("waiting", attempt);
		this.#wakes = wakes;
		if (pause !== undefined) this.#stopTimer = this.#user.clock.after(pause, () => this.#begin(attempt));
	}

	#next(): void {
		if (this.#state !== "idle" || this.#refuseOwed) return;
		const attempt = this.#queue.shift();
		if (attempt) this.#begin(attempt);
		else this.#user.onIdle();
	}

	/** A phone that sends 100 and nothing more would keep the dialog busy for ever: CANCEL, then give up. */
	#watch(attempt: Attempt, request: ReinviteRequest): void {
		const { clock, timers } = this.#user;
		const limit = 64 * timers.t1;
		this.#stopTimer = clock.after(limit, () => {
			request.cancel();
			this.#stopTimer = clock.after(limit, () => this.#refused(attempt, TIMEOUT));
		});
	}

	#enter(state: "idle" | "sent" | "waiting" | "closed", current: Attempt | undefined): void {
		this.#stopTimer?.();
		this.#stopTimer = undefined;
		this.#state = state;
		this.#current = current;
	}
}

/**
 * A 500 means that the phone is still busy with an earlier request; for any other 5xx one more try shows what
 * it means.
 */
function mayWait({ retries, delayed }: Attempt, status: number): boolean {
	return (status === 500 && retries > 0) || (status >= 500 && status < 600 && !delayed);
}

/** How long a refusal asks us to wait, in milliseconds; undefined if that is too long, or it does not say. */
function retryAfter(message: IncomingResponseMessage): number | undefined {
	const seconds = Number.parseInt(message.getHeader("Retry-After") ?? "", 10);
	return seconds >= 0 && seconds <= LONGEST_PAUSE ? Math.max(seconds * 1000, SHORTEST_PAUSE) : undefined;
}
