import { Registry } from "../../registry.ts";
import type { Clock } from "../../time/clock.ts";
import { ExpiringMap } from "../../time/expiring-map.ts";
import type { IncomingRequestMessage } from "../sipjs/core.ts";
import type { Flow } from "../transport/types.ts";
import { InviteServerTransaction } from "./invite-server-transaction.ts";
import { NonInviteServerTransaction } from "./non-invite-server-transaction.ts";
import type { ResponseRouter } from "./response-route.ts";
import { type KeptResponse, repeatResponse, type ServerTransaction } from "./server-transaction.ts";
import { MAX_PAST, MAX_PAST_LENGTH, type TransactionContext } from "./transaction-context.ts";
import { type AnsweredRequest, requestKey } from "./transaction-key.ts";

/** What may be open at once: the cost of a flood of requests is limited to this. */
export interface ServerLimits {
	readonly transactions: number;
	/** Total size of their requests in bytes. */
	readonly octets: number;
}

/** Requests received: those that wait for our final response, and what is left of the others. */
export class ServerTransactions {
	readonly #context: TransactionContext;
	readonly #limits: ServerLimits;
	/** Total size of the requests of open ones, in bytes. */
	#octets = 0;
	readonly #open = new Registry<ServerTransaction>();
	/** Our final responses to requests that may be retransmitted. */
	readonly #pastAnswers: ExpiringMap<KeptResponse>;
	/** ACKs to 2xx that were passed up, so that their retransmissions are not. */
	readonly #heardAcks: ExpiringMap<true>;
	readonly #owner;
	/** The last new request, which is nearly always answered before the next one comes, and its key. */
	#latest: AnsweredRequest | undefined;
	#latestKey = "";

	/**
	 * @param clock for finished transactions; the timers of the others use the context's clock.
	 * @param limits requests beyond them are dropped.
	 */
	constructor(context: TransactionContext, clock: Clock, router: ResponseRouter, limits: ServerLimits) {
		this.#context = context;
		this.#limits = limits;
		const { timeout } = context.times;
		this.#pastAnswers = new ExpiringMap(clock, timeout, MAX_PAST, {
			limit: MAX_PAST_LENGTH,
			weigh: ({ text }) => text.length,
		});
		this.#heardAcks = new ExpiringMap(clock, timeout, MAX_PAST);
		this.#owner = {
			router,
			remove: (transaction: ServerTransaction) => {
				if (this.#open.get(transaction.key) !== transaction) return;
				this.#open.delete(transaction.key);
				this.#octets -= transaction.octets;
			},
			bury: (transaction: ServerTransaction, kept: KeptResponse) => {
				this.#owner.remove(transaction);
				this.#pastAnswers.add(transaction.key, kept);
			},
		};
	}

	/** How many there are, including finished ones whose requests may be retransmitted. */
	get size(): number {
		return this.#open.size + this.#pastAnswers.size + this.#heardAcks.size;
	}

	/**
	 * Sends a response back the way its request came; see `TransactionLayer.sendResponse`.
	 * @throws {TransportError} when it cannot be sent; it is retransmitted all the same, where the rules
	 * require it.
	 */
	respond(text: string, request: AnsweredRequest, status: number): void {
		const { method } = request;
		const transaction = this.#open.get(
			this.#latest === request ? this.#latestKey : requestKey(request, method),
		);
		if (transaction) transaction.respond(status, text);
		else this.#dropped(status, method);
	}

	/** Handles a request; see `TransactionLayer.receiveRequest`. */
	receive(request: IncomingRequestMessage, flow: Flow, octets: number, expected: boolean): boolean {
		if (request.method === "ACK") return this.#receiveAck(request, flow, expected);
		const key = requestKey(request, request.method);
		const known = this.#open.get(key);
		if (known) {
			known.receiveRetransmission();
			return true;
		}
		const past = this.#pastAnswers.get(key);
		if (past) {
			this.#context.counters.absorbed++;
			repeatResponse(past, this.#owner.router, this.#context);
			return true;
		}
		if (!expected) return false;
		if (this.#isFull(octets)) return true;
		const Transaction = request.method === "INVITE" ? InviteServerTransaction : NonInviteServerTransaction;
		const received = { key, octets, via: request.getHeader("via") ?? "", flow };
		this.#open.set(key, new Transaction(received, this.#context, this.#owner));
		this.#latest = request;
		this.#latestKey = key;
		this.#octets += octets;
		this.#context.user.onRequest(request, flow);
		return true;
	}

	/** Drops all of them; their timers are not stopped. */
	clear(): void {
		this.#open.clear();
		this.#octets = 0;
		this.#latest = undefined;
		this.#pastAnswers.clear();
		this.#heardAcks.clear();
	}

	#dropped(status: number, method: string): void {
		this.#context.counters.unmatched++;
		this.#context.log.debug(() => `Response ${status} to ${method} dropped: its transaction is over`);
	}

	#receiveAck(ack: IncomingRequestMessage, flow: Flow, expected: boolean): boolean {
		const invite = this.#open.get(requestKey(ack, "INVITE"));
		if (invite instanceof InviteServerTransaction && invite.receiveAck()) return true;
		if (!expected) return false;
		const key = requestKey(ack, "ACK");
		if (this.#heardAcks.has(key)) {
			this.#context.counters.absorbed++;
			return true;
		}
		this.#heardAcks.add(key, true);
		this.#context.user.onRequest(ack, flow);
		return true;
	}

	#isFull(octets: number): boolean {
		const limits = this.#limits;
		if (this.#open.size < limits.transactions && this.#octets + octets <= limits.octets) return false;
		if (this.#context.counters.refused++ === 0) {
			const held = `${this.#open.size} requests of ${this.#octets} octets wait for their answers`;
			this.#context.log.warning(`${held}: further ones are dropped`);
		}
		return true;
	}
}
