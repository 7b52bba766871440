import type { IncomingResponseMessage, Transport } from "sip.js/lib/core/index.js";
import { inspectOutgoing, type OutgoingSummary } from "../message/writer.ts";
import type { RequestLoss } from "../reliability/types.ts";
import type { Flow, Target } from "../transport/types.ts";
import { type FlowNetwork, LegFlow } from "./leg-flow.ts";
import { findTargets, hasSecureUri, nextHopOf } from "./next-hop.ts";
import { coreBranch, PendingRequest } from "./pending-request.ts";
import { fillPlaceholders } from "./placeholders.ts";

/** Above this size a request has to go by a transport with congestion control (RFC 3261 section 18.1.1). */
const MAX_DATAGRAM_REQUEST = 1300;

/** What a leg needs to reach its peer: the layers below it. */
export interface LegNetwork extends FlowNetwork {
	readonly transactions: {
		/** @param lost hears why there is no final response. */
		sendRequest(
			text: string,
			flow: Flow,
			lost?: (loss: RequestLoss) => void,
			summary?: OutgoingSummary,
		): void;
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
	readonly #flow: LegFlow;
	/** The peer was called by `sips:`: nothing goes by anything but TLS (RFC 3261 section 26.2.2). */
	#secure = false;
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
		this.#flow = new LegFlow(network);
		this.#deliver = deliver;
	}

	/** The flow that was used last. */
	get flow(): Flow | undefined {
		return this.#flow.current;
	}

	/** Opens the flow to a target of a next hop, for the requests that follow. */
	use(nextHop: string, target: Target): Promise<Flow> {
		return this.#flow.use(nextHop, target);
	}

	/** Keeps the flow alive from now on, and any that takes its place: a dialog uses it. */
	hold(): void {
		this.#flow.hold();
	}

	/** The dialog is over. */
	release(): void {
		this.#flow.release();
	}

	/** The target that was used last cannot be reached: the next request looks for another one. */
	failed(): void {
		this.#flow.failed();
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
			if (this.flow) this.#network.transactions.sendResponse(fillPlaceholders(text, this.flow));
			return;
		}
		// The ACK to a refusal and a CANCEL follow their INVITE (RFC 3261 sections 9.1 and 17.1.1.3).
		if (method !== "INVITE" && this.#invite?.firstBranch === branch) return this.#follow(this.#invite, text);
		const request = this.#newRequest(text, summary);
		const flow = this.#flow.to(request.nextHop);
		return flow instanceof Promise
			? flow.then((found) => this.#sendRequest(request, found))
			: this.#sendRequest(request, flow);
	}

	#newRequest(text: string, summary: OutgoingSummary): PendingRequest {
		const { method, toTag } = summary;
		const isFirst = method === "INVITE" && toTag === undefined;
		if (isFirst) this.#secure = hasSecureUri(text);
		const request = new PendingRequest(text, summary, nextHopOf(text, this.#secure), isFirst);
		if (method === "INVITE") this.#invite = request;
		return request;
	}

	#follow(invite: PendingRequest, text: string): void | Promise<void> {
		if (invite.refusedByUs) return;
		const { flow, target } = invite;
		const write = (found: Flow): void => this.#write(invite.withBranch(text), found);
		if (flow?.open) return write(flow);
		return this.#reopen(invite, target).then(write);
	}

	async #reopen({ nextHop }: PendingRequest, target: Target | undefined): Promise<Flow> {
		return target ? await this.use(nextHop, target) : await this.#flow.to(nextHop);
	}

	#sendRequest(request: PendingRequest, flow: Flow): void | Promise<void> {
		const fits = Buffer.byteLength(request.text) <= MAX_DATAGRAM_REQUEST;
		if (flow.protocol !== "UDP" || fits || this.#datagramsOnly) return this.#transmit(request, flow);
		// A phone without TCP gets a large datagram after all (RFC 3261 section 18.1.1).
		const byDatagram = (): Flow => {
			this.#datagramsOnly = true;
			return flow;
		};
		return this.#flow
			.openStream(flow)
			.catch(byDatagram)
			.then((found) => this.#transmit(request, found));
	}

	#transmit(request: PendingRequest, flow: Flow): void {
		const text = request.sendBy(flow, this.#flow.target, this.#flow.takeFresh());
		const { branch, method, summary } = request;
		if (method === "ACK") return this.#write(text, flow, undefined, summary);
		this.#pending.set(branch, request);
		const lost = (loss: RequestLoss): void => {
			if (request.branch === branch && !this.#isOver(request)) this.#lost(request, loss);
		};
		try {
			this.#write(text, flow, lost, summary);
		} catch {
			this.#lost(request, "closed");
		}
	}

	#write(text: string, flow: Flow, lost?: (loss: RequestLoss) => void, summary?: OutgoingSummary): void {
		// A request that is too large for a datagram moves nobody else to its stream (RFC 3261 section 18.1.1).
		this.#network.transactions.sendRequest(fillPlaceholders(text, flow, this.flow), flow, lost, summary);
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
			if (target && other.isAt(target)) void this.#enqueue(() => this.#moveFrom(target, other));
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
		this.#flow.forget();
	}

	/**
	 * @param nowhere runs when there is no other place.
	 * @param again the target that comes first once more.
	 */
	#tryElsewhere(request: PendingRequest, nowhere: () => void, again?: Target): void {
		void this.#enqueue(async () => {
			if (again && (await this.#tryAt(request, again))) return;
			for (const target of await this.#targetsLeft(request)) if (await this.#tryAt(request, target)) return;
			nowhere();
		});
	}

	async #targetsLeft(request: PendingRequest): Promise<Target[]> {
		if (request.huntedFor) return [];
		const targets = await findTargets(request.nextHop, this.#network.resolver).catch(() => []);
		return targets.filter((target) => request.mayTry(target));
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

	/** A request that is still out goes elsewhere, if there is another place. */
	async #moveFrom(target: Target, request: PendingRequest): Promise<void> {
		const others = (await this.#targetsLeft(request)).filter((other) => !request.isAt(other));
		if (others.length === 0 || this.#isOver(request)) return;
		this.#forgo(request);
		request.fail(target);
		this.#tryElsewhere(request, () => this.#deliver(request.unavailable()));
	}

	/**
	 * The connection was lost after a provisional response. A peer that can still be reached may answer by a
	 * connection of its own, when it can reach us by the Via that it has.
	 */
	async #lookAfter(request: PendingRequest): Promise<void> {
		if (this.#isOver(request) || !request.target) return;
		try {
			const flow = await this.use(request.nextHop, request.target);
			this.#flow.takeFresh();
			if (flow.local.port === request.flow?.local.port) return;
		} catch {
			// What follows is right for this, too.
		}
		if (this.#isOver(request)) return;
		this.#forgo(request);
		this.#deliver(request.unavailable());
	}

	#isOver(request: PendingRequest): boolean {
		return this.#pending.get(request.branch) !== request;
	}

	/** Its answer is no longer waited for. */
	#forgo({ branch, method }: PendingRequest): void {
		this.#pending.delete(branch);
		this.#network.transactions.abandonRequest(branch, method);
	}
}
