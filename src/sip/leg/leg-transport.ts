import { isMisdirected } from "../message/wire-message.ts";
import { byteLength } from "../message/writer.ts";
import type { RequestLoss } from "../reliability/types.ts";
import type { Responder } from "../sipjs/answers.ts";
import type { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import { PROTOCOLS } from "../transport/protocols.ts";
import type { Flow, Target } from "../transport/types.ts";
import type { DialogRecord } from "./dialog-record.ts";
import { Failover } from "./failover.ts";
import type { FlowRecord } from "./flow-record.ts";
import { LargeRequests, MAX_DATAGRAM_REQUEST } from "./large-requests.ts";
import { LegFlow } from "./leg-flow.ts";
import type { LegNetwork } from "./leg-network.ts";
import { NextHop, nextHopOf } from "./next-hop.ts";
import type { OutgoingRequest, RequestText } from "./outgoing-request.ts";
import { PendingRequest, type Requester, type SentInvite } from "./pending-request.ts";
import { PendingRequests } from "./pending-requests.ts";
import { CONTACT_PLACEHOLDER, contactOf, fillContact, viaOf } from "./placeholders.ts";
import { isHidden, SeenPlaces } from "./seen-places.ts";

/** Learns what happens to requests later on, and passes it on to their senders. */
export interface LegTransportUser {
	/** The last answer to a request that was also tried elsewhere. */
	answered(requester: Requester, response: IncomingResponseMessage): void;
	/** There is no answer: this status stands for a failure on our side (RFC 3261 section 8.1.3.1). */
	failed(requester: Requester, status: number): void;
	/** A message leaves, so that the record may have changed. @param method of a request. */
	recordChanged?(method?: string): void;
}

/**
 * The network as one leg sees it: takes each request, finds the flow to the next hop, writes our address on
 * that flow into the request and hands it to the transaction layer. Messages leave in the order in which they
 * were handed in.
 *
 * When its connection is lost or it is answered with 503, a request is sent to the next target of its next
 * hop with a new branch (RFC 3263 section 4.3); if there is none, its sender is told of a failure. An INVITE
 * outside a dialog is left to the {@link Invitation}, which makes a new one for each target.
 */
export class LegTransport implements Responder {
	readonly #network: LegNetwork;
	readonly #user: LegTransportUser;
	readonly #flow: LegFlow;
	/** The peer was called by `sips:`: only TLS may be used (RFC 3261 section 26.2.2). */
	#secure = false;
	readonly #pending = new PendingRequests();
	#told: string | undefined;
	/** Created for the first phone behind a NAT. */
	#seenPlaces: SeenPlaces | undefined;
	/** Created when something is lost: hardly ever. */
	#elsewhere: Failover | undefined;
	#queue: Promise<void> | undefined;
	/** Created for the first request that is too large for a datagram. */
	#largeRequests: LargeRequests | undefined;

	constructor(network: LegNetwork, user: LegTransportUser) {
		this.#network = network;
		this.#user = user;
		this.#flow = new LegFlow(network);
	}

	/** Our address in the Contact of the last INVITE. */
	get told(): string | undefined {
		return this.#told;
	}

	/** The flow that was used last. */
	get flow(): Flow | undefined {
		return this.#flow.current;
	}

	/**
	 * Host, port and transport of the Contact in an answer that is sent at once; a placeholder if it may have to wait for
	 * another flow.
	 */
	get contactNow(): string {
		return this.#queue || !this.flow ? CONTACT_PLACEHOLDER : contactOf(this.flow);
	}

	/** All requests of the leg must go over TLS. */
	get secure(): boolean {
		return this.#secure;
	}

	/** How the phone is reached, for another process. @param tag of the phone. @param told our address in its Contact. */
	record(tag: string, told: string | undefined): FlowRecord {
		return { version: 1, found: this.#flow.found, told, seenAt: this.#seenPlaces?.of(tag) };
	}

	/** Continues in a dialog that another process has recorded. */
	restore({ found, seenAt }: FlowRecord, { remoteTag, secure }: DialogRecord): void {
		this.#secure = secure;
		this.#flow.restore(found);
		if (seenAt === undefined) return;
		this.#seenPlaces = new SeenPlaces();
		this.#seenPlaces.restore(remoteTag, seenAt);
	}

	/** The phone has sent a request on this flow. */
	heard(flow: Flow): void {
		this.#flow.heard(flow);
	}

	/** Opens the flow to a target of a next hop, for the requests that follow. */
	use(nextHop: NextHop, target: Target): Flow | Promise<Flow> {
		return this.#flow.use(nextHop, target);
	}

	/** A dialog uses the flow: from now on keeps it alive, and any flow that replaces it. */
	hold(): void {
		this.#flow.hold();
	}

	/** The dialog is over. */
	release(): void {
		this.#flow.release();
		this.#largeRequests?.close();
	}

	/** The target that was used last is unreachable: the next request looks for another one. */
	failed(): void {
		this.#flow.failed();
	}

	/**
	 * Notes where a phone is, from a message that says where to reach it.
	 *
	 * @param tag of the phone.
	 * @param flow on which the message came.
	 */
	note(message: IncomingRequestMessage | IncomingResponseMessage, tag: string, flow: Flow): void {
		if (!this.#network.fixContact || !(this.#seenPlaces || isHidden(message, flow))) return;
		this.#seenPlaces ??= new SeenPlaces();
		this.#seenPlaces.note(message, tag, flow);
	}

	/**
	 * Handles a response.
	 * @returns its requester, `taken` if nobody should see it, undefined if nobody asked for it.
	 */
	receive(response: IncomingResponseMessage): Requester | "taken" | undefined {
		if (isMisdirected(response)) return "taken";
		const { method, viaBranch, statusCode: status = 0 } = response;
		const pending = this.#pending.answeredBy(response);
		if (!pending?.requester) return undefined;
		if (pending.watch) this.#large.heard(pending);
		if (status < 200 || pending.branch !== viaBranch) return pending.requester;
		this.#pending.drop(pending);
		if (status === 503 && !pending.huntedFor) {
			this.#triedElsewhere(pending, response);
			return "taken";
		}
		if (method === "INVITE" && status >= 300) this.#acknowledgeRefusal(pending, response);
		return pending.requester;
	}

	#triedElsewhere(pending: PendingRequest, response: IncomingResponseMessage): void {
		this.#failover.giveUp(pending);
		// The transaction layer acknowledges it.
		this.#failover.tryElsewhere(pending, () => this.#answered(pending, response));
	}

	/** It must go before anything else, such as the same request with credentials (RFC 3261 section 17.1.1.3). */
	#acknowledgeRefusal(invite: PendingRequest, response: IncomingResponseMessage): void {
		const text = invite.message.writeRefusalAck(response.getHeader("To") ?? "");
		this.#enqueue(() => this.#follow(invite, text, "ACK"))?.catch(() => {});
	}

	/**
	 * Sends a response.
	 * @returns undefined if it has left.
	 * @throws {TransportError} at once or as a rejection.
	 */
	respond(text: string, request: IncomingRequestMessage, status: number): Promise<void> | undefined {
		if (this.#queue) return this.#respondLater(text, request, status);
		this.#respond(text, request, status);
		return undefined;
	}

	#respondLater(text: string, request: IncomingRequestMessage, status: number): Promise<void> | undefined {
		return this.#enqueue(() => this.#respond(text, request, status));
	}

	/**
	 * Sends a request.
	 *
	 * @param text what `message.write` returned.
	 * @param requester gets its answers, and learns if it cannot be sent; never before this returns.
	 * @returns the record of it until its final response.
	 */
	request(message: OutgoingRequest, text: RequestText, requester?: Requester): PendingRequest {
		const isFirst = message.method === "INVITE" && message.toTag === undefined;
		if (isFirst) this.#secure = message.secure;
		const seenAt = this.#secure ? undefined : this.#seenPlaces?.nextHop(message);
		const nextHop = seenAt === undefined ? nextHopOf(message, this.#secure) : new NextHop(seenAt);
		const request = new PendingRequest(message, text, requester, nextHop, isFirst);
		try {
			// The phone is waiting for an ACK, whatever an earlier request waits for.
			const isUrgent = message.method === "ACK" && this.flow?.open === true;
			const step = this.#queue && !isUrgent ? this.#dispatchLater(request) : this.#dispatch(request);
			if (step) this.#watch(step, request, isUrgent);
		} catch {
			this.#failSoon(request);
		}
		return request;
	}

	/*
	 * Nearly all messages leave at once. What makes closures for the others stands apart, for a function with closures
	 * makes an object for its variables each time, whether it needs them or not.
	 */

	#dispatchLater(request: PendingRequest): void | Promise<void> {
		return this.#queue?.then(() => this.#dispatch(request));
	}

	/** The request leaves later. @param isUrgent whether others do not wait for it. */
	#watch(step: Promise<void>, request: PendingRequest, isUrgent: boolean): void {
		if (!isUrgent) this.#await(step);
		step.catch(() => this.#failed(request, 503));
	}

	#failSoon(request: PendingRequest): void {
		queueMicrotask(() => this.#failed(request, 503));
	}

	/** Waits for the answers to an INVITE that another process has sent; they arrive once it is cancelled. */
	resume(message: OutgoingRequest, requester: Requester, sent: SentInvite): PendingRequest {
		this.#secure = message.secure;
		const nextHop = nextHopOf(message, this.#secure);
		const found = this.#flow.found;
		const target = found?.nextHop === nextHop.text ? found.target : undefined;
		const way = { ...sent, target };
		const request = new PendingRequest(message, message.write(), requester, nextHop, true, way);
		this.#pending.add(request);
		return request;
	}

	/** Sends the CANCEL of an INVITE the way the INVITE went (RFC 3261 section 9.1). */
	cancel(invite: PendingRequest): void {
		try {
			this.#enqueue(() => this.#follow(invite, invite.message.writeCancel(), "CANCEL"))?.catch(() => {});
		} catch {
			// The connection is lost, which also ends the INVITE.
		}
	}

	/** Runs a step after those before it; later ones wait for it, whether it succeeds or not. */
	#enqueue(task: () => void | Promise<void>): Promise<void> | undefined {
		const step = this.#queue ? this.#queue.then(task) : task();
		if (!(step instanceof Promise)) return undefined;
		this.#await(step);
		return step;
	}

	/** Later steps wait for this one. */
	#await(step: Promise<void>): void {
		const settled: Promise<void> = step
			.catch(() => {})
			.then(() => {
				if (this.#queue === settled) this.#queue = undefined;
			});
		this.#queue = settled;
	}

	#respond(text: string, request: IncomingRequestMessage, status: number): void {
		this.#user.recordChanged?.();
		if (this.flow) this.#network.transactions.sendResponse(fillContact(text, this.flow), request, status);
	}

	#dispatch(request: PendingRequest): void | Promise<void> {
		const flow = this.#flow.to(request.nextHop);
		return flow instanceof Promise ? this.#sendOnceFound(request, flow) : this.#sendRequest(request, flow);
	}

	#sendOnceFound(request: PendingRequest, flow: Promise<Flow>): Promise<void> {
		return flow.then((found) => this.#sendRequest(request, found));
	}

	/** What follows an INVITE uses its branch (RFC 3261 sections 9.1 and 17.1.1.3). */
	#follow(invite: PendingRequest, text: RequestText, method: string): void | Promise<void> {
		const { flow, target, via } = invite;
		const { branch, callId, cseq, toTag } = invite;
		const summary = { method, branch, callId, cseq, toTag };
		const send = (found: Flow): void =>
			this.#network.transactions.sendRequest(this.#fill(text, branch, found, via), found, undefined, summary);
		if (flow?.open) return send(flow);
		return this.#reopen(invite, target).then(send);
	}

	async #reopen(invite: PendingRequest, target: Target | undefined): Promise<Flow> {
		const { nextHop, via } = invite;
		const flow = target ? await this.use(nextHop, target) : await this.#flow.to(nextHop);
		if (!invite.flow) {
			invite.repeatBy(flow, via ?? viaOf(flow));
			const text = this.#fill(invite.text, invite.branch, flow, via);
			this.#network.transactions.resumeInvite(text, flow, invite);
		}
		return flow;
	}

	#sendRequest(request: PendingRequest, flow: Flow): void | Promise<void> {
		const text = this.#fill(request.text, request.nextBranch, flow);
		const isLarge =
			PROTOCOLS[flow.protocol].forLarge !== undefined && byteLength(text) > MAX_DATAGRAM_REQUEST;
		return isLarge ? this.#large.send(request, flow) : this.#transmit(request, flow, text);
	}

	get #large(): LargeRequests {
		this.#largeRequests ??= new LargeRequests(this.#network, {
			transmit: (request, flow) =>
				this.#transmit(request, flow, this.#fill(request.text, request.nextBranch, flow)),
			repeat: (request, flow) => {
				if (!this.#pending.has(request)) return;
				request.repeatBy(flow, viaOf(flow));
				this.#handOver(request, flow, this.#fill(request.text, request.branch, flow));
			},
		});
		return this.#largeRequests;
	}

	/** Fills in what is known now that the flow is. */
	#fill(text: RequestText, branch: string, flow: Flow, via = viaOf(flow)): string {
		// A request too large for a datagram does not move others to its stream (RFC 3261 section 18.1.1).
		return text.write(via, branch, contactOf(this.flow ?? flow));
	}

	#transmit(request: PendingRequest, flow: Flow, text: string): void {
		request.sendBy(flow, viaOf(flow), this.#flow.target, this.#flow.takeFresh());
		this.#user.recordChanged?.(request.method);
		if (request.method === "ACK")
			return this.#network.transactions.sendRequest(text, flow, undefined, request);
		if (request.method === "INVITE") this.#told = (this.flow ?? flow).local.address;
		this.#pending.add(request);
		this.#handOver(request, flow, text);
	}

	/** Passes a request that is on its way to the transaction layer. */
	#handOver(request: PendingRequest, flow: Flow, text: string): void {
		const { branch } = request;
		const lost = (loss: RequestLoss): void => {
			if (request.branch !== branch || request.flow !== flow || !this.#pending.has(request)) return;
			if (loss !== "timeout" && request.watch && this.#large.fallBack(request)) return;
			this.#failover.lost(request, loss);
		};
		try {
			this.#network.transactions.sendRequest(text, flow, lost, request);
		} catch {
			lost("closed");
		}
	}

	get #failover(): Failover {
		this.#elsewhere ??= new Failover(this.#network, this.#flow, this.#pending, {
			enqueue: (task) => void this.#enqueue(task),
			use: (nextHop, target) => this.use(nextHop, target),
			send: (request, flow) => this.#sendRequest(request, flow),
			failed: (request, status) => this.#failed(request, status),
		});
		return this.#elsewhere;
	}

	#answered({ requester }: PendingRequest, response: IncomingResponseMessage): void {
		if (requester) this.#user.answered(requester, response);
	}

	#failed({ requester }: PendingRequest, status: number): void {
		if (requester) this.#user.failed(requester, status);
	}
}
