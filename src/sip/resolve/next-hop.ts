import { isIP } from "node:net";
import { normaliseAddress } from "../../net/address.ts";
import type { URI } from "../sipjs/grammar.ts";
import { PROTOCOLS, type TransportProtocol } from "../transport/protocols.ts";
import { ResolveError } from "./resolve-error.ts";
import { candidates, requestedTransport, selectTransport } from "./transport-selection.ts";

/** What RFC 3263 section 4 takes from a URI. */
export interface NextHop {
	/** The URI as text, for messages. */
	readonly uri: string;
	/** Name of the TARGET in lower case without a closing dot, or an IP address without brackets. */
	readonly host: string;
	/** Whether `host` is an IP address: nothing is looked up. */
	readonly numeric: boolean;
	/** The URI's port, or the default port of `protocol`. */
	readonly port: number;
	/** Used if service records do not say otherwise. */
	readonly protocol: TransportProtocol;
	/** What the certificate must be for, whatever address the URI leads to (RFC 5922). */
	readonly domain: string;
	/** The protocols whose SRV records are looked up, best first; may be empty. */
	readonly services: readonly TransportProtocol[];
	/** Whether NAPTR records choose among these protocols. */
	readonly naptr: boolean;
}

/**
 * @param uri the Request-URI or the first Route.
 * @param available the protocols that we can send by.
 * @throws {ResolveError} if its protocol is not available or its port is out of range.
 */
export function readNextHop(uri: URI, available: readonly TransportProtocol[]): NextHop {
	const protocol = selectTransport(uri, available);
	const port = uri.port ?? PROTOCOLS[protocol].defaultPort;
	if (port < 1 || port > 65535)
		throw new ResolveError(`Port ${port} of ${uri.toString()}: 1 to 65535 expected`);
	const host = withoutBrackets(uri.getParam("maddr") ?? uri.host).toLowerCase();
	const numeric = isIP(host) !== 0;
	const hasServices = !numeric && uri.port === undefined && isDomain(host);
	const chosen = requestedTransport(uri);
	return {
		uri: uri.toString(),
		host: numeric ? normaliseAddress(host) : host.replace(/\.$/, ""),
		numeric,
		port,
		protocol,
		domain: uri.host,
		services: hasServices ? protocolsOf(uri, chosen, available) : [],
		naptr: hasServices && chosen === undefined,
	};
}

function protocolsOf(
	uri: URI,
	chosen: TransportProtocol | undefined,
	available: readonly TransportProtocol[],
): readonly TransportProtocol[] {
	if (chosen) return [chosen];
	return candidates(uri).filter((protocol) => available.includes(protocol));
}

/** A single label is a name in the local network; asking public DNS servers would be in vain. */
function isDomain(host: string): boolean {
	return /[^.]\.[^.]/.test(host) && !host.endsWith(".localhost");
}

function withoutBrackets(host: string): string {
	return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}
