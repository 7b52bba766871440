import type { PhoneContext } from "./context.ts";
import type { PhoneCall } from "./phone-call.ts";
import { repeat } from "./retransmitter.ts";
import type { ServerTransaction } from "./server-transaction.ts";
import { topViaOf } from "./server-transaction.ts";
import { CAPABILITIES, type Session } from "./session.ts";
import type { SipMessage } from "./wire.ts";

/** A 200 to an INVITE. */
export interface Answer {
	/** Session description; undefined: none. */
	readonly body: string | undefined;
	/** Whether the body is an offer, so that the ACK has to bring the answer. */
	readonly offers: boolean;
}

interface Waiting extends Answer {
	readonly branch: string;
	readonly stop: () => void;
}

/** The 200s to INVITEs of one dialog that wait for their ACK, by CSeq. */
export class UnackedAnswers {
	readonly #waiting = new Map<number, Waiting>();

	/** @param giveUp called when an ACK did not come within 64 * T1. */
	constructor(
		private readonly context: PhoneContext,
		private readonly call: PhoneCall,
		private readonly giveUp: () => void,
	) {}

	get size(): number {
		return this.#waiting.size;
	}

	/** Sends the 200 and repeats it, on any transport, until `take` sees its ACK. */
	send(transaction: ServerTransaction, session: Session, answer: Answer): void {
		const { request } = transaction;
		const { start } = session.dialog;
		const lines = [`Contact: <${start.contact}>`, ...CAPABILITIES, ...timerLines(request, session)];
		const text = transaction.reply({ status: 200, toTag: start.localTag, lines, body: answer.body });
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
		this.#waiting.set(request.cseq, { ...answer, branch: topViaOf(request).branch, stop: cancel });
	}

	/** @returns the answer that the ACK belongs to; undefined when it came before. */
	take(ack: SipMessage): Answer | undefined {
		const waiting = this.#waiting.get(ack.cseq);
		if (waiting === undefined) return undefined;
		// The ACK to a 2xx is a transaction of its own (RFC 3261 sections 13.2.2.4 and 17.1.1.3).
		if (topViaOf(ack).branch === waiting.branch) this.call.fault("ACK to a 200 has the branch of its INVITE");
		this.#forget(ack.cseq);
		return waiting;
	}

	#forget(cseq: number): void {
		this.#waiting.get(cseq)?.stop();
		if (this.#waiting.delete(cseq)) this.context.count(-1);
	}
}

/** Agrees to the session timer that was asked for, with the caller refreshing (RFC 4028 section 9). */
export function timerLines(request: SipMessage, { behaviour }: Session): string[] {
	const asked = request.header("session-expires");
	if (!behaviour.timer || asked === undefined || !request.holds("supported", "timer")) return [];
	return [`Session-Expires: ${Number.parseInt(asked, 10)};refresher=uac`, "Require: timer"];
}
