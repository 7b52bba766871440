import { AuthorizationError, readAuthParameters } from "../net/auth-parameters.ts";

/** What a client says in `Authorization: Digest …` (RFC 7616 section 3.4). */
export interface DigestCredentials {
	/** Absent when the client sent `username*`. */
	readonly username: string | undefined;
	readonly realm: string;
	readonly nonce: string;
	readonly uri: string;
	readonly response: string;
	/** In upper case; MD5 when the client names none. */
	readonly algorithm: string;
	readonly cnonce: string;
	/** Eight hexadecimal digits. */
	readonly nc: string;
	readonly opaque: string | undefined;
}

const SCHEME = /^\s*Digest\s+/i;
const NC = /^[0-9a-f]{8}$/i;

/**
 * Reads an Authorization header.
 *
 * @returns undefined when it is of another scheme.
 * @throws {AuthorizationError}
 */
export function parseAuthorization(header: string): DigestCredentials | undefined {
	const scheme = SCHEME.exec(header);
	if (!scheme) return undefined;
	const parameters = readAuthParameters(header, scheme[0].length);
	const required = (name: string): string => {
		const value = parameters.get(name);
		if (value === undefined) throw new AuthorizationError(`the parameter ${name} is missing`);
		return value;
	};
	if (!parameters.has("username") && !parameters.has("username*")) {
		throw new AuthorizationError("the parameter username is missing");
	}
	// Only qop=auth is offered, and RFC 7616 section 3.4 has the client name its choice.
	if (required("qop").toLowerCase() !== "auth") throw new AuthorizationError("qop is not auth");
	const nc = required("nc");
	if (!NC.test(nc)) throw new AuthorizationError("nc is not eight hexadecimal digits");
	return {
		username: parameters.get("username"),
		realm: required("realm"),
		nonce: required("nonce"),
		uri: required("uri"),
		response: required("response"),
		algorithm: (parameters.get("algorithm") ?? "MD5").toUpperCase(),
		cnonce: required("cnonce"),
		nc,
		opaque: parameters.get("opaque"),
	};
}
