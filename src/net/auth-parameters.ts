/** A header that is not a valid list of auth-params; the message never contains what the peer sent. */
export class AuthorizationError extends Error {
	override readonly name = "AuthorizationError";
}

/** A parameter with the commas around it: a list may have empty elements (RFC 7230 section 7). */
const PARAMETER =
	/[\s,]*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~-]+))\s*(?:,[\s,]*|$)/y;

/**
 * Parses the auth-params of a challenge or of credentials (RFC 7235 section 2.1, RFC 3261 section 25.1).
 *
 * @param from position of the first one.
 * @returns values without quotes and escapes, by lower-case name.
 * @throws {AuthorizationError} for anything else, and for a repeated parameter.
 */
export function readAuthParameters(header: string, from: number): ReadonlyMap<string, string> {
	const parameters = new Map<string, string>();
	PARAMETER.lastIndex = from;
	for (let more = true; more; ) {
		const match = PARAMETER.exec(header);
		if (!match) throw new AuthorizationError('expected parameters such as realm="…", nonce="…"');
		const [, name = "", quoted, token = ""] = match;
		const key = name.toLowerCase();
		if (parameters.has(key)) throw new AuthorizationError("a parameter appears twice");
		parameters.set(key, quoted === undefined ? token : quoted.replace(/\\(.)/g, "$1"));
		more = PARAMETER.lastIndex < header.length;
	}
	return parameters;
}
