import type { Transport, URI } from "sip.js/lib/core/index.js";
import { parseNameAddr, parseUri } from "../message/uri.ts";
import { inspectOutgoing } from "../message/writer.ts";
import {
	type Flow,
	type FlowHolder,
	type Target,
	TransportError,
	type TransportLayer,
} from "../transport/types.ts";
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
		sendRequest(text: string, flow: Flow): void;
		sendResponse(text: string): void;
	};
}

/**
 * SIP.js's view of the network for one leg: takes each message it writes, finds the flow to the next
 * hop, fills in our address on that flow and hands the message to the transaction layer. Messages
 * leave in the order in which they were given.
 */
export class LegTransport implements Transport {
	/** SIP.js writes it into a Via that is replaced before the message leaves. */
	readonly protocol = "UDP";
	readonly #network: LegNetwork;
	#nextHop: string | undefined;
	#flow: Flow | undefined;
	#target: Target | undefined;
	/** Ends the keep-alives; undefined while no dialog uses the flow. */
	#release: (() => void) | undefined;
	#invite: { readonly branch: string; readonly flow: Flow } | undefined;
	#queue: Promise<void> | undefined;
	/** The peer takes no TCP connection. */
	#datagramsOnly = false;

	constructor(network: LegNetwork) {
		this.#network = network;
	}

	/** The flow that was used last. */
	get flow(): Flow | undefined {
		return this.#flow;
	}

	/** Opens the flow to a target of a next hop, for the requests that follow. */
	async use(nextHop: string, target: Target): Promise<Flow> {
		try {
			this.#flow = await this.#network.transport.flowTo(target);
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

	/** @throws {TransportError} as a rejection; SIP.js then answers the request with a 503 of its own. */
	send(text: string): Promise<void> {
		try {
			const step = this.#queue ? this.#queue.then(() => this.#dispatch(text)) : this.#dispatch(text);
			if (!(step instanceof Promise)) return Promise.resolve();
			this.#queueBehind(step);
			return step;
		} catch (error) {
			return Promise.reject(error);
		}
	}

	/** Later messages wait for this one, whether it can be sent or not. */
	#queueBehind(step: Promise<void>): void {
		const settled: Promise<void> = step
			.catch(() => {})
			.then(() => {
				if (this.#queue === settled) this.#queue = undefined;
			});
		this.#queue = settled;
	}

	#dispatch(text: string): void | Promise<void> {
		const { isResponse, method, branch } = inspectOutgoing(text);
		if (isResponse) {
			if (this.#flow) this.#network.transactions.sendResponse(fillPlaceholders(text, this.#flow));
			return;
		}
		// The ACK to a refusal and a CANCEL follow their INVITE (RFC 3261 sections 9.1 and 17.1.1.3).
		const invite = this.#invite;
		if (invite?.flow.open && method !== "INVITE" && invite.branch === branch)
			return this.#write(text, invite.flow);
		const flow = this.#flowTo(nextHopOf(text));
		return flow instanceof Promise
			? flow.then((found) => this.#sendRequest(text, method, branch, found))
			: this.#sendRequest(text, method, branch, flow);
	}

	#sendRequest(text: string, method: string, branch: string, flow: Flow): void | Promise<void> {
		const fits = Buffer.byteLength(text) <= MAX_DATAGRAM_REQUEST;
		if (flow.protocol !== "UDP" || fits || this.#datagramsOnly) {
			return this.#writeRequest(text, method, branch, flow);
		}
		const { address, port } = flow.remote;
		return (async () => {
			let stream = flow;
			try {
				stream = await this.#network.transport.flowTo({ protocol: "TCP", address, port });
			} catch {
				// A phone without TCP gets a large datagram after all (RFC 3261 section 18.1.1).
				this.#datagramsOnly = true;
			}
			this.#writeRequest(text, method, branch, stream);
		})();
	}

	#writeRequest(text: string, method: string, branch: string, flow: Flow): void {
		if (method === "INVITE") this.#invite = { branch, flow };
		this.#write(text, flow);
	}

	#write(text: string, flow: Flow): void {
		this.#network.transactions.sendRequest(fillPlaceholders(text, flow), flow);
	}

	#flowTo(nextHop: string): Flow | Promise<Flow> {
		if (this.#flow?.open && this.#nextHop === nextHop) return this.#flow;
		return this.#findFlow(nextHop);
	}

	async #findFlow(nextHop: string): Promise<Flow> {
		let failure: unknown;
		for (const target of await findTargets(nextHop, this.#network)) {
			try {
				return await this.use(nextHop, target);
			} catch (error) {
				failure = error;
			}
		}
		throw failure;
	}
}

/**
 * The targets of a next hop, best first.
 *
 * @param nextHop a SIP URI, or a Route value in angle brackets.
 * @throws {TransportError} as a rejection, when it is no SIP URI or has no address.
 */
export async function findTargets(nextHop: string, network: LegNetwork): Promise<[Target, ...Target[]]> {
	const uri = nextHop.includes("<") ? parseNameAddr(nextHop)?.uri : parseUri(nextHop);
	if (!uri) throw new TransportError(`Cannot route to "${nextHop}": a SIP URI was expected`);
	const [first, ...others] = await network.resolver.resolve(uri);
	if (!first) throw new TransportError(`No address found for "${nextHop}"`);
	return [first, ...others];
}

/** The Request-URI, or the first Route when there is one (RFC 3261 section 8.1.2, loose routing). */
export function nextHopOf(text: string): string {
	const headEnd = text.indexOf("\r\n\r\n");
	const route = text.indexOf("\r\nRoute: ");
	if (route >= 0 && route < headEnd) {
		const start = route + 9;
		const end = text.indexOf(">", start);
		return text.slice(start, end + 1);
	}
	const start = text.indexOf(" ") + 1;
	return text.slice(start, text.indexOf(" ", start));
}
