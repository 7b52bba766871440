import type { TransportProtocol } from "./protocols.ts";

/** One resolved place to send to. */
export interface Target {
	readonly protocol: TransportProtocol;
	/** IP address without brackets, never IPv4-mapped IPv6. */
	readonly address: string;
	/** 1 to 65535. */
	readonly port: number;
	/** TLS only: the domain that the certificate must be for (RFC 5922). */
	readonly domain?: string;
}

/** An address and a port; the address without brackets, never IPv4-mapped. */
export interface HostPort {
	readonly address: string;
	readonly port: number;
}

/** A way to send to one peer: a socket and its remote address. */
export interface Flow {
	readonly protocol: TransportProtocol;
	/** The peer. */
	readonly remote: HostPort;
	/**
	 * Our own address on the route to the peer, with the port on which we listen for this protocol; if we do
	 * not listen, with the connection's own port, by which the peer finds the connection again.
	 */
	readonly local: HostPort;
	/** For a TLS connection that we opened: the domain that the peer's certificate is for. */
	readonly domain?: string | undefined;
	/** False if datagrams can be lost, so that RFC 3261 section 17 must retransmit them. */
	readonly reliable: boolean;
	/** False once a stream is closed; a datagram flow stays open. */
	readonly open: boolean;
	/** Calls or the registration use it: its messages are handled before those of strangers. */
	claim?(): void;
	/**
	 * Sends one whole SIP message.
	 * @throws {TransportError} when it cannot be sent.
	 */
	send(message: string | Uint8Array): void;
	/**
	 * A request sent at this time, by the clock, got no answer at all within its transaction's time: a stream
	 * that has been silent since then is dead, and is closed. A datagram flow has nothing to close.
	 */
	unanswered?(since: number): void;
	/**
	 * A datagram sent just now may not reach the peer: makes sure that the network's report is noticed. A
	 * stream reports this by itself.
	 */
	doubt?(): void;
}

/** A message could not be sent, or a connection could not be opened. */
export class TransportError extends Error {
	override readonly name = "TransportError";
}

/** What the transport layer tells the layer above it. */
export interface TransportUser {
	/** One whole message: a datagram, or a piece cut from a stream by its Content-Length. */
	onMessage(bytes: Uint8Array, flow: Flow): void;
	/**
	 * A stream has closed, from either side.
	 *
	 * @param undelivered responses, ACKs and CANCELs that a silently dead stream may not have delivered,
	 * oldest first: nobody else sends them again.
	 */
	onClosed(flow: Flow, undelivered?: readonly string[]): void;
	/** The network reports that a datagram could not reach its peer (RFC 3261 section 18.4). */
	onUnreachable(flow: Flow): void;
	/**
	 * The machine's addresses or routes have changed; the connections that this broke are closed.
	 * @param addresses that the machine has now.
	 */
	onNetworkChange(addresses: ReadonlySet<string>): void;
}

/** All sockets of the SIP side. */
export interface TransportLayer {
	/**
	 * The flow to a target: at once if there is one, otherwise when the connection is open. Connections in
	 * either direction are reused.
	 * @throws {TransportError} also as a rejection: refused, timed out, protocol not available.
	 */
	flowTo(target: Target): Flow | Promise<Flow>;
}

/** Sends keep-alives on flows while somebody holds them. */
export interface FlowHolder {
	/**
	 * Holds a flow: keep-alives are sent on it until all holders have released it, or it has closed.
	 * @returns a function that releases it; calling it again does nothing.
	 */
	hold(flow: Flow): () => void;
}
