import { createHash } from "node:crypto";
import { randomToken } from "../../random.ts";
import type { Challenge } from "./challenge.ts";

/** Credentials for one realm, or for any realm. */
export interface SipAccount {
	readonly user: string;
	readonly password: string;
	/** H(user:realm:password) by algorithm, if stored instead of the password. */
	readonly hashes?: ReadonlyMap<string, string> | undefined;
	/** Empty for any realm without an account of its own. */
	readonly realm: string;
}

/** The request that needs credentials. */
export interface ProtectedRequest {
	readonly method: string;
	/** As written in the start line. */
	readonly requestUri: string;
	readonly body: string;
}

/** Hash by algorithm, as node:crypto names it (RFC 3261 section 22.4, RFC 8760 section 2). */
const HASHES: ReadonlyMap<string, string> = new Map([
	["MD5", "md5"],
	["SHA-256", "sha256"],
	["SHA-512-256", "sha512-256"],
]);

/** The algorithms we support, for the log. */
export const KNOWN_ALGORITHMS = `${[...HASHES.keys()].join(", ")} and their -sess forms`;

const SESSION_SUFFIX = "-SESS";

/** Whether we can answer a challenge: we support its algorithm and one of its qualities of protection. */
export function isAnswerable({ algorithm, qop }: Challenge): boolean {
	return isKnownAlgorithm(algorithm) && (qop.length === 0 || chooseQop(qop) !== undefined);
}

/** @param algorithm as written; undefined for MD5. */
export function isKnownAlgorithm(algorithm: string | undefined): boolean {
	return HASHES.has(baseAlgorithm(algorithm));
}

/**
 * Answers to one challenge. A nonce is reused for as long as the peer accepts it, with a rising nonce count
 * (RFC 7616 section 3.4).
 */
export class DigestSession {
	readonly #challenge: Challenge;
	readonly #user: string;
	readonly #hash: string;
	readonly #qop: "auth" | "auth-int" | undefined;
	readonly #cnonce: string;
	/** H(A1). */
	readonly #secret: string;
	#count = 0;

	/**
	 * @param challenge one that {@link isAnswerable}.
	 * @param cnonce our nonce, the same for the whole session as `-sess` algorithms require (RFC 7616 section 3.4.2).
	 */
	constructor(challenge: Challenge, { user, password, hashes }: SipAccount, cnonce = randomToken(16)) {
		const { algorithm, realm, nonce, qop } = challenge;
		this.#challenge = challenge;
		this.#user = user;
		this.#cnonce = cnonce;
		this.#hash = HASHES.get(baseAlgorithm(algorithm)) ?? "md5";
		this.#qop = chooseQop(qop);
		const stored = hashes?.get(baseAlgorithm(algorithm));
		const secret = stored ?? this.#digest(`${user}:${realm}:${password}`);
		this.#secret = isSession(algorithm) ? this.#digest(`${secret}:${nonce}:${cnonce}`) : secret;
	}

	/** The header line with the credentials for a request; increases the nonce count. */
	credentialsFor({ method, requestUri, body }: ProtectedRequest): string {
		const { source, realm, nonce, algorithm, opaque } = this.#challenge;
		const name = source === "proxy" ? "Proxy-Authorization" : "Authorization";
		const [qop, cnonce] = [this.#qop, this.#cnonce];
		const request = `${method}:${requestUri}${qop === "auth-int" ? `:${this.#digest(body)}` : ""}`;
		this.#count += 1;
		const nc = this.#count.toString(16).padStart(8, "0");
		const protection = qop ? `${nc}:${cnonce}:${qop}:` : "";
		const response = this.#digest(`${this.#secret}:${nonce}:${protection}${this.#digest(request)}`);
		const parameters = [
			`username=${quote(this.#user)}`,
			`realm=${quote(realm)}`,
			`nonce=${quote(nonce)}`,
			`uri=${quote(requestUri)}`,
			`response="${response}"`,
			...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
			// A -sess algorithm needs the client's nonce even without a quality of protection.
			...(qop || isSession(algorithm) ? [`cnonce="${cnonce}"`] : []),
			...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
			...(qop ? [`qop=${qop}`, `nc=${nc}`] : []),
		];
		return `${name}: Digest ${parameters.join(", ")}`;
	}

	#digest(text: string): string {
		return createHash(this.#hash).update(text).digest("hex");
	}
}

function baseAlgorithm(algorithm = "MD5"): string {
	const name = algorithm.toUpperCase();
	return name.endsWith(SESSION_SUFFIX) ? name.slice(0, -SESSION_SUFFIX.length) : name;
}

function isSession(algorithm = "MD5"): boolean {
	return algorithm.toUpperCase().endsWith(SESSION_SUFFIX);
}

/** `auth` if offered: middleboxes that help with NAT may change the body of a request. */
function chooseQop(offered: readonly string[]): "auth" | "auth-int" | undefined {
	if (offered.includes("auth")) return "auth";
	return offered.includes("auth-int") ? "auth-int" : undefined;
}

/** A quoted string (RFC 3261 section 25.1). */
function quote(text: string): string {
	return `"${text.replaceAll(/[\\"]/g, "\\$&")}"`;
}
