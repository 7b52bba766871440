import { formatHostPort } from "../../net/host-port.ts";
import type { Clock } from "../../time/clock.ts";
import { PROTOCOLS } from "../transport/protocols.ts";
import type { Flow, TransportLayer } from "../transport/types.ts";
import type { PendingRequest } from "./pending-request.ts";
import type { StreamlessPeers } from "./streamless-peers.ts";

/** Above this size a request must use a transport with congestion control (RFC 3261 section 18.1.1). */
export const MAX_DATAGRAM_REQUEST = 1300;

/** Milliseconds within which a peer must accept a connection and respond to the request on it. */
const PATIENCE = 2000;

/** What large requests need from the network. */
export interface LargeRequestNetwork {
	readonly transport: TransportLayer;
	readonly clock: Clock;
	/** Shared by all legs. */
	readonly streamless: StreamlessPeers;
}

/** The owner of the requests. */
export interface LargeRequestUser {
	/** Sends one. */
	transmit(request: PendingRequest, flow: Flow): void;
	/** Sends one once more, as the same transaction, unless nobody waits for it any longer. */
	repeat(request: PendingRequest, flow: Flow): void;
}

/**
 * The requests of a leg that are too large for the datagrams that its peer gets. They go over TCP, and after
 * all over UDP if the peer accepts no connection, closes it, or says nothing on it (RFC 3261 section 18.1.1):
 * most phones on UDP have no TCP, and firewalls drop what they do not know. The branch stays the same, so
 * that a peer that has received the request treats the datagram as a retransmission (section 17.2.3).
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
	 * @param datagrams the flow that it would use if it were smaller.
	 */
	send(request: PendingRequest, datagrams: Flow): void | Promise<void> {
		const { streamless, clock } = this.#network;
		// An ACK has no answer to show whether it arrived, and without it the peer may hang up.
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
	 * TCP has failed for a request that used it: this request and all that follow use UDP.
	 * @returns false if size was not the reason for TCP, or it has already fallen back.
	 */
	fallBack(request: PendingRequest): boolean {
		const { flow, watch } = request;
		if (!watch || flow === watch.datagrams) return false;
		this.#unwatch(request);
		this.#network.streamless.add(watch.datagrams.remote);
		this.#user.repeat(request, watch.datagrams);
		return true;
	}

	/** Stops watching. */
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

	/** The connection to where datagrams go. We wait for it only for a while, but it may serve later. */
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
