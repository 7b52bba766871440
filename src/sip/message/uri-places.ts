import type { URI } from "../sipjs/grammar.ts";

/** What says how a request travels, not who somebody is: none of it may stand in To and From. */
const NOT_IN_PARTIES = ["method", "transport", "maddr", "ttl", "lr"];

/**
 * What of a URI may stand in a Request-URI: no header fields and no method (RFC 3261 section 19.1.1, table
 * 1). Anyone who chooses an address could use them to make us, or a phone that we refer, send any request.
 *
 * @returns the URI itself when it has neither.
 */
export function requestUriOf(uri: URI): URI {
	return without(uri, ["method"]);
}

/**
 * What of a URI may stand in To and From (the same table). A port may not either, yet it stays: phones are
 * called back at it.
 *
 * @returns the URI itself when nothing is to be left out.
 */
export function partyUriOf(uri: URI): URI {
	return without(uri, NOT_IN_PARTIES);
}

function without(uri: URI, parameters: readonly string[]): URI {
	const unwanted = parameters.filter((name) => uri.hasParam(name));
	if (unwanted.length === 0 && Object.keys(uri.headers).length === 0) return uri;
	const clean = uri.clone();
	clean.clearHeaders();
	for (const name of unwanted) clean.deleteParam(name);
	return clean;
}

/** The user part as it is written, without a password; undefined when there is none. */
export function userTextOf(uri: URI): string | undefined {
	return /^sips?:([^@:]+)(?::[^@]*)?@/i.exec(uri.toRaw())?.[1];
}

/** The user part for people to read, the host where there is none. */
export function spokenUserOf(uri: URI): string {
	return unescapedUser(userTextOf(uri) ?? uri.host);
}

/** A user part without its escapes, taken off once; with a malformed one it stays as it is. */
export function unescapedUser(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
