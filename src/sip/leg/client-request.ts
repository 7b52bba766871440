import { AnsweredChallenges } from "../auth/authenticator.ts";
import type { IncomingResponseMessage } from "../sipjs/core.ts";
import { localFailure } from "../sipjs/local-failure.ts";
import { challengesOf } from "./challenges.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";
import type { PendingRequest, Requester } from "./pending-request.ts";
import type { LegUserAgent } from "./user-agent.ts";

/** Learns how our request ends, by exactly one final response. */
export interface RequestListener {
	/** 2xx. */
	onAccepted(response: IncomingResponseMessage): void;
	/** 3xx to 6xx, or a failure on our side: a response without header fields. */
	onRefused(response: IncomingResponseMessage): void;
}

/** For requests whose outcome nobody asks for. */
export const NOBODY: RequestListener = { onAccepted: () => {}, onRefused: () => {} };

/**
 * Our request from the moment it is sent to its final response (RFC 3261 section 8.1); it is sent again when
 * challenged (section 22).
 *
 * It replaces SIP.js's user agent clients and client transactions. Those keep timers, copies of the request,
 * caches of ACKs and a table for each state, although the transaction layer below already does all of that;
 * they took a sixth of a call's processing time, and more than half of the memory of a held call.
 *
 * States: calling ──▶ proceeding (got a provisional response) ──▶ over; calling ──▶ over.
 */
export class ClientRequest implements Requester {
	readonly message: OutgoingRequest;
	protected readonly agent: LegUserAgent;
	protected state: "calling" | "proceeding" | "over" = "calling";
	protected pending: PendingRequest | undefined;
	readonly #listener: RequestListener;
	/** The challenges for which it was sent again. */
	#challenges: AnsweredChallenges | undefined;

	constructor(agent: LegUserAgent, message: OutgoingRequest, listener: RequestListener) {
		this.agent = agent;
		this.message = message;
		this.#listener = listener;
	}

	/**
	 * Sends it.
	 * @throws {HeaderValueError} when a header field contains a line break.
	 */
	send(): void {
		const { agent, message } = this;
		this.state = "calling";
		this.pending = agent.requests.request(message, message.write(), this);
	}

	receive(response: IncomingResponseMessage): void {
		const { statusCode: status = 0 } = response;
		if (this.agent.disposed) return;
		if (status >= 200 && status < 300) this.answered(response);
		else if (this.state === "over") return;
		else if (status < 200) this.heard(response);
		else this.#refused(response);
	}

	fail(status: number): void {
		if (this.agent.disposed || this.state === "over") return;
		this.#refused(failure(status));
	}

	/** A provisional response. */
	protected heard(_response: IncomingResponseMessage): void {
		this.state = "proceeding";
	}

	/** A 2xx; an INVITE may get several. */
	protected answered(response: IncomingResponseMessage): void {
		if (this.state === "over") return;
		this.state = "over";
		this.#listener.onAccepted(response);
	}

	/** 3xx to 6xx, or a failure on our side. */
	protected refused(response: IncomingResponseMessage): void {
		this.#listener.onRefused(response);
	}

	/** True if it should not be sent again when challenged: nobody wants its answer any longer. */
	protected get abandoned(): boolean {
		return false;
	}

	#refused(response: IncomingResponseMessage): void {
		this.state = "over";
		if (this.#isSentAgain(response)) return;
		// A proxy that stopped waiting and a phone that does not answer mean the same (RFC 4320 section 4.2).
		const isTimeout = response.statusCode === 408 && this.message.method !== "INVITE";
		this.refused(isTimeout ? failure(408) : response);
	}

	#isSentAgain(response: IncomingResponseMessage): boolean {
		if (response.statusCode !== 401 && response.statusCode !== 407) return false;
		const { agent } = this;
		const challenges = challengesOf(response, agent.faults);
		if (challenges.length === 0 || this.abandoned) return false;
		this.#challenges ??= new AnsweredChallenges();
		if (!agent.challenged(challenges, this.#challenges)) return false;
		this.message.cseq = agent.nextCSeq();
		this.send();
		return true;
	}
}

/** Stands in for the answer that never came. */
function failure(status: number): IncomingResponseMessage {
	return localFailure(status, status === 408 ? "Request Timeout" : "Service Unavailable");
}
