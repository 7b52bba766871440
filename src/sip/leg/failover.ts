import type { RequestLoss } from "../reliability/types.ts";
import type { Flow, Target } from "../transport/types.ts";
import type { LegFlow } from "./leg-flow.ts";
import type { LegNetwork } from "./leg-network.ts";
import { findTargets, type NextHop } from "./next-hop.ts";
import type { PendingRequest } from "./pending-request.ts";
import type { PendingRequests } from "./pending-requests.ts";

/** The sender of the requests. */
export interface FailoverUser {
	/** Runs a step after those before it. */
	enqueue(task: () => void | Promise<void>): void;
	/** Opens the flow to a target of a next hop, for the requests that follow. */
	use(nextHop: NextHop, target: Target): Flow | Promise<Flow>;
	send(request: PendingRequest, flow: Flow): void | Promise<void>;
	/** There is no answer: this status stands for a failure on our side (RFC 3261 section 8.1.3.1). */
	failed(request: PendingRequest, status: number): void;
}

/**
 * Handles requests of a leg whose connection is lost, or that are answered with 503: they go to the next
 * target of their next hop (RFC 3263 section 4.3).
 */
export class Failover {
	readonly #network: LegNetwork;
	readonly #flow: LegFlow;
	readonly #pending: PendingRequests;
	readonly #user: FailoverUser;

	constructor(network: LegNetwork, flow: LegFlow, pending: PendingRequests, user: FailoverUser) {
		this.#network = network;
		this.#flow = flow;
		this.#pending = pending;
		this.#user = user;
	}

	/** A request has no final response, for this reason. */
	lost(request: PendingRequest, loss: RequestLoss): void {
		if (loss === "interrupted") return this.#user.enqueue(() => this.#lookAfter(request));
		this.#pending.drop(request);
		if (loss === "closed" || loss === "unreachable") {
			const again = request.takeSecondChance();
			if (!again) this.giveUp(request);
			// A phone that is unreachable for so long has left its dialog (RFC 3261 section 12.2.1.2).
			const status = loss === "unreachable" && request.message.toTag !== undefined ? 408 : 503;
			return this.tryElsewhere(request, () => this.#user.failed(request, status), again);
		}
		if (loss === "silent") {
			const again = request.takeSecondChance();
			if (again) return this.tryElsewhere(request, () => this.#user.failed(request, 408), again);
		}
		const { target } = request;
		// The leg may be ending now: what it has sent since goes elsewhere.
		this.#user.failed(request, 408);
		this.giveUp(request);
		if (target) {
			for (const other of this.#pending.at(target)) this.#user.enqueue(() => this.#moveFrom(target, other));
		}
		// Nobody waits for a BYE, but the peer has to hear it.
		if (request.method === "BYE") this.tryElsewhere(request, () => {});
	}

	/** Moves its target to the end of the order from now on. */
	giveUp(request: PendingRequest): void {
		const { target } = request;
		if (!target) return;
		request.fail(target);
		if (request.huntedFor) return;
		this.#network.resolver.failed(target);
		this.#flow.forget();
	}

	/**
	 * Sends a request to the next remaining target.
	 *
	 * @param nowhere runs if no other target is left.
	 * @param again the target to try first once more.
	 */
	tryElsewhere(request: PendingRequest, nowhere: () => void, again?: Target): void {
		this.#user.enqueue(async () => {
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
			const flow = await this.#user.use(request.nextHop, target);
			await this.#user.send(request, flow);
			return true;
		} catch {
			return false;
		}
	}

	/** Sends a pending request elsewhere, if another target is left. */
	async #moveFrom(target: Target, request: PendingRequest): Promise<void> {
		const others = (await this.#targetsLeft(request)).filter((other) => !request.isAt(other));
		if (others.length === 0 || !this.#pending.has(request)) return;
		this.#forgo(request);
		request.fail(target);
		this.tryElsewhere(request, () => this.#user.failed(request, 503));
	}

	/**
	 * The connection was lost after a provisional response. A peer that is still reachable may answer on a
	 * connection of its own, if it can reach us by the Via that it has.
	 */
	async #lookAfter(request: PendingRequest): Promise<void> {
		if (!this.#pending.has(request) || !request.target) return;
		try {
			const flow = await this.#user.use(request.nextHop, request.target);
			this.#flow.takeFresh();
			if (flow.local.port === request.flow?.local.port) return;
		} catch {
			// What follows handles this case, too.
		}
		if (!this.#pending.has(request)) return;
		this.#forgo(request);
		this.#user.failed(request, 503);
	}

	/** Stops waiting for its answer. */
	#forgo(request: PendingRequest): void {
		this.#pending.drop(request);
		this.#network.transactions.abandonRequest(request.branch, request.method);
	}
}
