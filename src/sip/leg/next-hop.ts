import { parseNameAddr, parseUri } from "../message/uri.ts";
import type { URI } from "../sipjs/grammar.ts";
import { type Target, TransportError } from "../transport/types.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";

/** What finds the targets of a URI. */
export interface TargetFinder {
	resolve(uri: URI): Target[] | Promise<Target[]>;
}

/**
 * Where an INVITE goes: to its first Route, else to its Request-URI. A Request-URI that is `sips:` asks
 * for TLS whatever the Route says (RFC 3261 section 8.1.2).
 *
 * @param route a Route value in angle brackets, with `lr`.
 */
export function nextHopFor(requestUri: URI, route: string | undefined): string {
	const hop = route ?? requestUri.toRaw();
	return requestUri.scheme === "sips" ? secured(hop) : hop;
}

/**
 * The same for any request. One for a strict router goes to its Request-URI: that is the router's.
 *
 * @param secure true when all requests of the leg have to go over TLS.
 */
export function nextHopOf(
	{ route, requestUri, secure: uriIsSecure }: OutgoingRequest,
	secure = false,
): string {
	const [first] = route.strict ? [] : route.routeSet;
	const hop = first ?? requestUri;
	return secure || uriIsSecure ? secured(hop) : hop;
}

/**
 * The targets of a next hop, best first.
 *
 * @param nextHop a SIP URI, or a Route value in angle brackets.
 * @throws {TransportError} as a rejection, when it is no SIP URI or has no address.
 */
export async function findTargets(nextHop: string, finder: TargetFinder): Promise<[Target, ...Target[]]> {
	const uri = nextHop.includes("<") ? parseNameAddr(nextHop)?.uri : parseUri(nextHop);
	if (!uri) throw new TransportError(`Cannot route to "${nextHop}": a SIP URI was expected`);
	const [first, ...others] = await finder.resolve(uri);
	if (!first) throw new TransportError(`No address found for "${nextHop}"`);
	return [first, ...others];
}

/** Whether a next hop asks for TLS. */
export function isSecureHop(nextHop: string): boolean {
	return /(?:^|<)sips:/i.test(nextHop);
}

function secured(nextHop: string): string {
	return nextHop.replace(/(^|<)sip:/i, "$1sips:");
}
