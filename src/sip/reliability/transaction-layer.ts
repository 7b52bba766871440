import type { IncomingRequestMessage, IncomingResponseMessage } from "sip.js/lib/core/index.js";
import type { Logger } from "../../log/logger.ts";
import { Registry } from "../../registry.ts";
import { inspectOutgoing } from "../message/writer.ts";
import type { Flow } from "../transport/types.ts";
import { ExpiringMap } from "./expiring-map.ts";
import { InviteClientTransaction } from "./invite-client-transaction.ts";
import { InviteServerTransaction } from "./invite-server-transaction.ts";
import { NonInviteClientTransaction } from "./non-invite-client-transaction.ts";
import { NonInviteServerTransaction } from "./non-invite-server-transaction.ts";
import type { AckKeeper, PastInvite } from "./past-invite.ts";
import { QueuedClock } from "./queued-clock.ts";
import { ResponseRouter, type ResponseTransport } from "./response-route.ts";
import { type KeptResponse, repeatResponse, type ServerTransaction } from "./server-transaction.ts";
import {
	type TransactionContext,
	type TransactionCounters,
	transactionTimes,
} from "./transaction-context.ts";
import { clientKey, dialogKey, requestKey, responseKey, topVia } from "./transaction-key.ts";
import type { Clock, RequestLoss, TimerValues, TransactionUser } from "./types.ts";

type ClientTransaction = InviteClientTransaction | NonInviteClientTransaction;

/** Server transactions that may be open at once by default: what a flood of requests can cost. */
const MAX_SERVER_TRANSACTIONS = 200_000;

/**
 * INVITEs and answers that are over of which the texts are kept for when the peer repeats itself. That is all of
 * the last 32 s up to some 100 calls a second, and those of the last seconds beyond: without a bound, memory would
 * grow with the rate of calls, for a datagram that was lost over and over.
 */
const MAX_PAST = 10_000;

/** What a transaction layer is made of. */
export interface TransactionLayerOptions {
	readonly clock: Clock;
	readonly timers: TimerValues;
	readonly user: TransactionUser;
	/** Sends responses that cannot go back the way their request came. */
	readonly transport: ResponseTransport;
	readonly log: Logger;
	/** Requests beyond that many open ones are dropped; 200,000 by default. */
	readonly maxServerTransactions?: number;
}

/**
 * Makes unreliable flows reliable below SIP.js, whose transactions know no timers A, E, G and zero D, I,
 * J, K: requests are repeated until they are answered, final responses until they are acknowledged or for
 * as long as the request may be repeated, and what the peer repeats goes no further. The user above
 * hears each message once (RFC 3261 section 17, RFC 6026).
 */
