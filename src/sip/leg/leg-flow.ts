import type { URI } from "../sipjs/grammar.ts";
import { PROTOCOLS } from "../transport/protocols.ts";
import type { Flow, FlowHolder, Target, TransportLayer } from "../transport/types.ts";
import { findTargets, isSecureHop } from "./next-hop.ts";

/** What opens flows to next hops. */
export interface FlowNetwork {
	readonly transport: TransportLayer & FlowHolder;
	readonly resolver: {
		resolve(uri: URI): Target[] | Promise<Target[]>;
		/** Puts a target that cannot be reached last for a while (RFC 3263 section 4.3). */
		failed(target: Target): void;
	};
}

/** The flow by which a leg reaches its peer; another one takes its place when the next hop changes or it is lost. */
export class LegFlow {
	readonly #network: FlowNetwork;
	#nextHop: string | undefined;
	#flow: Flow | undefined;
	#target: Target | undefined;
	#fresh = false;
	/** Ends the keep-alives; undefined while no dialog uses the flow. */
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

	/** Opens the flow to a target of a next hop, for the requests that follow. */
	async use(nextHop: string, target: Target): Promise<Flow> {
		try {
			this.#flow = await this.#open(target);
		} catch (error) {
			this.#network.resolver.failed(target);
			throw error;
		}
		this.#nextHop = nextHop;
		this.#target = target;
		if (this.#release) this.hold();
		return this.#flow;
	}

	/** The flow to a next hop: at once when it is open. @throws {TransportError} as a rejection. */
	to(nextHop: string): Flow | Promise<Flow> {
		if (this.#flow?.open && this.#nextHop === nextHop) return this.#flow;
		return this.#find(nextHop);
	}

	/** Whether the flow is a connection that was opened for the request that leaves now; true once. */
	takeFresh(): boolean {
		const fresh = this.#fresh;
		this.#fresh = false;
		return fresh;
	}

	/** The next request looks for its flow anew. */
	forget(): void {
		this.#nextHop = undefined;
	}

	/** The target that was used last cannot be reached: the next request looks for another one. */
	failed(): void {
		if (this.#target) this.#network.resolver.failed(this.#target);
		this.forget();
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

	#open(target: Target): Flow | Promise<Flow> {
		const flow = this.#network.transport.flowTo(target);
		this.#fresh = flow instanceof Promise;
		return flow;
	}

	async #find(nextHop: string): Promise<Flow> {
		const known = this.#flow;
		try {
			return await this.#useFirst(nextHop, await findTargets(nextHop, this.#network.resolver));
		} catch (error) {
			// A phone behind a NAT can be reached by its own connection alone, whatever its Contact says.
			if (!known?.open || (!PROTOCOLS[known.protocol].secure && isSecureHop(nextHop))) throw error;
			this.#nextHop = nextHop;
			this.#fresh = false;
			return known;
		}
	}

	async #useFirst(nextHop: string, targets: readonly Target[]): Promise<Flow> {
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
