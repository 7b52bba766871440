import type { URI } from "../sipjs/grammar.ts";
import { PROTOCOLS } from "../transport/protocols.ts";
import type { Flow, FlowHolder, Target, TransportLayer } from "../transport/types.ts";
import type { FoundHop } from "./flow-record.ts";
import { findTargets, type NextHop } from "./next-hop.ts";

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
	/** Its text; the rest of it is not needed once it is resolved. */
	#nextHop: string | undefined;
	#flow: Flow | undefined;
	#target: Target | undefined;
	#fresh = false;
	/** What another process has found; it is tried before the next hop is resolved. */
	#remembered: FoundHop | undefined;
	/** A dialog uses the flow. */
	#held = false;
	/** Ends the keep-alives. */
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

	/** The next hop of the requests that were sent last, and what it was resolved to. */
	get found(): FoundHop | undefined {
		const nextHop = this.#nextHop;
		const target = this.#target;
		return nextHop !== undefined && target ? { nextHop, target } : this.#remembered;
	}

	/** Goes on for a dialog that another process has held. @param found by it. */
	restore(found: FoundHop | undefined): void {
		this.#remembered = found;
		this.#held = true;
	}

	/** The phone has sent a request by this flow: it is good for answers while there is no other. */
	heard(flow: Flow): void {
		if (this.#flow) return;
		this.#flow = flow;
		if (this.#held) this.hold();
	}

	/** Opens the flow to a target of a next hop, for the requests that follow. */
	async use(nextHop: NextHop, target: Target): Promise<Flow> {
		try {
			this.#flow = await this.#open(target);
		} catch (error) {
			this.#network.resolver.failed(target);
			throw error;
		}
		this.#flow.claim?.();
		this.#nextHop = nextHop.text;
		this.#target = target;
		this.#remembered = undefined;
		if (this.#held) this.hold();
		return this.#flow;
	}

	/** The flow to a next hop: at once when it is open. @throws {TransportError} as a rejection. */
	to(nextHop: NextHop): Flow | Promise<Flow> {
		if (this.#flow?.open && this.#nextHop === nextHop.text) return this.#flow;
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
		const flow = this.#network.transport.flowTo(target);
		this.#fresh = flow instanceof Promise;
		return flow;
	}

	async #find(nextHop: NextHop): Promise<Flow> {
		const known = this.#flow;
		try {
			return (
				(await this.#findAgain(nextHop)) ??
				(await this.#useFirst(nextHop, await findTargets(nextHop, this.#network.resolver)))
			);
		} catch (error) {
			// A phone behind a NAT can be reached by its own connection alone, whatever its Contact says.
			if (!known?.open || (!PROTOCOLS[known.protocol].secure && nextHop.secure)) throw error;
			this.#nextHop = nextHop.text;
			this.#fresh = false;
			return known;
		}
	}

	/** A proxy of several is found again where it was: the others may know nothing of the dialog. */
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
