import type { Logger } from "../../log/logger.ts";
import type { Clock } from "../../time/clock.ts";
import { QueuedClock } from "../../time/queued-clock.ts";
import { inspectOutgoing, type OutgoingSummary } from "../message/writer.ts";
import type { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import type { Flow } from "../transport/types.ts";
import { ClientTransactions } from "./client-transactions.ts";
import { ResponseRouter, type ResponseTransport } from "./response-route.ts";
import { type ServerLimits, ServerTransactions } from "./server-transactions.ts";
import {
	type TransactionContext,
	type TransactionCounters,
	transactionTimes,
} from "./transaction-context.ts";
import { type AnsweredRequest, topVia } from "./transaction-key.ts";
import type { RequestLoss, TimerValues, TransactionUser } from "./types.ts";

/** What a flood of requests in dialogs may cost by default. */
const SERVER_LIMITS: ServerLimits = { transactions: 200_000, octets: 64 * 1024 * 1024 };

/** Settings and parts of a transaction layer. */
export interface TransactionLayerOptions {
	readonly clock: Clock;
	readonly timers: TimerValues;
	readonly user: TransactionUser;
	/** Sends responses that cannot go back the way their request came. */
	readonly transport: ResponseTransport;
	readonly log: Logger;
	/** Requests beyond them are dropped; by default 200,000, and 64 MB. */
	readonly serverLimits?: ServerLimits;
}

/**
 * Makes unreliable flows reliable for SIP.js above, whose transactions lack timers A, E and G and set D, I, J
 * and K to zero: requests are retransmitted until they are answered, final responses until they are
 * acknowledged or for as long as the request may be retransmitted, and the peer's retransmissions go no
 * further. The user above gets each message once (RFC 3261 section 17, RFC 6026).
 */
export class TransactionLayer {
	readonly #clock: QueuedClock;
	readonly #context: TransactionContext;
	readonly #router: ResponseRouter;
	readonly #clients: ClientTransactions;
	readonly #servers: ServerTransactions;

	constructor(options: TransactionLayerOptions) {
		const { clock, timers, user, transport, log, serverLimits = SERVER_LIMITS } = options;
		this.#clock = new QueuedClock(clock);
		this.#context = {
			clock: this.#clock,
			times: transactionTimes(timers),
			user,
			counters: { retransmissions: 0, absorbed: 0, unmatched: 0, refused: 0 },
			log,
		};
		this.#router = new ResponseRouter(transport, log);
		this.#clients = new ClientTransactions(this.#context, clock);
		this.#servers = new ServerTransactions(this.#context, clock, this.#router, serverLimits);
	}

	/** Totals since the layer was created. */
	get counters(): Readonly<TransactionCounters> {
		return this.#context.counters;
	}

	/** Transactions that are open now, tombstones included. */
	get open(): { readonly clients: number; readonly servers: number } {
		return { clients: this.#clients.size, servers: this.#servers.size };
	}

	/**
	 * Sends a request and, while its flow can lose it, retransmits it. An ACK is sent again when the response
	 * that it acknowledges is.
	 *
	 * @param text a whole request, with the Via under which it leaves.
	 * @param lost called with the reason why there is no final response; never for an ACK.
	 * @param summary of the text, if known.
	 * @throws {TransportError} when it cannot be sent; nothing is retransmitted then.
	 */
	sendRequest(
		text: string,
		flow: Flow,
		lost?: (loss: RequestLoss) => void,
		summary = inspectOutgoing(text),
	): void {
		this.#clients.send(text, flow, summary, lost);
	}

	/**
	 * Takes in the responses to an INVITE that another process has sent, for 64*T1: they are passed up, and refusals
	 * are acknowledged.
	 *
	 * @param text the whole request, as it was sent.
	 * @param flow by which its peer is reached now.
	 */
	resumeInvite(text: string, flow: Flow, summary: OutgoingSummary): void {
		this.#clients.resume(text, flow, summary);
	}

	/** Stops waiting for the final response to a request; a late 2xx to an INVITE is still passed up. */
	abandonRequest(branch: string, method: string): void {
		this.#clients.abandon(branch, method);
	}

	/**
	 * A stream has closed: requests that wait for their answers on it are lost (RFC 3261 section 17.1.4).
	 *
	 * @param undelivered responses, ACKs and CANCELs that may not have arrived: they go by a new connection.
	 */
	flowClosed(flow: Flow, undelivered: readonly string[] = []): void {
		this.#clients.flowClosed(flow);
		for (const text of undelivered) this.#router.sendUndelivered(text, flow);
	}

	/**
	 * A datagram could not reach its peer: requests that nobody there answered are lost (RFC 3261 section
	 * 18.4).
	 */
	flowUnreachable(flow: Flow): void {
		this.#clients.flowUnreachable(flow);
	}

	/**
	 * Sends the response to a request from `onRequest`, back the way the request came. A response to a
	 * finished transaction is dropped and counted.
	 *
	 * @param request that it answers.
	 * @param status of the response.
	 * @throws {TransportError} when it cannot be sent; it is retransmitted all the same, where the rules
	 * require it.
	 */
	sendResponse(text: string, request: AnsweredRequest, status: number): void {
		this.#servers.respond(text, request, status);
	}

	/**
	 * Sends a response to a request that has no transaction: one from a stranger, or one that could not be
	 * read.
	 *
	 * @param flow on which the request came.
	 * @throws {TransportError} when it cannot be sent.
	 */
	sendStateless(text: string, flow: Flow): void {
		this.#router.send(text, this.#router.route(topVia(text), flow));
	}

	/**
	 * Handles a request: passes it up, or answers a retransmission with what was sent before.
	 *
	 * @param octets size of the request in bytes.
	 * @param expected whether the user above knows the dialog of the request. Nothing is kept of other
	 * requests: their senders could use up what calls need.
	 * @returns false if the caller must answer it, with `sendStateless`.
	 */
	receiveRequest(request: IncomingRequestMessage, flow: Flow, octets = 0, expected = true): boolean {
		return this.#servers.receive(request, flow, octets, expected);
	}

	/**
	 * Handles a response: passes it up, or absorbs a retransmission, sending the ACK that it asks for.
	 *
	 * @returns false for a new one that nobody above has taken, such as a 2xx to the INVITE of a call that is
	 * over.
	 */
	receiveResponse(response: IncomingResponseMessage, flow: Flow): boolean {
		return this.#clients.receive(response, flow);
	}

	/** Drops every transaction and stops every timer; nothing more is sent on its own. */
	close(): void {
		this.#clock.clear();
		this.#clients.clear();
		this.#servers.clear();
	}
}
