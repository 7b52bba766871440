import type { IncomingResponseMessage } from "sip.js/lib/core/index.js";
import type { Flow } from "../transport/types.ts";
import { buildAck } from "./build-ack.ts";
import { Repeater } from "./repeater.ts";
import { sendAgain, type TransactionContext } from "./transaction-context.ts";
import { dialogKey } from "./transaction-key.ts";
import type { RequestLoss } from "./types.ts";

/**
 *                  response 1xx                 2xx
 *      calling ------------------> proceeding --------> accepted -- timer M --> gone
 *         |  \--- 3xx-6xx ---------->  |  \--- 3xx-6xx --> completed -- D ----> gone
 *  timer B, closed                CANCEL + 64*T1
 *         \-----------> abandoned <----/   -- 64*T1 --> gone
 *
 * - calling: the request is repeated (timer A) while the flow can lose it.
 * - proceeding: somebody heard it; nothing is repeated.
 * - completed: refused; the ACK is repeated when the refusal is.
 * - accepted: a 2xx came; each answer that was acknowledged gets its ACK again when it is repeated, and
 *   answers of other forks are passed up (RFC 6026).
 * - abandoned: the upper layer has given up; a late final response is still heard and acknowledged.
 */
type State = "calling" | "proceeding" | "completed" | "accepted" | "abandoned" | "gone";

interface SentAck {
	readonly text: string;
	readonly flow: Flow;
}

/** What an INVITE client transaction needs of the layer. */
export interface InviteClientOwner {
	/** Directs ACKs of this dialog key to the transaction. */
	expectAck(key: string, transaction: InviteClientTransaction): void;
	forgetAck(key: string): void;
	/** The transaction is over. */
	remove(transaction: InviteClientTransaction): void;
}

/** RFC 3261 section 17.1.1 and RFC 6026, below a user that assumes a reliable transport. */
export class InviteClientTransaction {
	readonly key: string;
	readonly #context: TransactionContext;
	readonly #owner: InviteClientOwner;
	readonly flow: Flow;
	readonly #lost: ((loss: RequestLoss) => void) | undefined;
	#state: State = "calling";
	/** Kept until an ACK can be built from it no more. */
	#request: string;
	#repeater: Repeater | undefined;
	#stopDeadline: () => void;
	#negativeAck: string | undefined;
	/** ACKs to 2xx by dialog key; undefined while the answer waits for its ACK. */
	#acks: Map<string, SentAck | undefined> | undefined;

