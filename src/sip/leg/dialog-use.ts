import { randomInt } from "node:crypto";
import {
	Dialog,
	type IncomingInviteRequest,
	type IncomingRequest,
	type IncomingRequestMessage,
	type IncomingResponseMessage,
	type Session,
} from "sip.js/lib/core/index.js";
import { NameAddrHeader } from "sip.js/lib/grammar/index.js";
import type { Logger } from "../../log/logger.ts";
import type { Clock, TimerValues } from "../reliability/types.ts";
import type { LocalDescription } from "../sdp/local-description.ts";
import { sdpBody, sdpOf } from "./bodies.ts";
import { incomingRefer } from "./incoming-refer.ts";
import { OpenOffer, type RefuseOffer } from "./open-offer.ts";
import { ReferUsage } from "./refer-usage.ts";
import { refusalOf } from "./refusal.ts";
import { Reinvitation } from "./reinvitation.ts";
import { SessionTimer } from "./session-timer.ts";
import type { LegDelegate, ReferListener, Refusal, ReinviteListener, RelayedRequest } from "./types.ts";
import { ALLOW, type LegUserAgent } from "./user-agent.ts";

/** How often a re-INVITE that crossed one of the phone's is tried again (RFC 3261 section 14.1). */
export const MAX_GLARE_RETRIES = 4;

export interface DialogUseOptions {
	readonly session: Session;
	readonly userAgent: LegUserAgent;
	readonly local: LocalDescription;
	/** The offer in it, while it is not answered. */
	readonly offered: string | undefined;
	/** Session interval to ask for, in seconds; 0 for none. */
	readonly sessionInterval: number;
	readonly clock: Clock;
	readonly timers: TimerValues;
	readonly log: Logger;
	/** Answers a request that SIP.js does not see. */
	reply(
		request: IncomingRequestMessage,
		status: number,
		options?: { headers?: string[]; body?: { type: string; content: string } },
	): void;
	/** Who listens now; undefined once the call has let go of the leg. */
	delegate(): LegDelegate | undefined;
	ended(cause: "bye" | "failure"): void;
	/** The dialog is over and now its REFER is, too. */
	idle(): void;
}

/** A confirmed dialog in use: what the phone asks in it and what we ask of the phone. */
export class DialogUse {
	readonly #options: DialogUseOptions;
	readonly #sessionTimer: SessionTimer;
	readonly #reinvitation: Reinvitation;
	#refer: ReferUsage | undefined;
	#stopAckTimer: (() => void) | undefined;
	/** The phone's offer that has no answer yet. */
	readonly #offer: OpenOffer;
	/** Our 200 held an offer, whose answer comes in the ACK. */
	#answerOwed = false;
	/** REFERs of the phone so far. */
	#transfers = 0;
	#over = false;

