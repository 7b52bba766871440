import { LocalDescription } from "../sdp/local-description.ts";
import type { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import type { URI } from "../sipjs/grammar.ts";
import type { Flow } from "../transport/types.ts";
import { sdpBody, sdpOf } from "./bodies.ts";
import { type EarlyDialog, EarlyDialogs } from "./early-dialogs.ts";
import { Hunt, type Place } from "./hunt.ts";
import type { InvitationDelegate, InvitationOptions } from "./invitation-options.ts";
import { type InviteDelegate, InviteRequest } from "./invite-request.ts";
import type { LegDialog } from "./leg-dialog.ts";
import type { SentInvite } from "./pending-request.ts";
import { refusalOf } from "./refusal.ts";
import { intervalHeaders, LONGEST_INTERVAL, SHORTEST_INTERVAL } from "./session-timer.ts";
import { endCancelled } from "./stray-answer.ts";
import type { Refusal } from "./types.ts";

/** The 2xx of a phone. */
interface Answer {
	readonly request: InviteRequest;
	readonly message: IncomingResponseMessage;
	readonly dialog: LegDialog;
	/** What was agreed before. */
	readonly early: EarlyDialog | undefined;
}

/** The outcome if no place can be tried. */
const UNREACHABLE: Refusal = { status: 503, reason: "Service Unavailable", local: true };

/** How phones refuse a description that they cannot use. */
const NOT_ACCEPTABLE = new Set([415, 488, 606]);

/** How long the final response to a cancelled INVITE of another process may take, in T1: with a retransmission lost. */
const OUTCOME_PATIENCE = 16;
/** How far our CSeq numbers go beyond what another process may have used. */
const RESUMED_JUMP = 100;

/**
 * The INVITE transaction of a leg with everything around it: redirections and further targets, a
 * session interval that is too small, reliable provisional responses, forks, and the race between a
 * CANCEL and a 2xx.
 *
 * States: hunting (no INVITE out) ◀──▶ inviting ──▶ over, and cancelled between our CANCEL and the
 * final response to the INVITE.
 */
export class Invitation implements InviteDelegate {
	#state: "hunting" | "inviting" | "cancelled" | "over" = "hunting";
	readonly #options: InvitationOptions;
	readonly #delegate: InvitationDelegate;
	readonly #hunt: Hunt;
	#request: InviteRequest | undefined;
	/** Where the INVITE that is out was sent, and on which flow; undefined if another process has sent it. */
	#place: Place | undefined;
	#flow: Flow | undefined;
	#target: URI;
	#winner: LegDialog | undefined;
	/** Whether the INVITE that is out carries an offer. */
	#offered = false;
	/** Whether it is one of sound, and whether a phone rejected that. */
	#sounds = false;
	#silent = false;
	/** Whether a phone rejected the placeholder and is asked for its own offer. */
	#asks = false;
	/** Our description in it, which each dialog starts from. */
	#local: LocalDescription | undefined;
	/** Undefined until a session is described in one of them. */
	#early: EarlyDialogs | undefined;
	/** The 2xx that waits for the answer to that offer. */
	#deferred: Answer | undefined;
	#interval: number;
	#shortest = SHORTEST_INTERVAL;
	#failure = UNREACHABLE;
	#stopTimer: (() => void) | undefined;
	/** Whether another process has sent the INVITE. */
	#resumed = false;

	constructor(options: InvitationOptions, delegate: InvitationDelegate) {
		this.#options = options;
		this.#delegate = delegate;
		const { to } = options.order;
		this.#interval = options.settings.sessionInterval;
		this.#hunt = new Hunt(options);
		this.#target = to;
	}

	/** Number of the last INVITE sent. */
	get cseq(): number {
		return this.#request?.message.cseq ?? 0;
	}

	/** The address of the last INVITE. */
	get target(): URI {
		return this.#target;
	}

	/**
	 * Handles a 2xx that came after the first one. @returns false if it answers an INVITE that was given up.
	 */
	receive(answer: IncomingResponseMessage): boolean {
		if (!this.#request?.wasSentAs(answer.viaBranch)) return false;
		this.#request.receive(answer);
		return true;
	}

	/** Sends the INVITE to the first place that can be reached. */
	start(): void {
		this.#tryNext();
	}

	/** Cancels the INVITE; `onGone` follows once it can create no more dialogs. */
	cancel(): void {
		if (this.#state === "hunting") return this.#gone();
		if (this.#state !== "inviting") return;
		this.#state = "cancelled";
		if (this.#deferred) return this.#releaseLast(this.#deferred);
		this.#request?.cancel();
		const { clock, timers } = this.#options.settings;
		// We give up on a phone that never answers the INVITE (RFC 3261 section 9.1).
		this.#stopTimer = clock.after(64 * timers.t1, () => this.#gone());
	}

	/**
	 * The phone has answered our CANCEL with 200. If that was of another process's INVITE, the phone may have answered the
	 * INVITE before, and have got its ACK: then nothing more comes of it, and a BYE has to end it.
	 */
	cancelTaken(cancelled: IncomingResponseMessage, flow: Flow): void {
		if (!this.#resumed || this.#state !== "cancelled" || !cancelled.toTag) return;
		const { clock, timers, network } = this.#options.settings;
		const { routeSet } = this.#options.order;
		this.#stopTimer?.();
		this.#stopTimer = clock.after(OUTCOME_PATIENCE * timers.t1, () => {
			const send = (text: string, by: Flow): void => network.transactions.sendRequest(text, by);
			try {
				endCancelled(cancelled, this.#target, routeSet, flow, RESUMED_JUMP, send);
			} catch {
				// The connection is lost, and with it the only way to the phone.
			}
			this.#gone();
		});
	}

	/** Stops the timer of an invitation whose leg is gone. */
	close(): void {
		this.#end();
	}

	/** @returns false if it was over before. */
	#end(): boolean {
		if (this.#state === "over") return false;
		this.#state = "over";
		this.#stopTimer?.();
		this.#early?.close();
		return true;
	}

	#gone(): void {
		if (this.#end()) this.#delegate.onGone();
	}

	#fail(failure: Refusal): void {
		if (this.#end()) this.#delegate.onFailed(failure);
	}

	#tryNext(): void {
		this.#state = "hunting";
		const place = this.#hunt.next();
		if (place) this.#trySoon(place);
		else this.#fail(this.#failure);
	}

	/** Nothing is sent or reported before this returns. */
	#trySoon(place: Place): void {
		queueMicrotask(() => this.#try(place));
	}

	#try(place: Place): void {
		if (this.#state !== "hunting") return;
		let flow: Flow | Promise<Flow>;
		try {
			flow = this.#hunt.reach(place);
		} catch (error) {
			return this.#unreachable(error);
		}
		if (flow instanceof Promise) this.#inviteBy(flow, place);
		else this.#invite(place, flow);
	}

	#inviteBy(opening: Promise<Flow>, place: Place): void {
		opening.then(
			(flow) => this.#state === "hunting" && this.#invite(place, flow),
			(error: unknown) => this.#state === "hunting" && this.#unreachable(error),
		);
	}

	#unreachable(error: unknown): void {
		this.#failure = { status: 503, reason: reasonOf(error), local: true };
		this.#tryNext();
	}

	#invite(place: Place, flow: Flow): void {
		try {
			this.#send(place, flow);
		} catch (error) {
			// It cannot be written, whatever the place.
			this.#fail({ status: 500, reason: reasonOf(error), local: true });
		}
	}

	/** Whom it calls, in whose name, and by which route. */
	get parties(): Pick<InvitationOptions["order"], "from" | "to" | "routeSet"> {
		return this.#options.order;
	}

	/** How the INVITE that is out was sent, for another process; undefined when none is. */
	get sent(): (SentInvite & { readonly local: LocalDescription; readonly offered: boolean }) | undefined {
		const sent = this.#state === "inviting" || this.#state === "cancelled" ? this.#request?.sent : undefined;
		return sent && this.#local && { ...sent, local: this.#local, offered: this.#offered };
	}

	/**
	 * Takes over an INVITE that another process has sent; it can only be cancelled.
	 *
	 * @param invite its number and Request-URI.
	 * @param local our description in it.
	 */
	resume(
		{ cseq, target }: { readonly cseq: number; readonly target: URI },
		sent: SentInvite,
		local: LocalDescription,
	): void {
		const { userAgent, callId, order } = this.#options;
		const { from, to, routeSet, offer } = order;
		this.#state = "inviting";
		this.#resumed = true;
		this.#target = target;
		this.#local = local;
		this.#offered = offer;
		const invite = { target, routeSet, from, to, callId, cseq, extraHeaders: [] };
		this.#request = new InviteRequest(userAgent, userAgent.compose("INVITE", invite), this);
		this.#request.resume(sent);
	}

	/** @throws {HeaderValueError} when a header field contains a line break. */
	#send(place: Place, flow: Flow): void {
		const { userAgent, callId, order } = this.#options;
		const { from, to, routeSet, headers = [], offer: offersPlaceholder } = order;
		this.#state = "inviting";
		this.#place = place;
		this.#flow = flow;
		this.#target = place.requestUri;
		this.#local ??= new LocalDescription(flow.local.address);
		this.#offered = offersPlaceholder && !this.#asks;
		this.#early?.close();
		this.#early = undefined;
		const message = userAgent.compose("INVITE", {
			target: place.requestUri,
			routeSet,
			from,
			to,
			callId,
			cseq: userAgent.nextCSeq(),
			extraHeaders: [...intervalHeaders(this.#interval, this.#shortest), ...headers],
			body: sdpBody(this.#offered ? this.#offer(this.#local, flow) : undefined),
		});
		this.#request = new InviteRequest(userAgent, message, this);
		this.#request.send();
	}

	onRefused(response: IncomingResponseMessage): void {
		if (this.#state === "cancelled") return this.#gone();
		if (!this.#place || !this.#flow) return;
		const { statusCode: status = 500 } = response;
		if (status < 400) this.#redirected(response, this.#place);
		else this.#rejected(response, this.#place, this.#flow);
	}

	#offer(local: LocalDescription, flow: Flow): string {
		const place = this.#silent ? undefined : this.#options.order.sound?.(flow.local.address);
		this.#sounds = place !== undefined;
		return place ? local.sound(place).sdp : local.placeholder();
	}

	/** Acknowledges a reliable provisional response. */
	onProgress(message: IncomingResponseMessage, dialog: LegDialog): void {
		const sequence = message.getHeader("RSeq");
		if (!sequence || !/\b100rel\b/i.test(message.getHeader("Require") ?? "")) return;
		this.#earlyDialogs?.acknowledge(message, dialog, sequence);
	}

	/** Handles an UPDATE that comes before the phone has answered. */
	updated(request: IncomingRequestMessage): void {
		const dialog = this.#request?.dialogWith(request.fromTag);
		if (dialog && this.#state !== "over") return this.#earlyDialogs?.updated(request, dialog);
		// No session has been described, so there is nothing to change.
		this.#delegate.reply(request, sdpOf(request) ? 481 : 200);
	}

	get #earlyDialogs(): EarlyDialogs | undefined {
		if (this.#local) this.#early ??= this.#newEarlyDialogs(this.#local);
		return this.#early;
	}

	#newEarlyDialogs(base: LocalDescription): EarlyDialogs {
		const { userAgent, settings } = this.#options;
		const { clock, timers } = settings;
		return new EarlyDialogs({
			base,
			offered: this.#offered,
			contact: userAgent.contactUri,
			clock,
			timers,
			reply: (request, status, how) => this.#delegate.reply(request, status, how),
			wanted: () => this.#state === "inviting",
			onOffer: (offer, local, answer) => this.#delegate.onEarlyOffer(offer, local, answer),
			onSettled: () => {
				if (this.#state === "inviting" && this.#deferred) this.#report(this.#deferred);
			},
		});
	}

	onAnswer(request: InviteRequest, message: IncomingResponseMessage, dialog: LegDialog): void {
		dialog.follow(message);
		const answer = { request, message, dialog, early: this.#early?.of(dialog) };
		// Each phone behind a forking proxy may answer; the first one wins (RFC 3261 section 13.2.2.4).
		if (this.#winner || !this.#local) return this.#release(answer);
		if (this.#state !== "inviting") return this.#releaseLast(answer);
		this.#winner = dialog;
		// A 2xx that overtakes our answer to an early offer waits for it.
		if (answer.early?.exchange === "open") this.#defer(answer);
		else this.#report(answer);
	}

	/** Ends the dialog of a phone that nobody wants any longer. */
	#release(answer: Answer): void {
		this.#refuse(answer);
		answer.dialog.leave();
	}

	/** Acknowledges a 2xx; its offer is refused. */
	#refuse({ request, message, dialog, early }: Answer): void {
		const hasAnswer = this.#offered || (early && early.exchange !== "none");
		const offer = hasAnswer ? undefined : sdpOf(message);
		const local = early?.local ?? this.#local;
		request.acknowledge(dialog, sdpBody(offer && local?.fork().refuse(offer)));
	}

	/** The INVITE was cancelled, and nobody else has answered. */
	#releaseLast(answer: Answer): void {
		const { dialog, early } = answer;
		const local = early?.local ?? this.#local;
		if (!local || !this.#end()) return this.#release(answer);
		this.#refuse(answer);
		this.#delegate.onAcceptedLate(dialog, local);
	}

	#report(answer: Answer): void {
		const { request, message, dialog, early } = answer;
		const local = early?.local ?? this.#local;
		const offered = this.#offered;
		const sdp = sdpOf(message);
		const exchange = offered || !early || early.exchange === "open" ? "none" : early.exchange;
		const known = exchange !== "none" && sdp && early?.described.includes(sdp);
		// Its answer may have come with a reliable provisional response, and only then (RFC 6337 section 2.2).
		const description = known ? undefined : (sdp ?? (offered ? early?.described.at(-1) : undefined));
		const acknowledge = (text?: string): void => request.acknowledge(dialog, sdpBody(text));
		if (!local || !this.#end()) return;
		this.#delegate.onAccepted({
			dialog,
			message,
			local,
			description,
			offered,
			early: exchange,
			acknowledge,
		});
	}

	#defer(answer: Answer): void {
		const { request, dialog } = answer;
		this.#deferred = answer;
		// A phone that does not wait for it has hung up on the caller.
		dialog.delegate = {
			onBye: (bye) => {
				bye.accept();
				request.acknowledge(dialog, undefined);
				this.#fail({ status: 487, reason: "Request Terminated", local: false });
			},
		};
	}

	#redirected(message: IncomingResponseMessage, place: Place): void {
		this.#failure = refusalOf(message);
		this.#hunt.forget(place.requestUri);
		this.#hunt.redirect(message);
		this.#tryNext();
	}

	#rejected(message: IncomingResponseMessage, place: Place, flow: Flow): void {
		if (this.#state !== "inviting") return;
		const refusal = refusalOf(message);
		this.#failure = refusal;
		if (refusal.status === 422 && this.#raiseInterval(message)) return this.#invite(place, flow);
		// It supports nothing that was offered, or takes only secure streams: the placeholder names more codecs; then
		// ask it for its offer (RFC 3261 section 13.2.1).
		if (this.#offered && NOT_ACCEPTABLE.has(refusal.status)) {
			if (this.#sounds) this.#silent = true;
			else this.#asks = true;
			return this.#invite(place, flow);
		}
		if (refusal.status >= 600) return this.#fail(refusal);
		// Only a target that is unreachable, or says so, sends us to the next one (RFC 3263 section 4.3).
		if (refusal.status === 503 || refusal.local) this.#options.userAgent.requests.failed();
		else this.#hunt.forget(place.requestUri);
		this.#tryNext();
	}

	/** Takes a longer session interval (RFC 4028 section 7.3). @returns false if the response names none. */
	#raiseInterval(message: IncomingResponseMessage): boolean {
		const shortest = Number.parseInt(message.getHeader("Min-SE") ?? "", 10);
		if (!(shortest > this.#shortest && shortest <= LONGEST_INTERVAL)) return false;
		this.#shortest = shortest;
		this.#interval = Math.max(this.#interval, shortest);
		return true;
	}
}

function reasonOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
