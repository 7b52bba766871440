import type { IncomingResponseMessage } from "../sipjs/core.ts";
import type { Flow } from "../transport/types.ts";
import { sendAgain, type TransactionContext } from "./transaction-context.ts";
import { dialogKey } from "./transaction-key.ts";

/** Takes the ACKs to the answers of an INVITE. */
export interface AckKeeper {
	/** Sends the ACK to a 2xx, and keeps it for retransmissions of that 2xx. */
	acknowledgeAnswer(dialog: string, ack: string, flow: Flow): void;
}

/** A 2xx that arrived, and its ACK once that was sent. */
export interface HeardAnswer {
	/** Distinguishes it from those of other forks. */
	readonly dialog: string;
	ack: SentAck | undefined;
}

interface SentAck {
	readonly text: string;
	readonly flow: Flow;
}

/**
 * What is left of an INVITE whose final responses were acknowledged: their ACKs, in case the responses are
 * retransmitted. There are as many of these as there were calls in the last half minute, so they hold nothing
 * else.
 */
export class PastInvite implements AckKeeper {
	/** ACK to a refusal. */
	readonly #refusal: SentAck | undefined;
	readonly #answers: HeardAnswer[];

	private constructor(refusal: SentAck | undefined, answers: HeardAnswer[]) {
		this.#refusal = refusal;
		this.#answers = answers;
	}

	/** An INVITE that was refused. */
	static refused(ack: string, flow: Flow): PastInvite {
		return new PastInvite({ text: ack, flow }, NO_ANSWERS);
	}

	/** An INVITE that was answered by at least one phone. */
	static answered(answers: HeardAnswer[]): PastInvite {
		return new PastInvite(undefined, answers);
	}

	/** Characters of its ACKs. */
	get length(): number {
		let sum = this.#refusal?.text.length ?? 0;
		for (const { ack } of this.#answers) sum += ack?.text.length ?? 0;
		return sum;
	}

	/**
	 * Handles a late response.
	 *
	 * @returns the dialog key of a new answer: another phone's behind a forking proxy (RFC 6026).
	 */
	receive(response: IncomingResponseMessage, flow: Flow, context: TransactionContext): string | undefined {
		const status = response.statusCode ?? 0;
		const isAnswer = status >= 200 && status < 300;
		if (this.#refusal && isAnswer) {
			context.counters.unmatched++;
			return undefined;
		}
		const dialog = isAnswer ? dialogKey(response.callId, response.cseq, response.toTag) : "";
		const answer = isAnswer ? findAnswer(this.#answers, dialog) : undefined;
		if (isAnswer && !answer) {
			if (this.#answers.length >= MAX_ANSWERS) {
				context.counters.unmatched++;
				return undefined;
			}
			this.#answers.push({ dialog, ack: undefined });
			return dialog;
		}
		repeatAck(isAnswer ? answer?.ack : status >= 300 ? this.#refusal : undefined, flow, context);
		return undefined;
	}

	acknowledgeAnswer(dialog: string, ack: string, flow: Flow): void {
		keepAck(this.#answers, dialog, ack, flow);
		flow.send(ack);
	}
}

/**
 * How many phones behind forking proxies may answer one INVITE. Each one gets an ACK and a BYE at an address
 * of its own choice, so a called phone could invent any number of them.
 */
export const MAX_ANSWERS = 32;

const NO_ANSWERS: HeardAnswer[] = [];

/** The answer of a dialog among those that arrived. */
export function findAnswer(answers: readonly HeardAnswer[], dialog: string): HeardAnswer | undefined {
	for (const answer of answers) if (answer.dialog === dialog) return answer;
	return undefined;
}

/** Whether all of them have their ACK. */
export function areAcknowledged(answers: readonly HeardAnswer[]): boolean {
	for (const { ack } of answers) if (!ack) return false;
	return true;
}

/** Remembers the ACK to an answer. */
export function keepAck(answers: readonly HeardAnswer[], dialog: string, text: string, flow: Flow): void {
	const answer = findAnswer(answers, dialog);
	if (answer) answer.ack = { text, flow };
}

/** A final response was retransmitted: sends its ACK again, if there is one yet. */
export function repeatAck(ack: SentAck | undefined, heardBy: Flow, context: TransactionContext): void {
	context.counters.absorbed++;
	if (!ack) return;
	const { flow, text } = ack;
	if (flow.open) sendAgain(context, flow, text);
	// If a peer's connection was lost, which we may not know yet, it retransmits its response on another one;
	// if it did not get an ACK that was too large for a datagram, it retransmits it by datagrams.
	const moved = flow.reliable && flow !== heardBy && flow.remote.address === heardBy.remote.address;
	if (!flow.open || moved || (flow.reliable && !heardBy.reliable)) sendAgain(context, heardBy, text);
}