	/** @param response the phone's 2xx; it is not kept. */
	constructor(options: DialogUseOptions, response: IncomingResponseMessage) {
		this.#options = options;
		const { session, clock } = options;
		this.#offer = new OpenOffer(clock, options.timers);
		this.#sessionTimer = new SessionTimer(clock, options.sessionInterval, {
			refresh: (failed) => this.#refresh(failed),
			expired: () => this.#fail(),
		});
		this.#sessionTimer.start(response, "uac");
		this.#reinvitation = new Reinvitation({
			session,
			clock,
			timers: options.timers,
			headers: () => this.#sessionTimer.headers(),
			raiseInterval: (refusal) => this.#sessionTimer.raise(refusal),
			blocked: () => this.#offer.open,
			onAccepted: (message) => {
				this.#refreshTarget(message);
				this.#sessionTimer.start(message, "uac");
			},
			onDead: () => this.#fail(),
			refuse: (offer) => options.local.refuse(offer),
		});
		session.delegate = {
			onBye: (request) => this.#byeReceived(request),
			onInvite: (request) => this.#inviteReceived(request),
			onAck: ({ message }) => this.#ackReceived(message),
			onInfo: (request) => this.#relayReceived("INFO", request),
			onMessage: (request) => this.#relayReceived("MESSAGE", request),
			onRefer: (request) => this.#referReceived(request),
		};
	}

	/** The phone's tag. */
	get remoteTag(): string {
		return this.#options.session.remoteTag;
	}

	/** True while reports of a REFER may still come. */
	get referring(): boolean {
		return this.#refer !== undefined && !this.#refer.over;
	}

	/** The refusal of every stream that the phone offered in its 2xx; undefined when it made no offer. */
	refusedOffer(): string | undefined {
		const { offered, local } = this.#options;
		return offered && local.refuse(offered);
	}

	/** Takes a request that SIP.js's core is not shown. @returns false when it is to see it. */
	take(request: IncomingRequestMessage): boolean {
		switch (request.method) {
			case "UPDATE":
				if (this.#inOrder(request)) this.#updateReceived(request);
				return true;
			case "NOTIFY":
				if (!this.#refer) return false;
				if (this.#inOrder(request)) this.#notifyReceived(request, this.#refer);
				return true;
			case "CANCEL":
				// SIP.js answers the CANCEL of a re-INVITE but leaves the re-INVITE itself without a final response.
				if (!this.#offer.isCancelledBy(request)) return false;
				this.#options.reply(request, 200);
				this.#offer.terminate();
				return true;
			default:
				return false;
		}
	}

	/** SIP.js keeps the order of what it is shown; what it is not shown is put in line here (RFC 3261 section 12.2.2). */
	#inOrder(request: IncomingRequestMessage): boolean {
		const { session, reply } = this.#options;
		const refuse = (status: number): false => {
			reply(request, status);
			return false;
		};
		if (request.fromTag !== session.remoteTag) return refuse(481);
		if (!(session instanceof Dialog)) return true;
		if (request.cseq <= (session.remoteSequenceNumber ?? -1)) return refuse(500);
		Dialog.prototype.receiveRequest.call(session, request);
		return true;
	}

	#notifyReceived(request: IncomingRequestMessage, refer: ReferUsage): void {
		const { reply, idle } = this.#options;
		// A subscription that nobody here has made.
		if (!refer.owns(request)) return reply(request, 489, { headers: ["Allow-Events: refer"] });
		reply(request, 200, { headers: [this.#contact] });
		refer.notified(request);
		if (this.#over && refer.over) idle();
	}

	bye(done: () => void): void {
		this.close();
		this.#options.session.bye({ onAccept: done, onRedirect: done, onReject: done });
	}

	/** Stops every timer; the REFER's reports are not waited for. */
	close(): void {
		this.#leave();
		this.#refer?.close();
	}

	/** @param retries how often a 491 is tried again before it is reported. */
	reinvite(offer: (() => string) | undefined, listener: ReinviteListener, retries: number): void {
		this.#reinvitation.send(offer, listener, retries);
	}

	refer(referTo: string, referredBy: string, listener: ReferListener): void {
		const { session, clock, timers } = this.#options;
		// A NOTIFY may overtake the 202: the usage begins with the request (RFC 3515 section 2.4.4).
		const usage = new ReferUsage(clock, timers, listener);
		this.#refer = usage;
		const { message } = session.refer(
			{
				onAccept: () => listener.onAccepted(),
				onRedirect: ({ message }) => this.#referRefused(usage, listener, refusalOf(message)),
				onReject: ({ message }) => this.#referRefused(usage, listener, refusalOf(message)),
			},
			{ extraHeaders: [`Refer-To: <${referTo}>`, `Referred-By: ${referredBy}`] },
		);
		// One that is sent again with credentials has another number.
		usage.identify(() => `${message.cseq}`);
	}

	relay({ method, body, headers, reply }: RelayedRequest): void {
		const { session } = this.#options;
		const answered = ({ message }: { message: IncomingResponseMessage }): void =>
			reply(message.statusCode ?? 500, message.reasonPhrase);
		const delegate = { onAccept: answered, onRedirect: answered, onReject: answered };
		const options = {
			extraHeaders: [...headers],
			...(body && {
				body: { contentDisposition: "render", contentType: body.type, content: body.content },
			}),
		};
		if (method === "INFO") session.info(delegate, options);
		else session.message(delegate, options);
	}

	/** The Contact line of our answers. */
	get #contact(): string {
		return `Contact: <${this.#options.userAgent.contactUri}>`;
	}

	#referRefused(usage: ReferUsage, listener: ReferListener, refusal: Refusal): void {
		// The phone has sent a NOTIFY, so it has taken the REFER, whatever became of its 202 (RFC 3515 section 2.4.4).
		if (refusal.local && usage.proven) return;
		usage.close();
		if (this.#refer === usage) this.#refer = undefined;
		listener.onRefused(refusal);
		if (this.#over) this.#options.idle();
	}

	#byeReceived(request: IncomingRequest): void {
		request.accept();
		this.#refer?.peerLeft();
		// The call is told first, so that what is refused below is no news to it.
		this.#options.ended("bye");
		this.#leave();
	}

	#inviteReceived(request: IncomingInviteRequest): void {
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
			(statusCode, reasonPhrase, extraHeaders) =>
				request.reject({
					statusCode,
					...(reasonPhrase && { reasonPhrase }),
					...(extraHeaders && { extraHeaders }),
				}),
		);
	}

	#updateReceived(request: IncomingRequestMessage): void {
		const { reply } = this.#options;
		if (this.#over) return reply(request, 481);
		const accept = (sdp: string | undefined, headers: string[]): void =>
			reply(request, 200, { headers, ...(sdp && { body: { type: "application/sdp", content: sdp } }) });
		const refuse = (status: number, reason?: string, headers?: string[]): void =>
			reply(request, status, { ...(reason && { reason }), ...(headers && { headers }) });
		if (sdpOf(request)) {
			// An offer of ours has no answer (RFC 3311 section 5.2).
			if (this.#reinvitation.pending || this.#answerOwed) return refuse(491);
			return this.#offerReceived(request, accept, refuse);
		}
		const tooShort = this.#sessionTimer.refusal(request);
		if (tooShort) return refuse(422, undefined, tooShort);
		this.#refreshTarget(request);
		accept(undefined, this.#acceptHeaders(request));
	}

	#offerReceived(
		message: IncomingRequestMessage,
		accept: (sdp: string | undefined, headers: string[]) => void,
		refuse: (status: number, reason?: string, headers?: string[]) => void,
	): void {
		// RFC 3261 section 14.2 and RFC 3311 section 5.2: the phone has to wait for the answer to its last one.
		if (this.#offer.open) return refuse(500, undefined, [`Retry-After: ${randomInt(0, 11)}`]);
		const tooShort = this.#sessionTimer.refusal(message);
		if (tooShort) return refuse(422, undefined, tooShort);
		const delegate = this.#options.delegate();
		if (!delegate) return refuse(481);
		const refuseOffer: RefuseOffer = (status, reason) => refuse(status, reason);
		const request = this.#offer.begin(message, refuseOffer);
		this.#refreshTarget(message);
		try {
			delegate.onOffer(sdpOf(message), {
				get open() {
					return request.open;
				},
				accept: (sdp) => request.finish(() => accept(sdp, this.#acceptHeaders(message))),
				// A redirection of the other phone is none for this one.
				refuse: (status, reason) =>
					request.finish(() => (status < 400 ? refuseOffer(488) : refuseOffer(status, reason))),
			});
		} catch (error) {
			request.finish(() => refuseOffer(500));
			throw error;
		}
	}

	#acceptHeaders(message: IncomingRequestMessage): string[] {
		return [this.#contact, `Allow: ${ALLOW}`, ...this.#sessionTimer.start(message, "uas")];
	}

	#awaitAck(): void {
		this.#stopAckTimer?.();
		this.#stopAckTimer = this.#options.clock.after(64 * this.#options.timers.t1, () => this.#fail());
	}

	#ackReceived(message: IncomingRequestMessage): void {
		this.#stopAckTimer?.();
		this.#stopAckTimer = undefined;
		this.#answerOwed = false;
		this.#options.delegate()?.onAnswer(sdpOf(message));
	}

	#relayReceived(method: "INFO" | "MESSAGE", request: IncomingRequest): void {
		const { message } = request;
		const delegate = this.#options.delegate();
		if (!delegate) return void request.reject({ statusCode: 481 });
		const type = message.getHeader("Content-Type");
		delegate.onRequest({
			method,
			body: message.body && type ? { type, content: message.body } : undefined,
			headers: message.getHeaders("Info-Package").map((value) => `Info-Package: ${value}`),
			reply: (status, reasonPhrase) => {
				const options = { statusCode: status, ...(reasonPhrase && { reasonPhrase }) };
				if (status < 300) request.accept(options);
				else request.reject(status < 400 ? { statusCode: 500 } : options);
			},
		});
	}

	#referReceived(request: IncomingRequest): void {
		const delegate = this.#options.delegate();
		if (!delegate) return void request.reject({ statusCode: 481 });
		const transfer = incomingRefer(request, {
			session: this.#options.session,
			contact: this.#contact,
			// From the second REFER of a dialog on, its reports carry an id (RFC 3515 section 2.4.6).
			event: this.#transfers > 0 ? `refer;id=${request.message.cseq}` : "refer",
			live: () => !this.#over,
		});
		this.#transfers += 1;
		if (transfer) delegate.onTransfer(transfer);
	}

	/** The peer may move during the dialog; SIP.js follows its requests but not its answers. */
	#refreshTarget(message: IncomingRequestMessage | IncomingResponseMessage): void {
		const contact: unknown = message.parseHeader("contact");
		const { userAgent, session } = this.#options;
		if (contact instanceof NameAddrHeader) userAgent.setRemoteTarget(session.remoteTag, contact.uri);
	}

	#refresh(failed: (alive: boolean) => void): void {
		const { local } = this.#options;
		const onRefused = (refusal: Refusal): void => failed(!refusal.local);
		const onAccepted = (sdp: string | undefined): void => {
			if (sdp !== undefined) this.#options.delegate()?.onRefreshed(sdp);
		};
		this.reinvite(() => local.current, { onAccepted, onRefused }, MAX_GLARE_RETRIES);
	}

	#fail(): void {
		if (this.#over) return;
		this.#options.ended("failure");
		this.close();
		this.#options.session.bye();
	}

	#leave(): void {
		this.#offer.terminate();
		this.#over = true;
		this.#reinvitation.close();
		this.#stopAckTimer?.();
		this.#sessionTimer.stop();
	}
}
