import type { URI } from "../sipjs/grammar.ts";

/** Parameters that describe the way of a request, not a person: not allowed in To and From. */
const NOT_IN_PARTIES = ["method", "transport", "maddr", "ttl", "lr"];

const NOT_IN_REQUEST_URIS = ["method"];

/**
 * A URI without header fields and method, which a Request-URI must not have (RFC 3261 section 19.1.1, table 1).
 * Anyone who chooses an address could use them to make us, or a phone we refer, send any request.
 *
 * @returns the URI itself if it has neither.
 */
export function requestUriOf(uri: URI): URI {
	return without(uri, NOT_IN_REQUEST_URIS);
}

/**
 * A URI without what To and From must not have (same table). The port stays although it is not allowed either:
 * phones call back to it.
 *
 * @returns the URI itself if there is nothing to remove.
 */
export function partyUriOf(uri: URI): URI {
	return without(uri, NOT_IN_PARTIES);
}

function without(uri: URI, parameters: readonly string[]): URI {
	return isEmpty(uri.parameters) && isEmpty(uri.headers) ? uri : cleaned(uri, parameters);
}

function cleaned(uri: URI, parameters: readonly string[]): URI {
	const unwanted = parameters.filter((name) => uri.hasParam(name));
	if (unwanted.length === 0 && isEmpty(uri.headers)) return uri;
	const clean = uri.clone();
	clean.clearHeaders();
	for (const name of unwanted) clean.deleteParam(name);
	return clean;
}

function isEmpty(table: object): boolean {
	for (const _name in table) return false;
	return true;
}

/** The user part as written, without a password; undefined if absent. */
export function userTextOf(uri: URI): string | undefined {
	if (uri.scheme !== "sip" && uri.scheme !== "sips") return undefined;
	const text = uri.toRaw();
	const start = uri.scheme.length + 1;
	const at = text.indexOf("@", start);
	const colon = text.indexOf(":", start);
	const end = colon < 0 || colon > at ? at : colon;
	return end > start ? text.slice(start, end) : undefined;
}

/** The user part for people to read; the host if absent. */
export function spokenUserOf(uri: URI): string {
	return unescapedUser(userTextOf(uri) ?? uri.host);
}

/** A user part with its escapes decoded once; unchanged if one is malformed. */
export function unescapedUser(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
