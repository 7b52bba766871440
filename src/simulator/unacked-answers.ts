import type { PhoneContext } from "./context.ts";
import type { MessageOwner } from "./message-owner.ts";
import type { ResponseParts } from "./outgoing.ts";
import { repeat } from "./retransmitter.ts";
import { type ServerTransaction, topViaOf } from "./server-transaction.ts";
import type { SipMessage } from "./wire.ts";

interface Waiting {
	/** Whether the 200 carries an offer, so that the ACK must bring the answer. */
	readonly offers: boolean;
	readonly branch: string;
	readonly stop: () => void;
}

/** The 200s to INVITEs of one dialog that wait for their ACK, by CSeq. */
export class UnackedAnswers {
	readonly #waiting = new Map<number, Waiting>();

	/** @param giveUp called if an ACK did not come within 64 * T1. */
	constructor(
		private readonly context: PhoneContext,
		private readonly call: MessageOwner,
		private readonly giveUp: () => void,
	) {}

	get size(): number {
		return this.#waiting.size;
	}

	/**
	 * Sends the 200 and retransmits it, on any transport, until `take` sees its ACK.
	 * @param offers whether its body is an offer, so that the ACK must bring the answer.
	 */
	send(transaction: ServerTransaction, answer: ResponseParts, offers: boolean): void {
		const { request } = transaction;
		const text = transaction.reply(answer);
		const { t1, t2 } = this.context.timers;
		const cancel = repeat(
			this.context.clock,
			{ first: t1, longest: t2, deadline: 64 * t1 },
			() => {
				this.context.repeated("out");
				this.call.recordOut(text);
				transaction.channel.send(text);
			},
			() => {
				this.#forget(request.cseq);
				this.call.fault("no ACK came to our 200");
				this.giveUp();
			},
		);
		this.context.count(1);
		this.#waiting.set(request.cseq, { offers, branch: topViaOf(request).branch, stop: cancel });
	}

	/**
	 * @returns whether the 200 that the ACK belongs to carries an offer; undefined if the ACK came before.
	 */
	take(ack: SipMessage): Pick<Waiting, "offers"> | undefined {
		const waiting = this.#waiting.get(ack.cseq);
		if (waiting === undefined) return undefined;
		// The ACK to a 2xx is its own transaction (RFC 3261 sections 13.2.2.4 and 17.1.1.3).
		if (topViaOf(ack).branch === waiting.branch) this.call.fault("ACK to a 200 has the branch of its INVITE");
		this.#forget(ack.cseq);
		return waiting;
	}

	#forget(cseq: number): void {
		this.#waiting.get(cseq)?.stop();
		if (this.#waiting.delete(cseq)) this.context.count(-1);
	}
}
