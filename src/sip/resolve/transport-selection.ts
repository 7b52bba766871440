import type { URI } from "../sipjs/grammar.ts";
import {
	PROTOCOL_NAMES,
	PROTOCOLS,
	protocolNamed,
	protocolsWith,
	type TransportProtocol,
} from "../transport/protocols.ts";
import { ResolveError } from "./resolve-error.ts";

const SECURE = protocolsWith(({ secure }) => secure);

/** The values of `transport` in a URI, as text. */
const ANY_PARAMETER = parametersOf(PROTOCOL_NAMES);
const SIPS_PARAMETER = parametersOf(protocolsWith(({ securedBy }) => securedBy !== undefined));

/**
 * The protocols that a URI without a `transport` parameter may use, best first (RFC 3263 section 4.1): for
 * `sips:` the secure ones.
 */
export function candidates(uri: URI): readonly TransportProtocol[] {
	return isSecure(uri) ? SECURE : PROTOCOL_NAMES;
}

/**
 * The transport protocol for a URI for which no service records are looked up (RFC 3263 section 4.1): its
 * `transport` parameter, or the best available one if it has none.
 *
 * @param available the protocols that we have.
 * @throws {ResolveError} if we do not have it, or it contradicts `sips:`.
 */
export function selectTransport(uri: URI, available: readonly TransportProtocol[]): TransportProtocol {
	const requested = requestedTransport(uri);
	const wanted = requested ? [requested] : candidates(uri);
	for (const protocol of wanted) if (available.includes(protocol)) return protocol;
	throw new ResolveError(`${wanted.join(", ")} is not available for ${uri.toString()}`);
}

/** Whether a URI asks for TLS on the whole path: `sips:`. */
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
	const protocol = protocolNamed("parameter", parameter);
	if (!protocol)
		throw new ResolveError(`transport=${parameter} of ${uri.toString()}: ${ANY_PARAMETER} expected`);
	if (!isSecure(uri)) return protocol;
	// transport=tcp in a sips: URI names what TLS runs on (RFC 3261 section 26.2.2).
	const { securedBy } = PROTOCOLS[protocol];
	if (!securedBy)
		throw new ResolveError(`transport=${parameter} of ${uri.toString()}: sips needs ${SIPS_PARAMETER}`);
	return securedBy;
}

/** Such as `udp, tcp or tls`. */
function parametersOf(protocols: readonly TransportProtocol[]): string {
	const parameters = protocols.map((protocol) => PROTOCOLS[protocol].parameter);
	return [parameters.slice(0, -1).join(", "), ...parameters.slice(-1)].filter(Boolean).join(" or ");
}
