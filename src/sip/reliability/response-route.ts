import type { Logger } from "../../log/logger.ts";
import { parseVia } from "../message/via.ts";
import { PROTOCOLS } from "../transport/protocols.ts";
import {
	type Flow,
	type HostPort,
	type Target,
	TransportError,
	type TransportLayer,
} from "../transport/types.ts";
import { topVia } from "./transaction-key.ts";

/** A transport that can also answer where a Via says. */
export interface ResponseTransport extends TransportLayer {
	/**
	 * A datagram flow to a peer, from the socket on which we listen.
	 * @throws {TransportError} when none of our sockets can reach that kind of address.
	 */
	datagramFlow(remote: HostPort): Flow;
}

const RPORT = /;\s*rport\b/i;

/**
 * Sends a response to where RFC 3261 section 18.2.2 and RFC 3581 section 4 say: back on the stream it came
 * on, or on a new one if that has closed; as a datagram to the source address of the request, and to its
 * source port if the client asked for that with `rport`, otherwise to the port of its Via. A new connection
 * goes to the source address, and over TLS only to a peer whose certificate is for the host of the Via.
 * Neither `maddr` nor the address of that host is followed (RFC 3263 section 5): they would let anyone aim
 * our answers at a third party.
 */
export class ResponseRouter {
	readonly #transport: ResponseTransport;
	readonly #log: Logger;

	constructor(transport: ResponseTransport, log: Logger) {
		this.#transport = transport;
		this.#log = log;
	}

	/**
	 * The flow for datagram responses.
	 *
	 * @param via value of the top Via of the request, and so of its responses.
	 * @param flow on which the request came.
	 */
	route(via: string, flow: Flow): Flow {
		if (flow.reliable) return flow;
		if (RPORT.test(via)) return flow;
		const { port = PROTOCOLS[flow.protocol].defaultPort } = sentBy(via);
		if (port === flow.remote.port) return flow;
		return this.#transport.datagramFlow({ address: flow.remote.address, port });
	}

	/**
	 * Sends on a routed flow, or on a new connection if that was a stream and has closed.
	 * @throws {TransportError} when it cannot be sent; a failure of the new connection is only logged.
	 */
	send(text: string, flow: Flow): void {
		if (flow.open) flow.send(text);
		else this.#sendByAnother(text, this.#responseTarget(topVia(text), flow));
	}

	/**
	 * Sends what a dead stream has not delivered: a response to where its Via says, an ACK or a CANCEL to
	 * where the stream led. A failure is only logged.
	 */
	sendUndelivered(text: string, flow: Flow): void {
		const { protocol, remote, domain } = flow;
		const isResponse = text.startsWith("SIP/2.0 ");
		const target = isResponse
			? this.#responseTarget(topVia(text), flow)
			: { protocol, ...remote, ...(domain !== undefined && { domain }) };
		try {
			this.#sendByAnother(text, target);
		} catch (error) {
			this.#lost(text, target, error);
		}
	}

	/** Where a response goes if its connection is closed. */
	#responseTarget(via: string, { protocol, remote }: Flow): Target {
		const { secure, defaultPort } = PROTOCOLS[protocol];
		const { host, port = defaultPort } = sentBy(via);
		const place = { protocol, address: remote.address, port };
		return secure && host !== undefined ? { ...place, domain: host } : place;
	}

	#sendByAnother(text: string, target: Target): void {
		const next = this.#transport.flowTo(target);
		if (!(next instanceof Promise)) {
			next.send(text);
			return;
		}
		next.then((found) => found.send(text)).catch((error: unknown) => this.#lost(text, target, error));
	}

	#lost(text: string, { address, port }: Target, error: unknown): void {
		const reason = error instanceof TransportError ? error.message : String(error);
		this.#log.debug(() => `${text.slice(0, text.indexOf("\r"))} to ${address}:${port} lost: ${reason}`);
	}
}

/** The host and port that a Via names; no port if it has none or an invalid one. */
function sentBy(via: string): { readonly host?: string; readonly port?: number } {
	const { host, port } = parseVia(via) ?? {};
	const isPort = port !== undefined && port > 0 && port <= 65535;
	return { ...(host !== undefined && { host }), ...(isPort && { port }) };
}
