import { readAuthParameters } from "../../net/auth-parameters.ts";

/** Who asks for credentials: the user agent server with 401, or a proxy with 407. */
export type ChallengeSource = "server" | "proxy";

/** A Digest challenge (RFC 3261 section 22.4, RFC 8760). */
export interface Challenge {
	readonly source: ChallengeSource;
	readonly realm: string;
	readonly nonce: string;
	/** The algorithm as written; undefined if absent, which means MD5. */
	readonly algorithm: string | undefined;
	readonly opaque: string | undefined;
	/** Offered qualities of protection, in lower case; empty means RFC 2069. */
	readonly qop: readonly string[];
	/** The credentials were correct, but their nonce has expired. */
	readonly stale: boolean;
}

/** The header field that carries the challenges of each source. */
export const CHALLENGE_HEADERS: Readonly<Record<ChallengeSource, string>> = {
	server: "WWW-Authenticate",
	proxy: "Proxy-Authenticate",
};

const SCHEME = /^\s*Digest\s+/i;

/**
 * Reads a challenge.
 *
 * @returns undefined for another scheme, or if the realm or nonce is missing.
 * @throws {AuthorizationError} when its parameters cannot be read.
 */
export function parseChallenge(header: string, source: ChallengeSource): Challenge | undefined {
	const scheme = SCHEME.exec(header);
	if (!scheme) return undefined;
	const parameters = readAuthParameters(header, scheme[0].length);
	const realm = parameters.get("realm");
	const nonce = parameters.get("nonce");
	if (realm === undefined || nonce === undefined) return undefined;
	const qop = parameters.get("qop")?.toLowerCase().split(",") ?? [];
	return {
		source,
		realm,
		nonce,
		algorithm: parameters.get("algorithm"),
		opaque: parameters.get("opaque"),
		qop: qop.map((quality) => quality.trim()).filter((quality) => quality !== ""),
		stale: parameters.get("stale")?.toLowerCase() === "true",
	};
}
