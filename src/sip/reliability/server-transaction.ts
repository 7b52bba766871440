import type { QueuedTimer, TimedTask } from "../../time/queued-clock.ts";
import type { Flow } from "../transport/types.ts";
import type { ResponseRouter } from "./response-route.ts";
import type { TransactionContext } from "./transaction-context.ts";

/** What a server transaction needs from the layer. */
export interface ServerOwner {
	readonly router: ResponseRouter;
	/** The transaction is over. */
	remove(transaction: ServerTransaction): void;
	/** It is over, but its request may be retransmitted until timer J. */
	bury(transaction: ServerTransaction, kept: KeptResponse): void;
}

/** A request, at the start of its transaction. */
export interface ReceivedRequest {
	readonly key: string;
	/** Its size in bytes. */
	readonly octets: number;
	/** Value of its top Via, which its responses repeat. */
	readonly via: string;
	readonly flow: Flow;
}

/** A final response, kept in case its request is retransmitted. */
export interface KeptResponse {
	readonly text: string;
	readonly route: Flow;
}

/** Sends a response once more; a failure counts as a loss in transit. */
export function repeatResponse(
	{ text, route }: KeptResponse,
	router: ResponseRouter,
	context: TransactionContext,
): void {
	try {
		router.send(text, route);
		context.counters.retransmissions++;
	} catch (error) {
		context.log.debug(() => `Retransmission to ${route.remote.address} failed: ${String(error)}`);
	}
}

/** The answering side of a transaction: RFC 3261 section 17.2. */
export abstract class ServerTransaction implements TimedTask {
	readonly key: string;
	/** Size of its request in bytes. */
	readonly octets: number;
	protected readonly context: TransactionContext;
	readonly #owner: ServerOwner;
	readonly #flow: Flow;
	readonly #via: string;
	#route: Flow | undefined;
	#lastResponse: string | undefined;
	#deadline: QueuedTimer;

	/** @param lifetime milliseconds after which it ends if nobody answers the request. */
	constructor(request: ReceivedRequest, lifetime: number, context: TransactionContext, owner: ServerOwner) {
		this.key = request.key;
		this.octets = request.octets;
		this.#flow = request.flow;
		this.#via = request.via;
		this.context = context;
		this.#owner = owner;
		this.#deadline = context.clock.start(lifetime, this);
	}

	/** Its time is over. */
	due(): void {
		this.terminate();
	}

	/** The request was retransmitted. */
	abstract receiveRetransmission(): void;

	/**
	 * The upper layer answers.
	 * @throws {TransportError} when the response cannot be sent.
	 */
	abstract respond(status: number, text: string): void;

	/** Ends it at once. */
	terminate(): void {
		this.#deadline.stop();
		this.#owner.remove(this);
	}

	protected get reliable(): boolean {
		return this.#flow.reliable;
	}

	/** Keeps a response for retransmissions of the request, and sends it. */
	protected sendAndKeep(text: string): void {
		this.#lastResponse = text;
		this.send(text);
	}

	/** Sends the final response, which is all that is left of the transaction. */
	protected sendAndBury(text: string): void {
		const route = this.#responseRoute;
		this.#deadline.stop();
		this.#owner.bury(this, { text, route });
		this.#owner.router.send(text, route);
	}

	protected send(text: string): void {
		this.#owner.router.send(text, this.#responseRoute);
	}

	/** Sends the last response once more. */
	protected repeatResponse(): void {
		const text = this.#lastResponse;
		if (text !== undefined)
			repeatResponse({ text, route: this.#responseRoute }, this.#owner.router, this.context);
	}

	/** Where its responses go. */
	get #responseRoute(): Flow {
		this.#route ??= this.#owner.router.route(this.#via, this.#flow);
		return this.#route;
	}

	protected forgetResponse(): void {
		this.#lastResponse = undefined;
	}

	/** Ends the transaction after `delay` milliseconds; replaces the previous deadline. */
	protected endAfter(delay: number): void {
		this.#deadline.stop();
		if (delay === 0) this.terminate();
		else this.#deadline = this.context.clock.start(delay, this);
	}
}
