import type { QueuedTimer, TimedTask } from "../../time/queued-clock.ts";
import type { IncomingResponseMessage } from "../sipjs/core.ts";
import type { Flow } from "../transport/types.ts";
import { buildAck } from "./build-ack.ts";
import {
	type AckKeeper,
	areAcknowledged,
	findAnswer,
	type HeardAnswer,
	keepAck,
	MAX_ANSWERS,
	PastInvite,
	repeatAck,
} from "./past-invite.ts";
import { Repeater, type Repeating } from "./repeater.ts";
import {
	isLost,
	repeatRequest,
	type SentRequest,
	type TransactionContext,
	unansweredLoss,
} from "./transaction-context.ts";
import { dialogKey } from "./transaction-key.ts";
import type { RequestLoss } from "./types.ts";

/**
 *                  response 1xx                 2xx
 *      calling ------------------> proceeding --------> accepted -- ACKs, timer M --> gone
 *         |  \--- 3xx-6xx ---------->  |  \--- 3xx-6xx --> completed -- ACK -------> gone
 *  timer B, closed,               CANCEL + 64*T1
 *  unreachable
 *         \-----------> abandoned <----/   -- 64*T1 --> gone
 *
 * - calling: the request is retransmitted (timer A) while the flow can lose it.
 * - proceeding: somebody has received it; no more retransmissions.
 * - completed: refused; the user above is told and writes the ACK.
 * - accepted: a 2xx came and waits for its ACK; answers of other forks are passed up (RFC 6026).
 * - abandoned: the upper layer has given up; a late final response is still handled and acknowledged.
 * - gone: what was acknowledged is kept as a {@link PastInvite} for timers D and M.
 */
type State = "calling" | "proceeding" | "completed" | "accepted" | "abandoned" | "gone";

/** What an INVITE client transaction needs from the layer. */
export interface InviteClientOwner {
	/** It has been retransmitted for the first time. */
	repeated(transaction: InviteClientTransaction): void;
	/** Directs the ACK with this dialog key to the transaction. */
	expectAck(dialog: string, keeper: AckKeeper): void;
	forgetAck(dialog: string): void;
	/** The transaction is over. */
	remove(transaction: InviteClientTransaction): void;
	/** What is left of the transaction. @param since when it got its final response, by the clock. */
	bury(transaction: InviteClientTransaction, past: PastInvite, since: number): void;
}

/** RFC 3261 section 17.1.1 and RFC 6026, below a user that assumes a reliable transport. */
export class InviteClientTransaction implements AckKeeper, Repeating, TimedTask {
	readonly key: string;
	readonly method = "INVITE";
	readonly #context: TransactionContext;
	readonly #owner: InviteClientOwner;
	readonly flow: Flow;
	readonly #isInDialog: boolean;
	readonly #lost: ((loss: RequestLoss) => void) | undefined;
	#state: State = "calling";
	/** Kept until no more ACKs can be built from it. */
	#request: string;
	#repeater: Repeater | undefined;
	readonly #deadline: QueuedTimer;
	/** When it was sent, by the clock; undefined once its peer is known to have heard of it. */
	#sentAt: number | undefined;
	#negativeAck: string | undefined;
	readonly #answers: HeardAnswer[] = [];
	/** When the final response came, by the clock. */
	#finalAt = 0;

	/** @throws {TransportError} when the request cannot be sent. */
	constructor(request: SentRequest, context: TransactionContext, owner: InviteClientOwner) {
		const { key, text, flow, lost } = request;
		this.key = key;
		this.#request = text;
		this.#isInDialog = request.isInDialog;
		this.flow = flow;
		this.#context = context;
		this.#owner = owner;
		this.#lost = lost;
		const { clock, times } = context;
		if (request.sentBefore) this.#state = "proceeding";
		else flow.send(text);
		if (!flow.reliable && !request.sentBefore) {
			this.#repeater = new Repeater(clock, times.t1, Number.POSITIVE_INFINITY, this);
		}
		this.#sentAt = clock.now();
		this.#deadline = clock.start(times.timeout, this);
	}

