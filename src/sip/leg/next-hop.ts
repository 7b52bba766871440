import { parseNameAddr, parseUri } from "../message/uri.ts";
import type { URI } from "../sipjs/grammar.ts";
import { type Target, TransportError } from "../transport/types.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";

/** Finds the targets of a URI. */
export interface TargetFinder {
	resolve(uri: URI): Target[] | Promise<Target[]>;
}

/** Where a request goes first: a SIP URI, or a Route value in angle brackets. */
export class NextHop {
	/** Distinguishes it from others. */
	readonly text: string;
	#uri: URI | undefined;

	/** @param uri the parsed text, if known; otherwise it is parsed only when targets are looked up. */
	constructor(text: string, uri?: URI) {
		this.text = text;
		this.#uri = uri;
	}

	/** Undefined if the text is not a URI. */
	get uri(): URI | undefined {
		this.#uri ??= this.text.includes("<") ? parseNameAddr(this.text)?.uri : parseUri(this.text);
		return this.#uri;
	}

	/** Whether it asks for TLS. */
	get secure(): boolean {
		return isSecureHop(this.text);
	}

	/** The same place over TLS. */
	secured(): NextHop {
		return this.secure ? this : new NextHop(this.text.replace(/(^|<)sip:/i, "$1sips:"));
	}
}

/**
 * Where an INVITE goes: to its first Route, else to its Request-URI. A `sips:` Request-URI asks for TLS
 * whatever the Route says (RFC 3261 section 8.1.2).
 *
 * @param route a Route value in angle brackets, with `lr`.
 */
export function nextHopFor(requestUri: URI, route: string | undefined): NextHop {
	const hop = route === undefined ? new NextHop(requestUri.toRaw(), requestUri) : new NextHop(route);
	return requestUri.scheme === "sips" ? hop.secured() : hop;
}

/**
 * The same for any request. If the next hop is a strict router, the Request-URI is the router's address.
 *
 * @param secure true if all requests of the leg must go over TLS.
 */
export function nextHopOf({ route }: OutgoingRequest, secure = false): NextHop {
	const hop = nextHopFor(route.requestUri, route.strict ? undefined : route.routeSet[0]);
	return secure ? hop.secured() : hop;
}

/**
 * The targets of a next hop, best first.
 * @throws {TransportError} as a rejection, if it is not a SIP URI or has no address.
 */
export async function findTargets(
	{ text, uri }: NextHop,
	finder: TargetFinder,
): Promise<[Target, ...Target[]]> {
	if (!uri) throw new TransportError(`Cannot route to "${text}": a SIP URI was expected`);
	const [first, ...others] = await finder.resolve(uri);
	if (!first) throw new TransportError(`No address found for "${text}"`);
	return [first, ...others];
}

/** Whether a SIP URI or a Route value asks for TLS. */
export function isSecureHop(text: string): boolean {
	return /(?:^|<)sips:/i.test(text);
}
