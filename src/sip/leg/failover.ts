import type { RequestLoss } from "../reliability/types.ts";
import type { Flow, Target } from "../transport/types.ts";
import type { LegFlow } from "./leg-flow.ts";
import type { LegNetwork } from "./leg-network.ts";
import { findTargets, type NextHop } from "./next-hop.ts";
import type { PendingRequest } from "./pending-request.ts";
import type { PendingRequests } from "./pending-requests.ts";

/** Who has sent the requests. */
export interface FailoverUser {
	/** Does a step when those before it are done. */
	enqueue(task: () => void | Promise<void>): void;
	/** Opens the flow to a target of a next hop, for the requests that follow. */
	use(nextHop: NextHop, target: Target): Promise<Flow>;
	send(request: PendingRequest, flow: Flow): void | Promise<void>;
	/** There is no answer: a failure of ours that stands for this status (RFC 3261 section 8.1.3.1). */
	failed(request: PendingRequest, status: number): void;
}

/**
 * What becomes of a request of a leg whose connection is lost, or that is answered with 503: it is sent to the next
 * target of its next hop (RFC 3263 section 4.3).
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
			// A phone that cannot be reached for so long has left its dialog (RFC 3261 section 12.2.1.2).
			const status = loss === "unreachable" && request.message.toTag !== undefined ? 408 : 503;
			return this.tryElsewhere(request, () => this.#user.failed(request, status), again);
		}
		if (loss === "silent") {
			const again = request.takeSecondChance();
			if (again) return this.tryElsewhere(request, () => this.#user.failed(request, 408), again);
		}
		const { target } = request;
		// The leg may be on its way out now: what it has sent since goes elsewhere.
		this.#user.failed(request, 408);
		this.giveUp(request);
		if (target) {
			for (const other of this.#pending.at(target)) this.#user.enqueue(() => this.#moveFrom(target, other));
		}
		// Nobody waits for a BYE, but the peer has to hear it.
		if (request.method === "BYE") this.tryElsewhere(request, () => {});
	}

	/** Its target is tried last from now on. */
	giveUp(request: PendingRequest): void {
		const { target } = request;
		if (!target) return;
		request.fail(target);
		if (request.huntedFor) return;
		this.#network.resolver.failed(target);
		this.#flow.forget();
	}

	/**
	 * Sends a request to the next target that is left.
	 *
	 * @param nowhere runs when there is no other place.
	 * @param again the target that comes first once more.
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

	/** A request that is still out goes elsewhere, if there is another place. */
	async #moveFrom(target: Target, request: PendingRequest): Promise<void> {
		const others = (await this.#targetsLeft(request)).filter((other) => !request.isAt(other));
		if (others.length === 0 || !this.#pending.has(request)) return;
		this.#forgo(request);
		request.fail(target);
		this.tryElsewhere(request, () => this.#user.failed(request, 503));
	}

	/**
	 * The connection was lost after a provisional response. A peer that can still be reached may answer by a
	 * connection of its own, when it can reach us by the Via that it has.
	 */
	async #lookAfter(request: PendingRequest): Promise<void> {
		if (!this.#pending.has(request) || !request.target) return;
		try {
			const flow = await this.#user.use(request.nextHop, request.target);
			this.#flow.takeFresh();
			if (flow.local.port === request.flow?.local.port) return;
		} catch {
			// What follows is right for this, too.
		}
		if (!this.#pending.has(request)) return;
		this.#forgo(request);
		this.#user.failed(request, 503);
	}

	/** Its answer is no longer waited for. */
	#forgo(request: PendingRequest): void {
		this.#pending.drop(request);
		this.#network.transactions.abandonRequest(request.branch, request.method);
	}
}