	repeat(count: number): void {
		if (count === 1) this.#owner.repeated(this);
		repeatRequest(this.#context, this.flow, this.#request);
	}

	/** Its deadline has passed. */
	due(): void {
		if (this.#state !== "calling" && this.#state !== "proceeding") return this.terminate();
		const sentAt = this.#sentAt;
		this.abandon();
		if (sentAt !== undefined) this.#lost?.(unansweredLoss(this.flow, sentAt));
	}

	/** @returns false for a new 2xx that nobody above has taken. */
	receive(response: IncomingResponseMessage, flow: Flow): boolean {
		const status = response.statusCode ?? 0;
		if (status >= 200 && status < 300) return this.#receiveAnswer(response, flow);
		if (status < 200) this.#receiveProvisional(response, flow);
		else this.#receiveRefusal(response, flow);
		return true;
	}

	/** Sends the ACK to a refusal, and keeps it for retransmissions of that refusal. */
	acknowledgeRefusal(ack: string, flow: Flow): void {
		this.#negativeAck = ack;
		flow.send(ack);
	}

	acknowledgeAnswer(dialog: string, ack: string, flow: Flow): void {
		keepAck(this.#answers, dialog, ack, flow);
		if (this.#state === "accepted" && areAcknowledged(this.#answers)) {
			this.#end();
			this.#owner.bury(this, PastInvite.answered(this.#answers), this.#finalAt);
		}
		flow.send(ack);
	}

	/**
	 * A CANCEL was sent: a peer that does not end the INVITE within 64*T1 never will (RFC 3261 section 9.1).
	 */
	cancelled(): void {
		if (this.#state === "proceeding") this.#endAfter(this.#context.times.timeout);
	}

	/** Its connection has closed (RFC 3261 section 17.1.4). */
	flowClosed(): void {
		if (this.#state === "calling") {
			this.abandon();
			this.#lost?.("closed");
		} else if (this.#state === "proceeding") this.#lost?.("interrupted");
	}

	/** A datagram to its peer did not arrive (RFC 3261 section 18.4). */
	unreachable(): void {
		if (this.#state !== "calling" || !isLost(this.#isInDialog, this.#repeater)) return;
		this.abandon();
		this.#lost?.("unreachable");
	}

	/** The upper layer has given up; whatever still arrives is handled for 64*T1. */
	abandon(): void {
		if (this.#state !== "calling" && this.#state !== "proceeding") return;
		this.#state = "abandoned";
		this.#stopRepeating();
		this.#endAfter(this.#context.times.timeout);
	}

	/** Ends it at once. */
	terminate(): void {
		this.#end();
		for (const { dialog } of this.#answers) this.#owner.forgetAck(dialog);
		this.#owner.remove(this);
	}

	#end(): void {
		this.#state = "gone";
		this.#stopRepeating();
		this.#deadline.stop();
	}

	#receiveProvisional(response: IncomingResponseMessage, flow: Flow): void {
		if (this.#state !== "calling" && this.#state !== "proceeding") {
			this.#context.counters.absorbed++;
			return;
		}
		if (this.#state === "calling") {
			this.#state = "proceeding";
			this.#stopRepeating();
			this.#endAfter(this.#context.times.forgotten);
		}
		this.#context.user.onResponse(response, flow);
	}

	#receiveAnswer(response: IncomingResponseMessage, flow: Flow): boolean {
		if (this.#state === "completed") {
			this.#context.counters.unmatched++;
			return true;
		}
		const dialog = dialogKey(response.callId, response.cseq, response.toTag);
		const heard = findAnswer(this.#answers, dialog);
		if (heard) {
			repeatAck(heard.ack, flow, this.#context);
			return true;
		}
		if (this.#answers.length >= MAX_ANSWERS) {
			this.#context.counters.unmatched++;
			return true;
		}
		if (this.#state !== "accepted") {
			this.#state = "accepted";
			this.#stopRepeating();
			this.#request = "";
			this.#finalAt = this.#context.clock.now();
			this.#endAfter(this.#context.times.timeout);
		}
		this.#answers.push({ dialog, ack: undefined });
		this.#owner.expectAck(dialog, this);
		return this.#context.user.onResponse(response, flow);
	}

	#receiveRefusal(response: IncomingResponseMessage, flow: Flow): void {
		if (this.#state === "completed" || this.#state === "accepted") {
			this.#context.counters.absorbed++;
			return;
		}
		this.#state = "completed";
		this.#stopRepeating();
		this.#context.user.onResponse(response, flow);
		if (this.#state !== "completed") return;
		const ack = this.#negativeAck ?? this.#acknowledgeForUser(response, flow);
		this.#end();
		if (this.flow.reliable) this.#owner.remove(this);
		else this.#owner.bury(this, PastInvite.refused(ack, this.flow), this.#context.clock.now());
	}

	/** The user has left the transaction, so nobody else will write the ACK that ends the peer's timer H. */
	#acknowledgeForUser(response: IncomingResponseMessage, flow: Flow): string {
		const ack = buildAck(this.#request, response.getHeader("To") ?? "");
		try {
			// A peer whose connection was lost answers on another one.
			(this.flow.open ? this.flow : flow).send(ack);
		} catch (error) {
			this.#context.log.debug(() => `ACK to a late ${response.statusCode} failed: ${String(error)}`);
		}
		return ack;
	}

	#stopRepeating(): void {
		this.#repeater?.stop();
		this.#repeater = undefined;
	}

	/** Replaces the deadline. */
	#endAfter(delay: number): void {
		this.#sentAt = undefined;
		this.#context.clock.restart(this.#deadline, delay, this);
	}
}
