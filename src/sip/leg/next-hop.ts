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

/** At least one target. */
export type Targets = readonly [Target, ...Target[]];

/**
 * The targets of a next hop, best first; at once if they are known.
 * @throws {TransportError} at once or as a rejection, if it is not a SIP URI or has no address.
 */
export function targetsOf(nextHop: NextHop, finder: TargetFinder): Targets | Promise<Targets> {
	const { text, uri } = nextHop;
	if (!uri) throw new TransportError(`Cannot route to "${text}": a SIP URI was expected`);
	const found = finder.resolve(uri);
	return found instanceof Promise ? awaited(nextHop, found) : atLeastOne(nextHop, found);
}

/** The same as a promise. */
export async function findTargets(nextHop: NextHop, finder: TargetFinder): Promise<Targets> {
	return targetsOf(nextHop, finder);
}

async function awaited(nextHop: NextHop, targets: Promise<Target[]>): Promise<Targets> {
	return atLeastOne(nextHop, await targets);
}

function atLeastOne({ text }: NextHop, targets: readonly Target[]): Targets {
	if (!isAtLeastOne(targets)) throw new TransportError(`No address found for "${text}"`);
	return targets;
}

function isAtLeastOne(targets: readonly Target[]): targets is Targets {
	return targets.length > 0;
}

/** Whether a SIP URI or a Route value asks for TLS. */
export function isSecureHop(text: string): boolean {
	return /(?:^|<)sips:/i.test(text);
}