export class TransactionLayer {
	readonly #clock: QueuedClock;
	readonly #context: TransactionContext;
	readonly #router: ResponseRouter;
	readonly #maxServers: number;
	readonly #clients = new Registry<ClientTransaction>();
	/** Those that wait for a final response, by the stream whose end they have to hear of. */
	readonly #streams = new Map<Flow, Registry<ClientTransaction>>();
	readonly #servers = new Registry<ServerTransaction>();
	/** What is over but may be repeated by the peer. */
	readonly #pastInvites: ExpiringMap<PastInvite>;
	readonly #pastRequests: ExpiringMap<true>;
	readonly #pastAnswers: ExpiringMap<KeptResponse>;
	/** Which INVITE an ACK to a 2xx belongs to, by dialog key. */
	readonly #expectedAcks: ExpiringMap<AckKeeper>;
	/** ACKs to 2xx that were passed up, so that their repetitions are not. */
	readonly #heardAcks: ExpiringMap<true>;
	readonly #inviteOwner = {
		expectAck: (dialog: string, keeper: AckKeeper) => this.#expectedAcks.set(dialog, keeper),
		forgetAck: (dialog: string) => this.#expectedAcks.delete(dialog),
		remove: (transaction: InviteClientTransaction) => this.#removeClient(transaction),
		bury: (transaction: InviteClientTransaction, past: PastInvite, since: number) => {
			this.#removeClient(transaction);
			this.#pastInvites.set(transaction.key, past, since);
		},
	};
	readonly #requestOwner = {
		remove: (transaction: NonInviteClientTransaction) => this.#removeClient(transaction),
		bury: (transaction: NonInviteClientTransaction) => {
			this.#removeClient(transaction);
			this.#pastRequests.set(transaction.key, true);
		},
	};
	readonly #serverOwner;

	constructor(options: TransactionLayerOptions) {
		this.#clock = new QueuedClock(options.clock);
		this.#context = {
			clock: this.#clock,
			times: transactionTimes(options.timers),
			user: options.user,
			counters: { retransmissions: 0, absorbed: 0, unmatched: 0, refused: 0 },
			log: options.log,
		};
		const { timeout, settled } = this.#context.times;
		this.#pastInvites = new ExpiringMap(options.clock, timeout, MAX_PAST);
		this.#pastRequests = new ExpiringMap(options.clock, settled);
		this.#pastAnswers = new ExpiringMap(options.clock, timeout, MAX_PAST);
		this.#expectedAcks = new ExpiringMap(options.clock, timeout);
		this.#heardAcks = new ExpiringMap(options.clock, timeout);
		this.#router = new ResponseRouter(options.transport, options.log);
		this.#serverOwner = {
			router: this.#router,
			remove: (transaction: ServerTransaction) => {
				if (this.#servers.get(transaction.key) === transaction) this.#servers.delete(transaction.key);
			},
			bury: (transaction: ServerTransaction, kept: KeptResponse) => {
				this.#serverOwner.remove(transaction);
				this.#pastAnswers.set(transaction.key, kept);
			},
		};
		this.#maxServers = options.maxServerTransactions ?? MAX_SERVER_TRANSACTIONS;
	}

	/** Totals since the layer was made. */
	get counters(): Readonly<TransactionCounters> {
		return this.#context.counters;
	}

	/** Transactions that are open now, tombstones included. */
	get open(): { readonly clients: number; readonly servers: number } {
		const pastClients = this.#pastInvites.size + this.#pastRequests.size;
		return { clients: this.#clients.size + pastClients, servers: this.#serverCount };
	}

	/**
	 * Sends a request and, while its flow can lose it, repeats it. An ACK is repeated when the
	 * response that it acknowledges is.
	 *
	 * @param text a whole request, with the Via under which it leaves.
	 * @param lost hears why there is no final response; never of an ACK.
	 * @param summary of the text, when it is known.
	 * @throws {TransportError} when it cannot be sent; nothing is repeated then.
	 */
	sendRequest(
		text: string,
		flow: Flow,
		lost?: (loss: RequestLoss) => void,
		summary = inspectOutgoing(text),
	): void {
		const { method, branch, callId, cseq, toTag } = summary;
		if (method === "ACK") {
			this.#sendAck(text, branch, dialogKey(callId, cseq, toTag), flow);
			return;
		}
		const key = clientKey(branch, method);
		this.#clients.get(key)?.terminate();
		this.#pastInvites.delete(key);
		if (method === "INVITE") {
			this.#add(new InviteClientTransaction(key, text, flow, this.#context, this.#inviteOwner, lost));
			return;
		}
		this.#add(new NonInviteClientTransaction(key, text, flow, this.#context, this.#requestOwner, lost));
		if (method === "CANCEL") this.#inviteOf(branch)?.cancelled();
	}

	/** Nobody waits for the final response to a request any more; a late 2xx to an INVITE is still passed up. */
	abandonRequest(branch: string, method: string): void {
		this.#clients.get(clientKey(branch, method))?.abandon();
	}

	/** A stream has closed: requests that wait for their answers on it are lost (RFC 3261 section 17.1.4). */
	flowClosed(flow: Flow): void {
		const waiting = this.#streams.get(flow);
		this.#streams.delete(flow);
		for (const transaction of waiting?.values() ?? []) transaction.flowClosed();
	}

	/**
	 * Sends the response to a request that was heard through `onRequest`, by the way the request came.
	 * A response to a transaction that is over is dropped and counted.
	 *
	 * @throws {TransportError} when it cannot be sent; it is repeated nevertheless where it would be.
	 */
	sendResponse(text: string): void {
		const found = inspectOutgoing(text);
		const transaction = this.#servers.get(responseKey(text, found.branch, found.method));
		if (transaction) {
			transaction.respond(found.status ?? 0, text);
			return;
		}
		this.#context.counters.unmatched++;
		this.#context.log.debug(
			() => `Response ${found.status} to ${found.method} dropped: its transaction is over`,
		);
	}

	/**
	 * Sends a response to a request that has no transaction, such as one that could not be read.
	 *
	 * @param flow by which the request came.
	 * @throws {TransportError} when it cannot be sent.
	 */
	sendStateless(text: string, flow: Flow): void {
		const via = topVia(text);
		this.#router.send(text, via, this.#router.route(via, flow));
	}

	/** Takes a request in: passes it up, or answers a retransmission with what was sent before. */
	receiveRequest(request: IncomingRequestMessage, flow: Flow): void {
		if (request.method === "ACK") {
			this.#receiveAck(request, flow);
			return;
		}
		const key = requestKey(request, request.method);
		const known = this.#servers.get(key);
		if (known) {
			known.receiveRetransmission();
			return;
		}
		const past = this.#pastAnswers.get(key);
		if (past) {
			this.#context.counters.absorbed++;
			repeatResponse(past, this.#router, this.#context);
			return;
		}
		if (this.#isFull()) return;
		const Transaction = request.method === "INVITE" ? InviteServerTransaction : NonInviteServerTransaction;
		this.#servers.set(key, new Transaction(key, flow, this.#context, this.#serverOwner));
		this.#context.user.onRequest(request, flow);
	}

	/** Takes a response in: passes it up, or absorbs a repeated one, with the ACK that it asks for. */
	receiveResponse(response: IncomingResponseMessage, flow: Flow): void {
		const key = clientKey(response.viaBranch, response.method);
		const transaction = this.#clients.get(key);
		if (transaction) {
			transaction.receive(response, flow);
			return;
		}
		const past = this.#pastInvites.get(key);
		if (past) {
			const dialog = past.receive(response, flow, this.#context);
			if (dialog === undefined) return;
			this.#expectedAcks.set(dialog, past);
			this.#context.user.onResponse(response, flow);
			return;
		}
		if (this.#pastRequests.has(key)) {
			this.#context.counters.absorbed++;
			return;
		}
		this.#context.counters.unmatched++;
		this.#context.log.debug(
			() =>
				`Response ${response.statusCode} to ${response.method} from ${flow.remote.address} dropped: no such request`,
		);
	}

	/** Forgets every transaction and stops every timer; nothing is sent any more of its own accord. */
	close(): void {
		this.#clock.clear();
		this.#clients.clear();
		this.#streams.clear();
		this.#servers.clear();
		for (const past of [this.#pastInvites, this.#pastRequests, this.#pastAnswers]) past.clear();
		this.#expectedAcks.clear();
		this.#heardAcks.clear();
	}

	#sendAck(text: string, branch: string, dialog: string, flow: Flow): void {
		// The ACK to a refusal has its INVITE's branch, the one to a 2xx a branch of its own (section 17.1.1.3).
		const refused = this.#inviteOf(branch);
		if (refused) {
			refused.acknowledgeRefusal(text, flow);
			return;
		}
		const answered = this.#expectedAcks.get(dialog);
		this.#expectedAcks.delete(dialog);
		if (answered) answered.acknowledgeAnswer(dialog, text, flow);
		else flow.send(text);
	}

	#receiveAck(ack: IncomingRequestMessage, flow: Flow): void {
		const invite = this.#servers.get(requestKey(ack, "INVITE"));
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

	#inviteOf(branch: string): InviteClientTransaction | undefined {
		const transaction = this.#clients.get(clientKey(branch, "INVITE"));
		return transaction instanceof InviteClientTransaction ? transaction : undefined;
	}

	#add(transaction: ClientTransaction): void {
		const { key, flow } = transaction;
		this.#clients.set(key, transaction);
		if (!flow.reliable) return;
		let others = this.#streams.get(flow);
		if (!others) {
			others = new Registry();
			this.#streams.set(flow, others);
		}
		others.set(key, transaction);
	}

	#removeClient(transaction: ClientTransaction): void {
		const { key, flow } = transaction;
		if (this.#clients.get(key) === transaction) this.#clients.delete(key);
		const others = this.#streams.get(flow);
		if (others?.get(key) !== transaction) return;
		others.delete(key);
		if (others.size === 0) this.#streams.delete(flow);
	}

	get #serverCount(): number {
		return this.#servers.size + this.#pastAnswers.size + this.#heardAcks.size;
	}

	#isFull(): boolean {
		if (this.#serverCount < this.#maxServers) return false;
		if (this.#context.counters.refused++ === 0) {
			this.#context.log.warning(`More than ${this.#maxServers} transactions are open: requests are dropped`);
		}
		return true;
	}
}
