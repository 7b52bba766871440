import type { IncomingResponseMessage, Transport, URI } from "sip.js/lib/core/index.js";
import { inspectOutgoing, type OutgoingSummary } from "../message/writer.ts";
import type { RequestLoss } from "../reliability/types.ts";
import type { Flow, FlowHolder, Target, TransportLayer } from "../transport/types.ts";
import { findTargets, hasSecureUri, isSecureHop, nextHopOf } from "./next-hop.ts";
import { coreBranch, PendingRequest } from "./pending-request.ts";
import { fillPlaceholders } from "./placeholders.ts";

/** Above this size a request has to go by a transport with congestion control (RFC 3261 section 18.1.1). */
const MAX_DATAGRAM_REQUEST = 1300;

/** What a leg needs to reach its peer: the layers below it. */
export interface LegNetwork {
	readonly transport: TransportLayer & FlowHolder;
	readonly resolver: {
		resolve(uri: URI): Target[] | Promise<Target[]>;
		/** Puts a target that cannot be reached last for a while (RFC 3263 section 4.3). */
		failed(target: Target): void;
	};
	readonly transactions: {
		/** @param lost hears why there is no final response. */
		sendRequest(text: string, flow: Flow, lost?: (loss: RequestLoss) => void): void;
		/** Nobody waits for the final response any more. */
		abandonRequest(branch: string, method: string): void;
		sendResponse(text: string): void;
	};
}

/**
 * SIP.js's view of the network for one leg: takes each message it writes, finds the flow to the next
 * hop, fills in our address on that flow and hands the message to the transaction layer. Messages
 * leave in the order in which they were given.
 *
 * A request whose connection is lost, or that is answered with 503, is sent to the next target of its
 * next hop with a new branch (RFC 3263 section 4.3), and SIP.js hears of a failure when there is no
 * other. An INVITE outside a dialog is left to the {@link Invitation}, which makes a new one for each target.
 */
export class LegTransport implements Transport {
	/** SIP.js writes it into a Via that is replaced before the message leaves. */
	readonly protocol = "UDP";
	readonly #network: LegNetwork;
	readonly #deliver: (response: IncomingResponseMessage) => void;
	#nextHop: string | undefined;
	#flow: Flow | undefined;
	#target: Target | undefined;
	/** The flow is a connection that was opened for the request that comes next. */
	#fresh = false;
	/** The peer was called by `sips:`: nothing goes by anything but TLS (RFC 3261 section 26.2.2). */
	#secure = false;
	/** Ends the keep-alives; undefined while no dialog uses the flow. */
	#release: (() => void) | undefined;
	/** The last one, for what follows it. */
	#invite: PendingRequest | undefined;
	/** Requests without a final response, by their branches. */
	readonly #pending = new Map<string, PendingRequest>();
	#queue: Promise<void> | undefined;
	/** The peer takes no TCP connection. */
	#datagramsOnly = false;

	/** @param deliver takes what SIP.js is to hear although it was said to be no news by {@link heard}. */
	constructor(network: LegNetwork, deliver: (response: IncomingResponseMessage) => void) {
		this.#network = network;
		this.#deliver = deliver;
	}

	/** The flow that was used last. */
	get flow(): Flow | undefined {
		return this.#flow;
	}