	/**
	 * @param lost hears why there is no final response.
	 * @throws {TransportError} when the request cannot be sent.
	 */
	constructor(
		key: string,
		request: string,
		flow: Flow,
		context: TransactionContext,
		owner: InviteClientOwner,
		lost?: (loss: RequestLoss) => void,
	) {
		this.key = key;
		this.#request = request;
		this.flow = flow;
		this.#context = context;
		this.#owner = owner;
		this.#lost = lost;
		flow.send(request);
		const { clock, times } = context;
		if (!flow.reliable) {
			this.#repeater = new Repeater(clock, times.t1, Number.POSITIVE_INFINITY, () =>
				sendAgain(context, flow, request),
			);
		}
		this.#stopDeadline = clock.after(times.timeout, () => {
			this.abandon();
			lost?.("timeout");
		});
	}

	receive(response: IncomingResponseMessage, flow: Flow): void {
		const status = response.statusCode ?? 0;
		if (status < 200) this.#receiveProvisional(response, flow);
		else if (status < 300) this.#receiveAnswer(response, flow);
		else this.#receiveRefusal(response, flow);
	}

	/** Sends the ACK to a refusal, and keeps it for repeated refusals. */
	acknowledgeRefusal(ack: string, flow: Flow): void {
		this.#negativeAck = ack;
		flow.send(ack);
	}

	/** Sends the ACK to a 2xx, and keeps it for repetitions of that 2xx. */
	acknowledgeAnswer(key: string, ack: string, flow: Flow): void {
		this.#acks?.set(key, { text: ack, flow });
		flow.send(ack);
	}

	/** A CANCEL was sent: a peer that does not end the INVITE within 64*T1 never will (RFC 3261 section 9.1). */
	cancelled(): void {
		if (this.#state === "proceeding") this.#deadline(this.#context.times.timeout, () => this.abandon());
	}

	/** Its connection has closed (RFC 3261 section 17.1.4). */
	flowClosed(): void {
		if (this.#state === "calling") {
			this.abandon();
			this.#lost?.("closed");
		} else if (this.#state === "proceeding") this.#lost?.("interrupted");
	}

	/** The upper layer has given up; what still comes is heard for 64*T1. */
	abandon(): void {
		if (this.#state !== "calling" && this.#state !== "proceeding") return;
		this.#state = "abandoned";
		this.#stopRepeating();
		this.#deadline(this.#context.times.timeout, () => this.terminate());
	}

	/** Ends it at once. */
	terminate(): void {
		this.#state = "gone";
		this.#repeater?.stop();
		this.#stopDeadline();
		if (this.#acks) for (const key of this.#acks.keys()) this.#owner.forgetAck(key);
		this.#owner.remove(this);
	}

	#receiveProvisional(response: IncomingResponseMessage, flow: Flow): void {
		if (this.#state !== "calling" && this.#state !== "proceeding") {
			this.#context.counters.absorbed++;
			return;
		}
		if (this.#state === "calling") {
			this.#state = "proceeding";
			this.#stopRepeating();
			this.#deadline(this.#context.times.forgotten, () => this.abandon());
		}
		this.#context.user.onResponse(response, flow);
	}

	#receiveAnswer(response: IncomingResponseMessage, flow: Flow): void {
		if (this.#state === "completed") {
			this.#context.counters.unmatched++;
			return;
		}
		const key = dialogKey(response.callId, response.cseq, response.toTag);
		if (this.#acks?.has(key)) {
			this.#context.counters.absorbed++;
			const ack = this.#acks.get(key);
			// A peer whose connection was lost repeats its answer by another one.
			if (ack) sendAgain(this.#context, ack.flow.open ? ack.flow : flow, ack.text);
			return;
		}
		if (this.#state !== "accepted") {
			this.#state = "accepted";
			this.#stopRepeating();
			this.#request = "";
			this.#deadline(this.#context.times.timeout, () => this.terminate());
		}
		this.#acks ??= new Map();
		this.#acks.set(key, undefined);
		this.#owner.expectAck(key, this);
		this.#context.user.onResponse(response, flow);
	}

	#receiveRefusal(response: IncomingResponseMessage, flow: Flow): void {
		if (this.#state === "completed" || this.#state === "accepted") {
			this.#context.counters.absorbed++;
			if (this.#negativeAck) sendAgain(this.#context, this.#wayBack(flow), this.#negativeAck);
			return;
		}
		this.#state = "completed";
		this.#stopRepeating();
		this.#context.user.onResponse(response, flow);
		if (this.#state !== "completed") return;
		if (this.#negativeAck === undefined) this.#acknowledgeForUser(response, flow);
		this.#request = "";
		if (this.flow.reliable) this.terminate();
		else this.#deadline(this.#context.times.completed, () => this.terminate());
	}

	/** The user has left the transaction, so nobody else will write the ACK that ends the peer's timer H. */
	#acknowledgeForUser(response: IncomingResponseMessage, flow: Flow): void {
		this.#negativeAck = buildAck(this.#request, response.getHeader("To") ?? "");
		try {
			this.#wayBack(flow).send(this.#negativeAck);
		} catch (error) {
			this.#context.log.debug(() => `ACK to a late ${response.statusCode} failed: ${String(error)}`);
		}
	}

	/** A peer whose connection was lost answers by another one. */
	#wayBack(heardBy: Flow): Flow {
		return this.flow.open ? this.flow : heardBy;
	}

	#stopRepeating(): void {
		this.#repeater?.stop();
		this.#repeater = undefined;
	}

	#deadline(delay: number, task: () => void): void {
		this.#stopDeadline();
		this.#stopDeadline = this.#context.clock.after(delay, task);
	}
}
