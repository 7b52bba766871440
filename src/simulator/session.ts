import type { Behaviour } from "./behaviour.ts";
import { CAPABILITIES, timerLines } from "./capabilities.ts";
import type { DialOptions, PhoneContext } from "./context.ts";
import type { Dialog, DialogRequest } from "./dialog.ts";
import type { LocalDescription } from "./local-description.ts";
import type { MessageOwner } from "./message-owner.ts";
import { OfferAnswer } from "./offer-answer.ts";
import type { ServerTransaction } from "./server-transaction.ts";
import { UnackedAnswers } from "./unacked-answers.ts";
import type { SipMessage } from "./wire.ts";

/** `early` until the INVITE is answered, `ended` once a BYE or a refusal was sent or received. */
export type SessionState = "early" | "confirmed" | "ended";

/** What a session needs from its phone. */
export interface SessionContext extends PhoneContext {
	/** A dialog has begun; requests in it find their session from now on. */
	opened(session: Session): void;
	/** Nothing more is expected in a dialog. */
	disposed(session: Session): void;
	/** Calls another address, as a REFER asks. */
	dial(target: string, options: DialOptions): void;
}

/** What a session needs from its call. */
export interface SessionCall extends MessageOwner {
	/** User part that the phone has in this call. */
	readonly user: string;
	/** Who hung up, cancelled or refused. */
	readonly endedBy: "local" | "remote" | undefined;
	/** One for each dialog, the first one first. */
	readonly sessions: Session[];
	/** A PRACK came. */
	onPrack(transaction: ServerTransaction, session: Session): void;
	/** The ACK to a 2xx has come and its dialog is confirmed. */
	onConfirmed(session: Session): void;
	/** A BYE came before the INVITE was answered (RFC 3261 section 15.1.1). */
	onEarlyBye(): void;
	/** One dialog is over. */
	onSessionEnded(by: "local" | "remote"): void;
}

/** A 200 to an INVITE. */
export interface Answer {
	/** Session description; undefined: none. */
	readonly body: string | undefined;
	/** Whether the body is an offer, so that the ACK must bring the answer. */
	readonly offers: boolean;
}

/** What the peer is told of a REFER. */
export interface Reporting {
	/** Whether reports are still to come. */
	readonly reports: boolean;
	/** Reports once more what was reported last. */
	repeat(): void;
}

/** One dialog of a call and what happens in it from its creation. */
export class Session {
	readonly media: OfferAnswer;
	/** Re-INVITEs that were refused with 491 so far. */
	glares = 0;
	/** The latest REFER, and what is reported on it. */
	referral: Reporting | undefined;
	/** How many REFERs came too early. */
	earlyRefers = 0;
	/** When the last re-INVITE was refused with 491, on the phone's clock. */
	glaredAt: number | undefined;
	/** Whether our re-INVITE waits for its final response. */
	inviting = false;
	#state: SessionState;
	#byeWaits = false;
	/** Referrals that still send NOTIFYs, although the call itself may be over (RFC 5057). */
	#referrals = 0;
	#disposed = false;
	readonly #unacked: UnackedAnswers;

	/** @param state `early` for an incoming INVITE, `confirmed` for the 2xx to our own. */
	constructor(
		readonly context: SessionContext,
		readonly call: SessionCall,
		readonly dialog: Dialog,
		readonly behaviour: Behaviour,
		description: LocalDescription,
		state: "early" | "confirmed",
	) {
		this.media = new OfferAnswer(description, (text) => call.fault(text));
		this.#unacked = new UnackedAnswers(context, call, () => this.#onUnacknowledged());
		this.#state = state;
		call.sessions.push(this);
		context.opened(this);
		context.count(1);
	}

	get state(): SessionState {
		return this.#state;
	}

	/** Whether our answer still waits for its ACK. */
	get unacknowledged(): boolean {
		return this.#unacked.size > 0;
	}

