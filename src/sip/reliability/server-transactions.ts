import type { IncomingRequestMessage } from "sip.js/lib/core/index.js";
import { Registry } from "../../registry.ts";
import type { Clock } from "../../time/clock.ts";
import { ExpiringMap } from "../../time/expiring-map.ts";
import { inspectOutgoing } from "../message/writer.ts";
import type { Flow } from "../transport/types.ts";
import { InviteServerTransaction } from "./invite-server-transaction.ts";
import { NonInviteServerTransaction } from "./non-invite-server-transaction.ts";
import type { ResponseRouter } from "./response-route.ts";
import { type KeptResponse, repeatResponse, type ServerTransaction } from "./server-transaction.ts";
import { MAX_PAST, type TransactionContext } from "./transaction-context.ts";
import { requestKey, responseKey } from "./transaction-key.ts";

/** The requests of others: those that wait for our final response, and what is left of the others. */
export class ServerTransactions {
	readonly #context: TransactionContext;
	readonly #max: number;
	readonly #open = new Registry<ServerTransaction>();
	/** Our final responses to requests that may come again. */
	readonly #pastAnswers: ExpiringMap<KeptResponse>;
	/** ACKs to 2xx that were passed up, so that their repetitions are not. */
	readonly #heardAcks: ExpiringMap<true>;
	readonly #owner;

	/**
	 * @param clock for what is over; the timers of transactions run by the clock of the context.
	 * @param max requests beyond that many open ones are dropped.
	 */
	constructor(context: TransactionContext, clock: Clock, router: ResponseRouter, max: number) {
		this.#context = context;
		this.#max = max;
		const { timeout } = context.times;
		this.#pastAnswers = new ExpiringMap(clock, timeout, MAX_PAST);
		this.#heardAcks = new ExpiringMap(clock, timeout);
		this.#owner = {
			router,
			remove: (transaction: ServerTransaction) => {
				if (this.#open.get(transaction.key) === transaction) this.#open.delete(transaction.key);
			},
			bury: (transaction: ServerTransaction, kept: KeptResponse) => {
				this.#owner.remove(transaction);
				this.#pastAnswers.set(transaction.key, kept);
			},
		};
	}

	/** How many there are, with those that are over but whose requests may come again. */
	get size(): number {
		return this.#open.size + this.#pastAnswers.size + this.#heardAcks.size;
	}

	/**
	 * Sends a response by the way its request came; see `TransactionLayer.sendResponse`.
	 * @throws {TransportError} when it cannot be sent; it is repeated nevertheless where it would be.
	 */
	respond(text: string): void {
		const found = inspectOutgoing(text);
		const transaction = this.#open.get(responseKey(text, found.branch, found.method));
		if (transaction) {
			transaction.respond(found.status ?? 0, text);
			return;
		}
		this.#context.counters.unmatched++;
		this.#context.log.debug(
			() => `Response ${found.status} to ${found.method} dropped: its transaction is over`,
		);
	}

	/** Takes a request in: passes it up, or answers a retransmission with what was sent before. */
	receive(request: IncomingRequestMessage, flow: Flow): void {
		if (request.method === "ACK") {
			this.#receiveAck(request, flow);
			return;
		}
		const key = requestKey(request, request.method);
		const known = this.#open.get(key);
		if (known) {
			known.receiveRetransmission();
			return;
		}
		const past = this.#pastAnswers.get(key);
		if (past) {
			this.#context.counters.absorbed++;
			repeatResponse(past, this.#owner.router, this.#context);
			return;
		}
		if (this.#isFull()) return;
		const Transaction = request.method === "INVITE" ? InviteServerTransaction : NonInviteServerTransaction;
		this.#open.set(key, new Transaction(key, flow, this.#context, this.#owner));
		this.#context.user.onRequest(request, flow);
	}

	/** Forgets all of them; their timers are not stopped. */
	clear(): void {
		this.#open.clear();
		this.#pastAnswers.clear();
		this.#heardAcks.clear();
	}

	#receiveAck(ack: IncomingRequestMessage, flow: Flow): void {
		const invite = this.#open.get(requestKey(ack, "INVITE"));
		if (invite instanceof InviteServerTransaction && invite.receiveAck()) return;
		const key = requestKey(ack, "ACK");
		if (this.#heardAcks.has(key)) {
			this.#context.counters.absorbed++;
			return;
		}
		if (this.#isFull()) return;
		this.#heardAcks.set(key, true);
		this.#context.user.onRequest(ack, flow);
	}

	#isFull(): boolean {
		if (this.size < this.#max) return false;
		if (this.#context.counters.refused++ === 0) {
			this.#context.log.warning(`More than ${this.#max} transactions are open: requests are dropped`);
		}
		return true;
	}
}
