import type { URI } from "../sipjs/grammar.ts";
import { PROTOCOLS } from "../transport/protocols.ts";
import type { Flow, FlowHolder, Target, TransportLayer } from "../transport/types.ts";
import type { FoundHop } from "./flow-record.ts";
import { findTargets, type NextHop } from "./next-hop.ts";

/** Opens flows to next hops. */
export interface FlowNetwork {
	readonly transport: TransportLayer & FlowHolder;
	readonly resolver: {
		resolve(uri: URI): Target[] | Promise<Target[]>;
		/** Moves an unreachable target to the end for a while (RFC 3263 section 4.3). */
		failed(target: Target): void;
	};
}

/** The flow by which a leg reaches its peer; it is replaced when the next hop changes or the flow is lost. */
export class LegFlow {
	readonly #network: FlowNetwork;
	/** Its text; the rest is not needed once it is resolved. */
	#nextHop: string | undefined;
	#flow: Flow | undefined;
	#target: Target | undefined;
	#fresh = false;
	/** What another process found; it is tried before the next hop is resolved. */
	#remembered: FoundHop | undefined;
	/** Whether a dialog uses the flow. */
	#held = false;
	/** Stops the keep-alives. */
	#release: (() => void) | undefined;

	constructor(network: FlowNetwork) {
		this.#network = network;
	}

	/** The flow that was used last. */
	get current(): Flow | undefined {
		return this.#flow;
	}

	/** Where it leads to. */
	get target(): Target | undefined {
		return this.#target;
	}

	/** The next hop of the latest requests, and what it was resolved to. */
	get found(): FoundHop | undefined {
		const nextHop = this.#nextHop;
		const target = this.#target;
		return nextHop !== undefined && target ? { nextHop, target } : this.#remembered;
	}

	/** Continues for a dialog that another process had. @param found what that process found. */
	restore(found: FoundHop | undefined): void {
		this.#remembered = found;
		this.#held = true;
	}

	/** The phone has sent a request on this flow: it serves for answers until there is another one. */
	heard(flow: Flow): void {
		if (this.#flow) return;
		this.#flow = flow;
		if (this.#held) this.hold();
	}

	/** Opens the flow to a target of a next hop, for the requests that follow. */
	use(nextHop: NextHop, target: Target): Flow | Promise<Flow> {
		const flow = this.#open(target);
		return flow instanceof Promise
			? this.#useOnceOpen(nextHop, target, flow)
			: this.#used(nextHop, target, flow);
	}

	async #useOnceOpen(nextHop: NextHop, target: Target, opening: Promise<Flow>): Promise<Flow> {
		let flow: Flow;
		try {
			flow = await opening;
		} catch (error) {
			this.#network.resolver.failed(target);
			throw error;
		}
		return this.#used(nextHop, target, flow);
	}

	#used(nextHop: NextHop, target: Target, flow: Flow): Flow {
		this.#flow = flow;
		flow.claim?.();
		this.#nextHop = nextHop.text;
		this.#target = target;
		this.#remembered = undefined;
		if (this.#held) this.hold();
		return flow;
	}

	/** The flow to a next hop: at once if it is open. @throws {TransportError} as a rejection. */
	to(nextHop: NextHop): Flow | Promise<Flow> {
		if (this.#flow?.open && this.#nextHop === nextHop.text) return this.#flow;
		return this.#find(nextHop);
	}

	/** Whether the flow is a connection opened for the request that is leaving now; true once. */
	takeFresh(): boolean {
		const fresh = this.#fresh;
		this.#fresh = false;
		return fresh;
	}

	/** Makes the next request look for its flow again. */
	forget(): void {
		this.#nextHop = undefined;
	}

	/** The target that was used last is unreachable: the next request looks for another one. */
	failed(): void {
		if (this.#target) this.#network.resolver.failed(this.#target);
		this.forget();
	}

	/** A dialog uses the flow: from now on keeps it alive, and any flow that replaces it. */
	hold(): void {
		const release = this.#release;
		this.#held = true;
		this.#release = this.#flow && this.#network.transport.hold(this.#flow);
		release?.();
	}

	/** The dialog is over. */
	release(): void {
		this.#held = false;
		this.#release?.();
		this.#release = undefined;
	}

	#open(target: Target): Flow | Promise<Flow> {
		try {
			const flow = this.#network.transport.flowTo(target);
			this.#fresh = flow instanceof Promise;
			return flow;
		} catch (error) {
			this.#network.resolver.failed(target);
			throw error;
		}
	}

	async #find(nextHop: NextHop): Promise<Flow> {
		const known = this.#flow;
		try {
			return (
				(await this.#findAgain(nextHop)) ??
				(await this.#useFirst(nextHop, await findTargets(nextHop, this.#network.resolver)))
			);
		} catch (error) {
			// A phone behind a NAT can be reached only on its own connection, whatever its Contact says.
			if (!known?.open || (!PROTOCOLS[known.protocol].secure && nextHop.secure)) throw error;
			this.#nextHop = nextHop.text;
			this.#fresh = false;
			return known;
		}
	}

	/** If a proxy is one of several, goes back to the same one: the others may not know the dialog. */
	async #findAgain(nextHop: NextHop): Promise<Flow | undefined> {
		const remembered = this.#remembered;
		this.#remembered = undefined;
		if (remembered?.nextHop !== nextHop.text) return undefined;
		try {
			return await this.use(nextHop, remembered.target);
		} catch {
			return undefined;
		}
	}

	async #useFirst(nextHop: NextHop, targets: readonly Target[]): Promise<Flow> {
		let failure: unknown;
		for (const target of targets) {
			try {
				return await this.use(nextHop, target);
			} catch (error) {
				failure = error;
			}
		}
		throw failure;
	}
}
