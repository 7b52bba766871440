import { formatHostPort } from "../../net/host-port.ts";
import type { Clock } from "../../time/clock.ts";
import { PROTOCOLS } from "../transport/protocols.ts";
import type { Flow, TransportLayer } from "../transport/types.ts";
import type { PendingRequest } from "./pending-request.ts";
import type { StreamlessPeers } from "./streamless-peers.ts";

/** Above this size a request has to go by a transport with congestion control (RFC 3261 section 18.1.1). */
export const MAX_DATAGRAM_REQUEST = 1300;

/** Milliseconds in which a peer has to take a connection and say something to the request on it. */
const PATIENCE = 2000;

/** What large requests need of the network. */
export interface LargeRequestNetwork {
	readonly transport: TransportLayer;
	readonly clock: Clock;
	/** Shared by all legs. */
	readonly streamless: StreamlessPeers;
}

/** Who has the requests. */
export interface LargeRequestUser {
	/** Sends one. */
	transmit(request: PendingRequest, flow: Flow): void;
	/** Sends one once more, as the same transaction, unless nobody waits for it any more. */
	repeat(request: PendingRequest, flow: Flow): void;
}

/**
 * The requests of a leg that are too large for the datagrams that its peer gets. They go by TCP, and by UDP after all
 * when the peer takes no connection, closes it, or says nothing on it (RFC 3261 section 18.1.1): most phones on UDP
 * have no TCP, and firewalls drop what they do not know. The branch stays the same, so that a peer that has heard the
 * request takes the datagram for a repetition (section 17.2.3).
 */
export class LargeRequests {
	readonly #network: LargeRequestNetwork;
	readonly #user: LargeRequestUser;
	/** A connection on which a request was answered. */
	#proven: Flow | undefined;
	readonly #watched = new Set<PendingRequest>();

	constructor(network: LargeRequestNetwork, user: LargeRequestUser) {
		this.#network = network;
		this.#user = user;
	}

	/**
	 * Sends a request.
	 *
	 * @param datagrams by which it would go if it were smaller.
	 */
	send(request: PendingRequest, datagrams: Flow): void | Promise<void> {
		const { streamless, clock } = this.#network;
		// An ACK has no answer to tell whether it was heard, and the peer may hang up without it.
		if (request.method === "ACK")
			return this.#user.transmit(request, this.#provenFor(datagrams) ?? datagrams);
		if (streamless.has(datagrams.remote)) return this.#user.transmit(request, datagrams);
		const deadline = clock.now() + PATIENCE;
		return this.#connect(datagrams).then(
			(stream) => {
				if (streamless.has(datagrams.remote)) return this.#user.transmit(request, datagrams);
				const stop = clock.after(deadline - clock.now(), () => this.fallBack(request));
				request.watch = { datagrams, stop };
				this.#watched.add(request);
				this.#user.transmit(request, stream);
			},
			() => {
				streamless.add(datagrams.remote);
				this.#user.transmit(request, datagrams);
			},
		);
	}

	/** The peer has answered: TCP reaches it. */
	heard(request: PendingRequest): void {
		const { flow, watch } = request;
		if (!watch) return;
		this.#unwatch(request);
		if (!flow || flow.protocol !== PROTOCOLS[watch.datagrams.protocol].forLarge) return;
		this.#proven = flow;
		flow.claim?.();
	}

	/**
	 * TCP has failed for a request that went by it: it and all that follow go by UDP.
	 * @returns false when it did not go by TCP for its size, or has fallen back already.
	 */
	fallBack(request: PendingRequest): boolean {
		const { flow, watch } = request;
		if (!watch || flow === watch.datagrams) return false;
		this.#unwatch(request);
		this.#network.streamless.add(watch.datagrams.remote);
		this.#user.repeat(request, watch.datagrams);
		return true;
	}

	/** Nothing is watched any more. */
	close(): void {
		for (const request of this.#watched) this.#unwatch(request);
	}

	#unwatch(request: PendingRequest): void {
		request.watch?.stop();
		this.#watched.delete(request);
	}

	#provenFor({ remote }: Flow): Flow | undefined {
		const flow = this.#proven;
		const leadsThere = flow?.remote.address === remote.address && flow.remote.port === remote.port;
		return flow?.open && leadsThere && !this.#network.streamless.has(remote) ? flow : undefined;
	}

	/** The connection to where datagrams go. It is not waited for beyond our patience, but may serve later. */
	#connect({ protocol: datagrams, remote }: Flow): Promise<Flow> {
		const { transport, clock } = this.#network;
		const protocol = PROTOCOLS[datagrams].forLarge;
		if (!protocol) return Promise.reject(new Error(`nothing takes what is too large for ${datagrams}`));
		return new Promise((resolve, reject) => {
			const stop = clock.after(PATIENCE, () =>
				reject(new Error(`no connection to ${formatHostPort(remote.address, remote.port)}`)),
			);
			Promise.try(() => transport.flowTo({ protocol, ...remote }))
				.then(resolve, reject)
				.finally(stop);
		});
	}
}
