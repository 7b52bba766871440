import type { Logger } from "../../log/logger.ts";
import { BindError } from "../../net/bind-error.ts";
import type { Clock } from "../reliability/types.ts";
import { errorCode } from "./error-code.ts";
import { isIPv6, isWildcard } from "./ip-address.ts";
import { LocalAddresses } from "./local-address.ts";
import { MessageSink } from "./message-sink.ts";
import { StreamTransport } from "./stream-transport.ts";
import { tcpOpener } from "./tcp.ts";
import {
	type Flow,
	type HostPort,
	type Target,
	TransportError,
	type TransportLayer,
	type TransportProtocol,
	type TransportUser,
} from "./types.ts";
import { UdpTransport } from "./udp.ts";

const CONNECT_TIMEOUT = 5000;
const IDLE_TIMEOUT = 600_000;

/** Where the address and the port come from, for errors. */
const SETTINGS = { port: "UDPTCPPort", bind: "IPAddress" };

/** With port 0 the system chooses for UDP, and TCP may find that number taken. */
const PORT_TRIES = 20;

/** What the SIP sockets are made of. */
export interface SipTransportOptions {
	/** The one IP address to listen on; empty for all, IPv4 and IPv6. */
	readonly address: string;
	/** For UDP and TCP; 0 for any number that is free for both. */
	readonly port: number;
	readonly user: TransportUser;
	readonly clock: Clock;
	readonly log: Logger;
	/** Milliseconds in which a connection has to open; 5,000 by default. */
	readonly connectTimeout?: number;
	/** Milliseconds without traffic after which a connection is closed; 600,000 by default. */
	readonly idleTimeout?: number;
}

/** A socket that takes messages in. */
export interface Listening {
	readonly protocol: TransportProtocol;
	/** `::` or `0.0.0.0` for all addresses. */
	readonly address: string;
	readonly port: number;
}

/** Every SIP socket of the server: UDP and TCP on one port. */
export class SipTransport implements TransportLayer {
	readonly listening: readonly Listening[];
	/** Which kinds of peers can be reached. */
	readonly families: { readonly ipv4: boolean; readonly ipv6: boolean };
	readonly #udp: UdpTransport;
	readonly #tcp: StreamTransport;
	readonly #locals: LocalAddresses;
	readonly #sink: MessageSink;

	private constructor(hostname: string, sockets: Sockets, locals: LocalAddresses, sink: MessageSink) {
		this.#udp = sockets.udp;
		this.#tcp = sockets.tcp;
		this.#locals = locals;
		this.#sink = sink;
		this.listening = [
			{ protocol: "UDP", address: hostname, port: sockets.udp.port },
			{ protocol: "TCP", address: hostname, port: sockets.tcp.port },
		];
		this.families = { ipv4: hostname === "::" || !isIPv6(hostname), ipv6: isIPv6(hostname) };
	}

	/**
	 * Opens the sockets.
	 * @throws {BindError} when one cannot be opened.
	 */
	static async listen(options: SipTransportOptions): Promise<SipTransport> {
		const { address, clock } = options;
		const sink = new MessageSink(options.user, options.log);
		const locals = new LocalAddresses(isWildcard(address) ? undefined : address, clock);
		try {
			const hostname = address === "" ? "::" : address;
			return new SipTransport(hostname, await openSockets(hostname, options, sink, locals), locals, sink);
		} catch (error) {
			if (address !== "" || !lacksIPv6(error)) throw error;
			return new SipTransport("0.0.0.0", await openSockets("0.0.0.0", options, sink, locals), locals, sink);
		}
	}

	flowTo(target: Target): Flow | Promise<Flow> {
		switch (target.protocol) {
			case "UDP":
				return this.datagramFlow(target);
			case "TCP":
				this.#checkFamily(target.address);
				return this.#tcp.flowTo(target);
			case "TLS":
				throw new TransportError("TLS is not available");
		}
	}

	/**
	 * A datagram flow to a peer, from the port on which we listen (RFC 3261 section 18.2.2).
	 * @throws {TransportError} when there is no route to the peer.
	 */
	datagramFlow(remote: HostPort): Flow {
		this.#checkFamily(remote.address);
		this.#locals.towards(remote.address);
		return this.#udp.flowTo(remote.address, remote.port);
	}

	/** Closes every socket; the user hears nothing any more. */
	close(): void {
		this.#sink.close();
		this.#udp.close();
		this.#tcp.close();
	}

	#checkFamily(address: string): void {
		const wanted = isIPv6(address) ? "ipv6" : "ipv4";
		if (this.families[wanted]) return;
		const ours = this.listening[0]?.address ?? "";
		throw new TransportError(`Cannot reach ${address} from ${ours}: the other kind of IP address`);
	}
}

interface Sockets {
	readonly udp: UdpTransport;
	readonly tcp: StreamTransport;
}

async function openSockets(
	hostname: string,
	options: SipTransportOptions,
	sink: MessageSink,
	locals: LocalAddresses,
): Promise<Sockets> {
	const { port, clock } = options;
	const streamOptions = {
		opener: tcpOpener,
		clock,
		sink,
		connectTimeout: options.connectTimeout ?? CONNECT_TIMEOUT,
		idleTimeout: options.idleTimeout ?? IDLE_TIMEOUT,
		fixedAddress: locals.fixed,
	};
	for (let left = PORT_TRIES; ; left--) {
		const udp = await openUdp(hostname, port, sink, locals);
		try {
			return { udp, tcp: new StreamTransport(hostname, udp.port, streamOptions) };
		} catch (error) {
			udp.close();
			if (port !== 0 || left <= 1 || errorCode(error) !== "EADDRINUSE") {
				throw new BindError(SETTINGS, hostname, udp.port, error);
			}
		}
	}
}

async function openUdp(
	hostname: string,
	port: number,
	sink: MessageSink,
	locals: LocalAddresses,
): Promise<UdpTransport> {
	try {
		return await UdpTransport.bind(hostname, port, sink, locals);
	} catch (error) {
		throw new BindError(SETTINGS, hostname, port, error);
	}
}

function lacksIPv6(error: unknown): boolean {
	const code = errorCode(error);
	return code === "EAFNOSUPPORT" || code === "EADDRNOTAVAIL";
}