	/** Answers an INVITE with 200 and retransmits that until the ACK (RFC 3261 section 13.3.1.4). */
	accept(transaction: ServerTransaction, answer: Answer): void {
		if (this.#state === "early") this.#state = "confirmed";
		const { localTag, contact } = this.dialog.start;
		const lines = [
			`Contact: <${contact}>`,
			...CAPABILITIES,
			...timerLines(transaction.request, this.behaviour),
		];
		this.#unacked.send(
			transaction,
			{ status: 200, toTag: localTag, lines, body: answer.body },
			answer.offers,
		);
	}

	/** An ACK to one of our 200s. */
	onAck(ack: SipMessage): void {
		this.dialog.admit(ack, true, (text) => this.call.fault(`ACK: ${text}`));
		const answer = this.#unacked.take(ack);
		if (answer === undefined) return;
		const hasBody = ack.body !== "";
		if (answer.offers) {
			if (hasBody) this.media.takeAnswer(ack.body);
			else {
				this.media.withdraw();
				this.call.fault("ACK has no answer to the offer in our 200");
			}
		} else if (hasBody) this.call.fault("ACK has a session description that no offer asked for");
		if (this.#byeWaits && this.#unacked.size === 0) this.bye();
		else if (this.#state === "confirmed") this.call.onConfirmed(this);
		this.#disposeWhenDone();
	}

	/**
	 * Checks a request in the dialog, except ACK.
	 * @returns false if it came out of order or too late, and was refused for that.
	 */
	admit(transaction: ServerTransaction): boolean {
		const { request } = transaction;
		const fault = (text: string) => this.call.fault(`${request.method}: ${text}`);
		const inOrder = this.dialog.admit(request, !transaction.channel.reliable, fault);
		const admitted = inOrder && this.#state !== "ended";
		if (!admitted) transaction.reply({ status: inOrder ? 481 : 500 });
		return admitted;
	}

	/** Sends BYE; if an ACK is outstanding, once it has come (RFC 3261 section 15). */
	bye(): void {
		if (this.#state === "ended") return;
		if (this.#unacked.size > 0) {
			this.#byeWaits = true;
			return;
		}
		this.send({ method: "BYE" }, (status) => {
			if (status === 408) this.call.fault("no answer came to our BYE");
		});
		this.end("local");
	}

	/** The call in this dialog is over. */
	end(by: "local" | "remote"): void {
		if (this.#state === "ended") return;
		this.#state = "ended";
		this.#byeWaits = false;
		this.context.count(-1);
		this.call.onSessionEnded(by);
		this.#disposeWhenDone();
	}

	/** A referral has begun (1) or ended (-1): until the end the dialog is kept for its NOTIFYs. */
	countReferral(step: 1 | -1): void {
		this.#referrals += step;
		this.context.count(step);
		this.#disposeWhenDone();
	}

	/** Sends a request in the dialog. @returns its final status. */
	ask(asked: DialogRequest): Promise<number> {
		return new Promise((resolve) => this.send(asked, (status) => resolve(status)));
	}

	/** Sends a request, except INVITE and ACK, and reports its final status once. */
	send(asked: DialogRequest, onFinal: (status: number) => void): void {
		const lines = [`Contact: <${this.dialog.start.contact}>`, ...(asked.lines ?? [])];
		const made = this.dialog.request({ ...asked, lines });
		if (made === undefined) {
			onFinal(503);
			return;
		}
		this.context.clients.send({
			...made,
			owner: this.call,
			onResponse: (response) => {
				if (response.status >= 200) onFinal(response.status);
			},
			onFailure: onFinal,
		});
	}

	/** The peer never acknowledged: gives up the call (RFC 3261 section 13.3.1.4). */
	#onUnacknowledged(): void {
		this.#byeWaits = false;
		if (this.#unacked.size === 0) this.bye();
		this.#disposeWhenDone();
	}

	#disposeWhenDone(): void {
		const busy = this.#state !== "ended" || this.#unacked.size > 0 || this.#referrals > 0;
		if (busy || this.#disposed) return;
		this.#disposed = true;
		this.context.disposed(this);
	}
}
