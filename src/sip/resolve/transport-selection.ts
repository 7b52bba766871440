import type { URI } from "../sipjs/grammar.ts";
import type { TransportProtocol } from "../transport/types.ts";
import { ResolveError } from "./resolve-error.ts";

/** Best first, when a URI says nothing (RFC 3263 section 4.1). */
export const PREFERENCE: readonly TransportProtocol[] = ["UDP", "TCP", "TLS"];

const BY_PARAMETER: Readonly<Record<string, TransportProtocol>> = { udp: "UDP", tcp: "TCP", tls: "TLS" };

/**
 * The transport protocol for a URI that no service records are looked up for (RFC 3263 section 4.1): its
 * `transport` parameter, TLS for `sips:`, UDP or what else there is when it says nothing.
 *
 * @param available the protocols that we have.
 * @throws {ResolveError} when we don't have it, or it contradicts `sips:`.
 */
export function selectTransport(uri: URI, available: readonly TransportProtocol[]): TransportProtocol {
	const isAvailable = (candidate: TransportProtocol) => available.includes(candidate);
	const protocol = requestedTransport(uri) ?? (isSecure(uri) ? "TLS" : PREFERENCE.find(isAvailable));
	if (!protocol || !isAvailable(protocol))
		throw new ResolveError(`${protocol ?? "No protocol"} is not available for ${uri.toString()}`);
	return protocol;
}

/** Port without one in the URI (RFC 3261 section 19.1.2). */
export function defaultPort(protocol: TransportProtocol): number {
	return protocol === "TLS" ? 5061 : 5060;
}

/** Whether a URI asks for TLS on the whole way: `sips:`. */
export function isSecure(uri: URI): boolean {
	return uri.scheme === "sips";
}

/**
 * The protocol of the `transport` parameter; undefined without one.
 * @throws {ResolveError} when it is unknown or contradicts `sips:`.
 */
export function requestedTransport(uri: URI): TransportProtocol | undefined {
	const parameter = uri.getParam("transport");
	if (parameter === undefined || parameter === null) return undefined;
	const protocol = BY_PARAMETER[parameter.toLowerCase()];
	if (!protocol)
		throw new ResolveError(`transport=${parameter} of ${uri.toString()}: udp, tcp or tls expected`);
	if (!isSecure(uri)) return protocol;
	// transport=tcp in a sips: URI names what TLS runs on (RFC 3261 section 26.2.2).
	if (protocol === "UDP") throw new ResolveError(`transport=udp of ${uri.toString()}: sips needs tcp or tls`);
	return "TLS";
}
