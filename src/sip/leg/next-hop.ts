import type { URI } from "sip.js/lib/core/index.js";
import { parseNameAddr, parseUri } from "../message/uri.ts";
import { type Target, TransportError } from "../transport/types.ts";
import { STRICT_VIA_PLACEHOLDER } from "./placeholders.ts";

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
 * The same for a request that was written.
 *
 * @param secure true when all requests of the leg have to go over TLS.
 */
export function nextHopOf(text: string, secure = false): string {
	const hop = firstRouteOf(text) ?? requestUriOf(text);
	return secure || hasSecureUri(text) ? secured(hop) : hop;
}

/** Whether the Request-URI of a request that was written is `sips:`. */
export function hasSecureUri(text: string): boolean {
	const start = text.indexOf(" ") + 1;
	return text.slice(start, start + 5).toLowerCase() === "sips:";
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

/** Undefined without Route, and when the Request-URI is that of a strict router: it comes before the Route. */
function firstRouteOf(text: string): string | undefined {
	const route = text.indexOf("\r\nRoute: ");
	if (route < 0 || route > text.indexOf("\r\n\r\n") || text.includes(STRICT_VIA_PLACEHOLDER))
		return undefined;
	const start = route + 9;
	return text.slice(start, text.indexOf(">", start) + 1);
}

function requestUriOf(text: string): string {
	const start = text.indexOf(" ") + 1;
	return text.slice(start, text.indexOf(" ", start));
}

/** Whether a next hop asks for TLS. */
export function isSecureHop(nextHop: string): boolean {
	return /(?:^|<)sips:/i.test(nextHop);
}

function secured(nextHop: string): string {
	return nextHop.replace(/(^|<)sip:/i, "$1sips:");
}
