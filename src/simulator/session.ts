import type { Behaviour } from "./behaviour.ts";
import type { PhoneContext } from "./context.ts";
import type { Dialog, DialogRequest } from "./dialog.ts";
import type { LocalDescription } from "./local-description.ts";
import { OfferAnswer } from "./offer-answer.ts";
import type { PhoneCall } from "./phone-call.ts";
import { reinvite } from "./reinvite.ts";
import type { Direction } from "./sdp.ts";
import type { ServerTransaction } from "./server-transaction.ts";
import { answerRequest } from "./session-requests.ts";
import { type Answer, UnackedAnswers } from "./unacked-answers.ts";
import type { SipMessage } from "./wire.ts";

/** `early` until the INVITE is answered, `ended` once a BYE or a refusal was sent or received. */
export type SessionState = "early" | "confirmed" | "ended";

/** What this phone supports and allows, for its 200 to an INVITE. */
export const CAPABILITIES: readonly string[] = [
	"Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, MESSAGE, REFER, NOTIFY",
	"Supported: replaces, timer, 100rel",
];

/** One dialog of a call and what happens in it once it exists. */
export class Session {
	readonly media: OfferAnswer;
	/** Re-INVITEs that were refused with 491 so far. */
	glares = 0;
	/** How many REFERs came too early. */
	earlyRefers = 0;
	/** When the last re-INVITE was refused with 491, on the phone's clock. */
	glaredAt: number | undefined;
	/** Whether a re-INVITE of ours waits for its final response. */
	inviting = false;
	#state: SessionState;
	#byeWaits = false;
	/** Referrals that still notify, although the call itself may be over (RFC 5057). */
	#referrals = 0;
	#disposed = false;
	readonly #unacked: UnackedAnswers;

	/** @param state `early` for an incoming INVITE, `confirmed` for the 2xx to one of ours. */
	constructor(
		readonly context: PhoneContext,
		readonly call: PhoneCall,
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

	/** Whether an answer of ours still waits for its ACK. */
	get unacknowledged(): boolean {
		return this.#unacked.size > 0;
	}

	/** Answers an INVITE with 200 and repeats that until the ACK (RFC 3261 section 13.3.1.4). */
	accept(transaction: ServerTransaction, answer: Answer): void {
		if (this.#state === "early") this.#state = "confirmed";
		this.#unacked.send(transaction, this, answer);
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

	/** A request in the dialog, ACK apart. */
	onRequest(transaction: ServerTransaction): void {
		const { request } = transaction;
		const fault = (text: string) => this.call.fault(`${request.method}: ${text}`);
		if (!this.dialog.admit(request, !transaction.channel.reliable, fault)) {
			transaction.reply({ status: 500 });
			return;
		}
		if (this.#state === "ended") {
			transaction.reply({ status: 481 });
			return;
		}
		answerRequest(this, transaction);
	}

	/** Sends BYE; while an ACK is outstanding, as soon as it has come (RFC 3261 section 15). */
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

	/** A referral began (1) or ended (-1): until then the dialog is kept for its NOTIFYs. */
	countReferral(step: 1 | -1): void {
		this.#referrals += step;
		this.context.count(step);
		this.#disposeWhenDone();
	}

	/** @returns the final status of the re-INVITE. */
	reinvite(direction: Direction): Promise<number> {
		return reinvite(this, direction);
	}

	/** Sends a request in the dialog. @returns its final status. */
	ask(asked: DialogRequest): Promise<number> {
		return new Promise((resolve) => this.send(asked, (status) => resolve(status)));
	}

	/** Sends a request, INVITE and ACK apart, and hears its final status once. */
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

	/** The peer never acknowledged: the call is given up (RFC 3261 section 13.3.1.4). */
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
