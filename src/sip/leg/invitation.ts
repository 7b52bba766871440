import { LocalDescription } from "../sdp/local-description.ts";
import type { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import { NameAddrHeader, type URI } from "../sipjs/grammar.ts";
import type { Flow } from "../transport/types.ts";
import { sdpBody, sdpOf } from "./bodies.ts";
import { EarlyDialogs } from "./early-dialogs.ts";
import { Hunt, type Place } from "./hunt.ts";
import type { InvitationDelegate, InvitationOptions } from "./invitation-options.ts";
import { InviteRequest } from "./invite-request.ts";
import type { LegDialog } from "./leg-dialog.ts";
import { findTargets, nextHopFor } from "./next-hop.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";
import type { SentInvite } from "./pending-request.ts";
import { refusalOf } from "./refusal.ts";
import { intervalHeaders, LONGEST_INTERVAL, SHORTEST_INTERVAL } from "./session-timer.ts";
import { endCancelled } from "./stray-answer.ts";
import type { Refusal } from "./types.ts";

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
export class Invitation {
	#state: "hunting" | "inviting" | "cancelled" | "over" = "hunting";
	readonly #options: InvitationOptions;
	readonly #delegate: InvitationDelegate;
	readonly #hunt: Hunt;
	#request: InviteRequest | undefined;
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
	#deferred: { report(): void; release(): void } | undefined;
	#interval: number;
	#shortest = SHORTEST_INTERVAL;
	#failure: Refusal = { status: 503, reason: "Service Unavailable", local: true };
	#stopTimer: (() => void) | undefined;
	/** Whether another process has sent the INVITE. */
	#resumed = false;

	constructor(options: InvitationOptions, delegate: InvitationDelegate) {
		this.#options = options;
		this.#delegate = delegate;
		this.#interval = options.sessionInterval;
		this.#hunt = new Hunt(options.to);
		this.#target = options.to;
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
		if (this.#state === "hunting") return this.#close(() => this.#delegate.onGone());
		if (this.#state !== "inviting") return;
		this.#state = "cancelled";
		if (this.#deferred) this.#deferred.release();
		else this.#request?.cancel();
		// We give up on a phone that never answers the INVITE (RFC 3261 section 9.1).
		this.#stopTimer = this.#options.clock.after(64 * this.#options.timers.t1, () =>
			this.#close(() => this.#delegate.onGone()),
		);
	}

	/**
	 * The phone has answered our CANCEL with 200. If that was of another process's INVITE, the phone may have answered the
	 * INVITE before, and have got its ACK: then nothing more comes of it, and a BYE has to end it.
	 */
	cancelTaken(cancelled: IncomingResponseMessage, flow: Flow): void {
		if (!this.#resumed || this.#state !== "cancelled" || !cancelled.toTag) return;
		const { clock, timers, network, routeSet } = this.#options;
		this.#stopTimer?.();
		this.#stopTimer = clock.after(OUTCOME_PATIENCE * timers.t1, () => {
			const send = (text: string, by: Flow): void => network.transactions.sendRequest(text, by);
			try {
				endCancelled(cancelled, this.#target, routeSet, flow, RESUMED_JUMP, send);
			} catch {
				// The connection is lost, and with it the only way to the phone.
			}
			this.#close(() => this.#delegate.onGone());
		});
	}

	/** Stops the timer of an invitation whose leg is gone. */
	close(): void {
		this.#close(() => {});
	}

	#close(report: () => void): void {
		if (this.#state === "over") return;
		this.#state = "over";
		this.#stopTimer?.();
		this.#early?.close();
		report();
	}

	#tryNext(): void {
		this.#state = "hunting";
		const place = this.#hunt.next();
		if (!place) return this.#close(() => this.#delegate.onFailed(this.#failure));
		this.#reach(place).then(
			(flow) => this.#state === "hunting" && this.#invite(place, flow),
			(error: unknown) => {
				if (this.#state !== "hunting") return;
				this.#failure = { status: 503, reason: reasonOf(error), local: true };
				this.#tryNext();
			},
		);
	}

	/** Opens the flow to a place; the other targets of its address are kept for later. */
	async #reach({ requestUri, target }: Place): Promise<Flow> {
		const { network, transport, routeSet } = this.#options;
		const nextHop = nextHopFor(requestUri, routeSet[0]);
		const [first, ...others] = target ? [target] : await findTargets(nextHop, network.resolver);
		this.#hunt.keep(requestUri, others);
		return transport.use(nextHop, first);
	}

	#invite(place: Place, flow: Flow): void {
		try {
			this.#send(place, flow);
		} catch (error) {
			// It cannot be written, whatever the place.
			const failure: Refusal = { status: 500, reason: reasonOf(error), local: true };
			this.#close(() => this.#delegate.onFailed(failure));
		}
	}

	/** Whom it calls, in whose name, and by which route. */
	get parties(): Pick<InvitationOptions, "from" | "to" | "routeSet"> {
		return this.#options;
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
		const { userAgent, from, to, callId, routeSet, offer } = this.#options;
		this.#state = "inviting";
		this.#resumed = true;
		this.#target = target;
		this.#local = local;
		this.#offered = offer;
		const order = { target, routeSet, from, to, callId, cseq, extraHeaders: [] };
		const request = this.#newRequest(userAgent.compose("INVITE", order), () => {});
		this.#request = request;
		request.resume(sent);
	}

	/** @throws {HeaderValueError} when a header field contains a line break. */
	#send(place: Place, flow: Flow): void {
		const { userAgent, from, to, callId, routeSet, headers = [], offer: offersPlaceholder } = this.#options;
		this.#state = "inviting";
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
		const request = this.#newRequest(message, (response) => {
			const { statusCode: status = 500 } = response;
			if (status < 400) this.#redirected(response, place);
			else this.#rejected(response, place, flow);
		});
		this.#request = request;
		request.send();
	}

	/** @param refused what follows a refusal, unless it was cancelled. */
	#newRequest(message: OutgoingRequest, refused: (response: IncomingResponseMessage) => void): InviteRequest {
		const request = new InviteRequest(this.#options.userAgent, message, {
			onProgress: (response, dialog) => this.#prack(response, dialog),
			onAccepted: (response, dialog) => this.#accepted(request, response, dialog),
			onRefused: (response) => {
				if (this.#state === "cancelled") this.#close(() => this.#delegate.onGone());
				else refused(response);
			},
		});
		return request;
	}

	#offer(local: LocalDescription, flow: Flow): string {
		const place = this.#silent ? undefined : this.#options.sound?.(flow.local.address);
		this.#sounds = place !== undefined;
		return place ? local.sound(place).sdp : local.placeholder();
	}

	/** Acknowledges a reliable provisional response. */
	#prack(message: IncomingResponseMessage, dialog: LegDialog): void {
		const sequence = message.getHeader("RSeq");
		if (!sequence || !/\b100rel\b/i.test(message.getHeader("Require") ?? "")) return;
		this.#earlyDialogs?.acknowledge(message, dialog, sequence);
	}

	/** Handles an UPDATE that comes before the phone has answered. */
	updated(request: IncomingRequestMessage): void {
		const { reply } = this.#delegate;
		const dialog = this.#request?.dialogWith(request.fromTag);
		if (dialog && this.#state !== "over") return this.#earlyDialogs?.updated(request, dialog);
		// No session has been described, so there is nothing to change.
		reply(request, sdpOf(request) ? 481 : 200);
	}

	get #earlyDialogs(): EarlyDialogs | undefined {
		const { userAgent, clock, timers } = this.#options;
		const { reply, onEarlyOffer } = this.#delegate;
		if (this.#early || !this.#local) return this.#early;
		this.#early = new EarlyDialogs({
			base: this.#local,
			offered: this.#offered,
			contact: userAgent.contactUri,
			clock,
			timers,
			reply,
			wanted: () => this.#state === "inviting",
			onOffer: onEarlyOffer,
			onSettled: () => {
				if (this.#state === "inviting") this.#deferred?.report();
			},
		});
		return this.#early;
	}

	#accepted(request: InviteRequest, message: IncomingResponseMessage, dialog: LegDialog): void {
		dialog.follow(message);
		const sdp = sdpOf(message);
		const offered = this.#offered;
		const early = this.#early?.of(dialog);
		const local = early?.local ?? this.#local;
		const acknowledge = (answer?: string): void => request.acknowledge(dialog, sdpBody(answer));
		const release = (done: () => void): void => {
			const offer = offered || (early && early.exchange !== "none") ? undefined : sdp;
			acknowledge(offer && local?.fork().refuse(offer));
			dialog.leave(done);
		};
		const gone = (): void => this.#close(() => this.#delegate.onGone());
		// Each phone behind a forking proxy may answer; the first one wins (RFC 3261 section 13.2.2.4).
		if (this.#winner || !local) return release(() => {});
		if (this.#state !== "inviting") return release(gone);
		this.#winner = dialog;
		const report = (): void => {
			const exchange = offered || !early || early.exchange === "open" ? "none" : early.exchange;
			const known = exchange !== "none" && sdp && early?.described.includes(sdp);
			// Its answer may have come with a reliable provisional response, and only then (RFC 6337 section 2.2).
			const description = known ? undefined : (sdp ?? (offered ? early?.described.at(-1) : undefined));
			const accepted = { dialog, message, local, description, offered, early: exchange, acknowledge };
			this.#close(() => this.#delegate.onAccepted(accepted));
		};
		// A 2xx that overtakes our answer to an early offer waits for it.
		if (early?.exchange !== "open") return report();
		this.#deferred = { report, release: () => release(gone) };
		// A phone that does not wait for it has hung up on the caller.
		dialog.delegate = {
			onBye: (bye) => {
				bye.accept();
				acknowledge();
				this.#close(() =>
					this.#delegate.onFailed({ status: 487, reason: "Request Terminated", local: false }),
				);
			},
		};
	}

	#redirected(message: IncomingResponseMessage, place: Place): void {
		this.#failure = refusalOf(message);
		this.#hunt.forget(place.requestUri);
		this.#hunt.redirect(contactsOf(message));
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
		if (refusal.status >= 600) return this.#close(() => this.#delegate.onFailed(refusal));
		// Only a target that is unreachable, or says so, sends us to the next one (RFC 3263 section 4.3).
		if (refusal.status === 503 || refusal.local) this.#options.transport.failed();
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

function contactsOf(message: IncomingResponseMessage): { uri: URI; q: number }[] {
	const contacts: { uri: URI; q: number }[] = [];
	for (let index = 0; index < message.getHeaders("contact").length; index += 1) {
		const contact: unknown = message.parseHeader("contact", index);
		if (!(contact instanceof NameAddrHeader)) continue;
		const q = Number.parseFloat(contact.getParam("q") ?? "1");
		contacts.push({ uri: contact.uri, q: Number.isFinite(q) ? q : 1 });
	}
	return contacts;
}

function reasonOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