	/** Opens the flow to a target of a next hop, for the requests that follow. */
	async use(nextHop: string, target: Target): Promise<Flow> {
		try {
			const flow = this.#network.transport.flowTo(target);
			this.#fresh = flow instanceof Promise;
			this.#flow = await flow;
		} catch (error) {
			this.#network.resolver.failed(target);
			throw error;
		}
		this.#nextHop = nextHop;
		this.#target = target;
		if (this.#release) this.hold();
		return this.#flow;
	}

	/** Keeps the flow alive from now on, and any that takes its place: a dialog uses it. */
	hold(): void {
		const release = this.#release;
		this.#release = this.#flow && this.#network.transport.hold(this.#flow);
		release?.();
	}

	/** The dialog is over. */
	release(): void {
		this.#release?.();
		this.#release = undefined;
	}

	/** The target that was used last cannot be reached: the next request looks for another one. */
	failed(): void {
		if (this.#target) this.#network.resolver.failed(this.#target);
		this.#nextHop = undefined;
	}

	/**
	 * Takes a response before SIP.js does, and gives it the branch that SIP.js knows.
	 * @returns false when SIP.js is not to hear it: its request is tried elsewhere.
	 */
	heard(response: IncomingResponseMessage): boolean {
		const wireBranch = response.viaBranch;
		const pending = this.#pending.get(wireBranch);
		response.viaBranch = coreBranch(wireBranch);
		const status = response.statusCode ?? 0;
		const isAnswer = status >= 200 && status < 300;
		// An INVITE that was sent again: what the first try leads to is no longer of interest, save a 2xx.
		if (!isAnswer && !pending && this.#invite?.wasSentAs(wireBranch)) return false;
		if (!pending || pending.method !== response.method || status < 200) return true;
		this.#pending.delete(pending.branch);
		if (status !== 503 || pending.huntedFor) return true;
		this.#giveUp(pending);
		this.#tryElsewhere(pending, () => {
			// The transaction layer has acknowledged it.
			pending.refusedByUs = true;
			this.#deliver(response);
		});
		return false;
	}

	/** @throws {TransportError} as a rejection; SIP.js then answers the request with a 503 of its own. */
	send(text: string): Promise<void> {
		try {
			return this.#enqueue(() => this.#dispatch(text)) ?? Promise.resolve();
		} catch (error) {
			return Promise.reject(error);
		}
	}

	/** Does a step when those before it are done; later ones wait for it, whether it succeeds or not. */
	#enqueue(task: () => void | Promise<void>): Promise<void> | undefined {
		const step = this.#queue ? this.#queue.then(task) : task();
		if (!(step instanceof Promise)) return undefined;
		const settled: Promise<void> = step
			.catch(() => {})
			.then(() => {
				if (this.#queue === settled) this.#queue = undefined;
			});
		this.#queue = settled;
		return step;
	}

	#dispatch(text: string): void | Promise<void> {
		const summary = inspectOutgoing(text);
		const { isResponse, method, branch } = summary;
		if (isResponse) {
			if (this.#flow) this.#network.transactions.sendResponse(fillPlaceholders(text, this.#flow));
			return;
		}
		// The ACK to a refusal and a CANCEL follow their INVITE (RFC 3261 sections 9.1 and 17.1.1.3).
		if (method !== "INVITE" && this.#invite?.firstBranch === branch) return this.#follow(this.#invite, text);
		const request = this.#newRequest(text, summary);
		const flow = this.#flowTo(request.nextHop);
		return flow instanceof Promise
			? flow.then((found) => this.#sendRequest(request, found))
			: this.#sendRequest(request, flow);
	}

	#newRequest(text: string, { method, branch, toTag }: OutgoingSummary): PendingRequest {
		const isFirst = method === "INVITE" && toTag === undefined;
		if (isFirst) this.#secure = hasSecureUri(text);
		const request = new PendingRequest(text, method, branch, nextHopOf(text, this.#secure), isFirst);
		if (method === "INVITE") this.#invite = request;
		return request;
	}

	#follow(invite: PendingRequest, text: string): void | Promise<void> {
		if (invite.refusedByUs) return;
		const { flow, target } = invite;
		const write = (found: Flow): void => this.#write(invite.withBranch(text), found);
		if (flow?.open) return write(flow);
		return (target ? this.use(invite.nextHop, target) : this.#findFlow(invite.nextHop)).then(write);
	}

	#sendRequest(request: PendingRequest, flow: Flow): void | Promise<void> {
		const fits = Buffer.byteLength(request.text) <= MAX_DATAGRAM_REQUEST;
		if (flow.protocol !== "UDP" || fits || this.#datagramsOnly) return this.#transmit(request, flow);
		const { address, port } = flow.remote;
		return (async () => {
			let stream = flow;
			try {
				const found = this.#network.transport.flowTo({ protocol: "TCP", address, port });
				this.#fresh = found instanceof Promise;
				stream = await found;
			} catch {
				// A phone without TCP gets a large datagram after all (RFC 3261 section 18.1.1).
				this.#datagramsOnly = true;
			}
			this.#transmit(request, stream);
		})();
	}

	#transmit(request: PendingRequest, flow: Flow): void {
		const text = request.sendBy(flow, this.#target, this.#fresh);
		this.#fresh = false;
		if (request.method === "ACK") return this.#write(text, flow);
		const { branch } = request;
		this.#pending.set(branch, request);
		try {
			this.#write(text, flow, (loss) => {
				if (this.#pending.get(branch) === request) this.#lost(request, loss);
			});
		} catch {
			this.#lost(request, "closed");
		}
	}

	#write(text: string, flow: Flow, lost?: (loss: RequestLoss) => void): void {
		this.#network.transactions.sendRequest(fillPlaceholders(text, flow), flow, lost);
	}

	#lost(request: PendingRequest, loss: RequestLoss): void {
		if (loss === "interrupted") return void this.#enqueue(() => this.#lookAfter(request));
		this.#pending.delete(request.branch);
		if (loss === "closed") {
			const again = request.takeSecondChance();
			if (!again) this.#giveUp(request);
			return this.#tryElsewhere(request, () => this.#deliver(request.unavailable()), again);
		}
		const { target } = request;
		this.#giveUp(request);
		// SIP.js has timed out as well, so the leg may be on its way out: what it has sent since goes elsewhere.
		for (const other of [...this.#pending.values()]) {
			if (other.huntedFor || !target || !other.isAt(target)) continue;
			this.#pending.delete(other.branch);
			this.#network.transactions.abandonRequest(other.branch, other.method);
			other.fail(target);
			this.#tryElsewhere(other, () => this.#deliver(other.unavailable()));
		}
		// Nobody waits for a BYE, but the peer has to hear it.
		if (request.method === "BYE") this.#tryElsewhere(request, () => {});
	}

	/** Its target is tried last from now on. */
	#giveUp(request: PendingRequest): void {
		const { target } = request;
		if (!target) return;
		request.fail(target);
		if (request.huntedFor) return;
		this.#network.resolver.failed(target);
		this.#nextHop = undefined;
	}

	/**
	 * @param nowhere runs when there is no other place.
	 * @param again the target that comes first once more.
	 */
	#tryElsewhere(request: PendingRequest, nowhere: () => void, again?: Target): void {
		void this.#enqueue(async () => {
			if (again && (await this.#tryAt(request, again))) return;
			if (!request.huntedFor) {
				const targets = await findTargets(request.nextHop, this.#network.resolver).catch(() => []);
				for (const target of targets)
					if (request.mayTry(target) && (await this.#tryAt(request, target))) return;
			}
			nowhere();
		});
	}

	async #tryAt(request: PendingRequest, target: Target): Promise<boolean> {
		try {
			const flow = await this.use(request.nextHop, target);
			await this.#sendRequest(request, flow);
			return true;
		} catch {
			return false;
		}
	}

	/**
	 * The connection was lost after a provisional response. A peer that can still be reached may answer by a
	 * connection of its own, when it can reach us by the Via that it has.
	 */
	async #lookAfter(request: PendingRequest): Promise<void> {
		const isOver = (): boolean => this.#pending.get(request.branch) !== request;
		if (isOver() || !request.target) return;
		try {
			const flow = await this.use(request.nextHop, request.target);
			this.#fresh = false;
			if (flow.local.port === request.flow?.local.port) return;
		} catch {
			// What follows is right for this, too.
		}
		if (isOver()) return;
		this.#pending.delete(request.branch);
		this.#network.transactions.abandonRequest(request.branch, request.method);
		this.#deliver(request.unavailable());
	}

	#flowTo(nextHop: string): Flow | Promise<Flow> {
		if (this.#flow?.open && this.#nextHop === nextHop) return this.#flow;
		return this.#findFlow(nextHop);
	}

	async #findFlow(nextHop: string): Promise<Flow> {
		const known = this.#flow;
		let failure: unknown;
		try {
			for (const target of await findTargets(nextHop, this.#network.resolver)) {
				try {
					return await this.use(nextHop, target);
				} catch (error) {
					failure = error;
				}
			}
		} catch (error) {
			failure = error;
		}
		// A phone behind a NAT can be reached by its own connection alone, whatever its Contact says.
		if (!known?.open || (known.protocol !== "TLS" && isSecureHop(nextHop))) throw failure;
		this.#nextHop = nextHop;
		this.#fresh = false;
		return known;
	}
}
