import { randomInt } from "node:crypto";
import type { Clock } from "../../time/clock.ts";
import type { ResponseOptions } from "../message/writer.ts";
import type { TimerValues } from "../reliability/types.ts";
import type { LocalDescription } from "../sdp/local-description.ts";
import type { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import { ALLOW } from "./agent-profile.ts";
import { acceptedBodies, sdpBody, sdpOf, sessionBodyOf } from "./bodies.ts";
import { NOBODY } from "./client-request.ts";
import type { LegDialog } from "./leg-dialog.ts";
import { OpenOffer } from "./open-offer.ts";
import type { EarlyExchange } from "./types.ts";

export interface EarlyDialogsOptions {
	/** What the INVITE described: each dialog continues from there. */
	readonly base: LocalDescription;
	/** Whether the INVITE carries an offer. */
	readonly offered: boolean;
	/** Contact URI of our answers. */
	readonly contact: string;
	readonly clock: Clock;
	readonly timers: TimerValues;
	/** Answers a request of the phone. */
	reply(request: IncomingRequestMessage, status: number, options?: ResponseOptions): void;
	/** Whether the INVITE is still wanted. */
	wanted(): boolean;
	/**
	 * The phone makes an offer.
	 * @param answer sends our answer, or a refusal if undefined; it must be called.
	 */
	onOffer(offer: string, local: LocalDescription, answer: (sdp: string | undefined) => void): void;
	/** An offer was answered. */
	onSettled(): void;
}

/** What is agreed in an early dialog. */
export interface EarlyDialog {
	readonly dialog: LegDialog;
	/** Our description in it: each dialog has its own origin line. */
	readonly local: LocalDescription;
	/** `open` while an offer of the phone is unanswered. */
	exchange: EarlyExchange | "open";
	/** The phone's descriptions of itself. */
	described: readonly string[];
}

/**
 * The sessions in the early dialogs of an INVITE (RFC 3262 section 5, RFC 3311): reliable provisional
 * responses and UPDATEs with offers. One early dialog gets the media, the first to make an offer; offers of
 * other forks are answered without any media.
 */
export class EarlyDialogs {
	readonly #options: EarlyDialogsOptions;
	readonly #dialogs: EarlyDialog[] = [];
	/** The dialog that gets the media. */
	#first: EarlyDialog | undefined;
	/** The phone's last UPDATE with an offer. */
	#update: OpenOffer | undefined;

	constructor(options: EarlyDialogsOptions) {
		this.#options = options;
	}

	/** What is known of a dialog; undefined if no session was described in it. */
	of(dialog: LegDialog): EarlyDialog | undefined {
		return this.#dialogs.find((one) => one.dialog === dialog);
	}

	/** The INVITE is over: refuses an unanswered UPDATE. */
	close(): void {
		this.#update?.terminate();
	}

	/**
	 * Acknowledges a reliable provisional response (RFC 3262 section 4), with an answer if it carries an
	 * offer.
	 */
	acknowledge(message: IncomingResponseMessage, dialog: LegDialog, sequence: string): void {
		const acknowledge = (answer?: string): void => {
			const body = sdpBody(answer);
			const extraHeaders = [`RAck: ${sequence} ${message.cseq} INVITE`];
			dialog.request("PRACK", NOBODY, { extraHeaders, ...(body && { body }) });
		};
		const sdp = sdpOf(message);
		if (sdp === undefined) return acknowledge();
		const early = this.#known(dialog);
		if (this.#options.offered) {
			if (early.exchange === "none") early.described = [sdp];
			early.exchange = "agreed";
			return acknowledge();
		}
		// A repeated description of an early dialog is not a new offer (RFC 6337 section 3.1.1).
		if (early.exchange !== "none") return acknowledge();
		if (this.#mayOffer(early))
			return this.#offered(early, sdp, "refused", (answer) => acknowledge(answer ?? early.local.refuse(sdp)));
		early.exchange = "refused";
		acknowledge(early.local.refuse(sdp));
	}

	/** Handles an UPDATE of the phone (RFC 3311 section 5.2). */
	updated(request: IncomingRequestMessage, dialog: LegDialog): void {
		const { reply, contact, offered, clock, timers } = this.#options;
		const misplaced = dialog.misplaces(request);
		if (misplaced !== undefined) return reply(request, misplaced);
		const { sdp, understood } = sessionBodyOf(request);
		if (!understood) return reply(request, 415, { headers: acceptedBodies(request) });
		dialog.follow(request);
		const headers = [`Contact: <${contact}>`, `Allow: ${ALLOW}`];
		if (sdp === undefined) return reply(request, 200, { headers });
		const early = this.#known(dialog);
		// The offer in our INVITE is still unanswered.
		if (offered && early.exchange === "none") return reply(request, 491);
		if (early.exchange === "open")
			return reply(request, 500, { headers: [`Retry-After: ${randomInt(0, 11)}`] });
		if (!this.#mayOffer(early)) return reply(request, 488);
		this.#update = new OpenOffer(clock, timers);
		const open = this.#update.begin(request, (status) => reply(request, status));
		const before = early.exchange;
		this.#offered(early, sdp, before, (answer) => {
			// It was told that there is no answer: so nothing has been agreed.
			if (!open.open) early.exchange = "refused";
			open.finish(() => {
				if (answer === undefined) reply(request, 488);
				else reply(request, 200, { headers, body: { type: "application/sdp", content: answer } });
			});
		});
	}

	#known(dialog: LegDialog): EarlyDialog {
		const known = this.of(dialog);
		if (known) return known;
		const early: EarlyDialog = {
			dialog,
			local: this.#options.base.fork(),
			exchange: "none",
			described: [],
		};
		this.#dialogs.push(early);
		return early;
	}

	#mayOffer(early: EarlyDialog): boolean {
		return this.#options.wanted() && (this.#first ?? early) === early;
	}

	/** @param otherwise what has been agreed if the offer is refused. */
	#offered(
		early: EarlyDialog,
		sdp: string,
		otherwise: EarlyExchange,
		answer: (sdp: string | undefined) => void,
	): void {
		const { onOffer, onSettled } = this.#options;
		this.#first = early;
		early.exchange = "open";
		onOffer(sdp, early.local, (given) => {
			if (early.exchange !== "open") return;
			early.exchange = given === undefined ? otherwise : "agreed";
			if (given !== undefined) early.described = [...early.described, sdp];
			answer(given);
			onSettled();
		});
	}
}
