import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { AuthorizationError } from "../net/auth-parameters.ts";
import { DIGEST_HASHES, hashesOf, type PasswordHashes, REALM } from "../password-hashes.ts";
import { systemClock } from "../time/system-clock.ts";
import { type DigestCredentials, parseAuthorization } from "./authorization.ts";
import { Nonces } from "./nonces.ts";
import { textOfOctets } from "./octet-text.ts";

export interface DigestOptions {
	/** The hashes of the password of each user, by name. */
	readonly users: ReadonlyMap<string, PasswordHashes>;
	/** What clients put before each path, and sign, even if a proxy takes it off. */
	readonly prefix?: string | undefined;
	/** Milliseconds of a clock that never steps; the process's own by default. */
	readonly now?: (() => number) | undefined;
	/** How long a nonce may be used, in milliseconds; 5 minutes by default. */
	readonly nonceLifetime?: number | undefined;
}

/** Whether a request may go on. */
export type Verdict =
	| { readonly kind: "granted"; readonly user: string }
	/** Answer 401 with `challenges`; `wrong` when there were credentials of this realm and they did not fit. */
	| { readonly kind: "challenge"; readonly challenges: readonly string[]; readonly wrong: boolean }
	/** Answer 400; the reason repeats nothing of what the client sent. */
	| { readonly kind: "malformed"; readonly reason: string };

/** Compared with the password of a user that there is not, so that it takes as long. */
const NOBODY = hashesOf("", randomBytes(16).toString("hex"));

const NONCE_LIFETIME = 300_000;
const NONCE_CAPACITY = 1000;

/**
 * The server's side of HTTP Digest authentication (RFC 7616) with SHA-256 and MD5 and qop=auth.
 * Passwords are kept only as the hashes that they make.
 */
export class DigestAuth {
	readonly #prefix: string;
	readonly #opaque = randomBytes(16).toString("hex");
	readonly #nonces: Nonces;
	readonly #users: ReadonlyMap<string, PasswordHashes>;

	constructor(options: DigestOptions) {
		this.#prefix = options.prefix ?? "";
		this.#nonces = new Nonces({
			lifetime: options.nonceLifetime ?? NONCE_LIFETIME,
			capacity: NONCE_CAPACITY,
			now: options.now ?? systemClock.now,
		});
		this.#users = options.users;
	}

	/** Whether a header may be a guess: its nonce is not one that only a client that knows the password can have. */
	mayBeGuess(authorization: string | undefined): boolean {
		if (authorization === undefined) return false;
		try {
			const credentials = parseAuthorization(authorization);
			return credentials !== undefined && !this.#nonces.isTrusted(credentials.nonce);
		} catch {
			return false;
		}
	}

	/**
	 * Judges the Authorization header of a request.
	 *
	 * @param method of the request.
	 * @param url of the request, absolute.
	 */
	verify(authorization: string | undefined, method: string, url: string): Verdict {
		if (authorization === undefined) return this.#challenge(false, false);
		try {
			const credentials = parseAuthorization(authorization);
			return credentials ? this.#judge(credentials, method, url) : this.#challenge(false, false);
		} catch (error) {
			if (error instanceof AuthorizationError) return { kind: "malformed", reason: error.message };
			throw error;
		}
	}

	#judge(credentials: DigestCredentials, method: string, url: string): Verdict {
		const { realm, uri, algorithm, opaque, username, nonce, nc } = credentials;
		const hash = DIGEST_HASHES.get(algorithm);
		const user = username === undefined ? "" : textOfOctets(username);
		const known = this.#users.get(user);
		const secret = (known ?? NOBODY).get(algorithm);
		if (hash === undefined || secret === undefined || realm !== REALM) return this.#challenge(false, false);
		// RFC 7616 section 3.4.6: a uri other than the request's is answered with 400.
		const signed = requestTarget(textOfOctets(uri), url);
		const target = requestTarget(url, url);
		if (signed !== target && signed !== `${this.#prefix}${target}`) {
			return { kind: "malformed", reason: "uri does not match the request" };
		}
		const asked = digestOfOctets(hash, `${method}:${uri}`);
		const expected = digestOfOctets(hash, `${secret}:${nonce}:${nc}:${credentials.cnonce}:auth:${asked}`);
		if (!sameText(credentials.response, expected) || !known) return this.#challenge(false, true);
		// The client knows the password: it is told to try again with a new nonce without asking its user (RFC 7616
		// section 3.3). Another opaque is that of a process before this one, whose nonces are gone with it.
		const ours = opaque === undefined || opaque === this.#opaque;
		if (!ours || !this.#nonces.use(nonce, Number.parseInt(nc, 16))) return this.#challenge(true, false);
		return { kind: "granted", user };
	}

	/** One challenge an algorithm, the better one first; they share a nonce. */
	#challenge(stale: boolean, wrong: boolean): Verdict {
		const nonce = stale ? this.#nonces.issueTrusted() : this.#nonces.issue();
		const challenges = [...DIGEST_HASHES.keys()].map(
			(algorithm) =>
				`Digest realm="${REALM}", qop="auth", algorithm=${algorithm}, nonce="${nonce}", ` +
				`opaque="${this.#opaque}", charset=UTF-8${stale ? ", stale=true" : ""}`,
		);
		return { kind: "challenge", challenges, wrong };
	}
}

/** Of what was in a header, with a character for each byte. */
function digestOfOctets(hash: string, octets: string): string {
	return createHash(hash).update(octets, "latin1").digest("hex");
}

function sameText(one: string, other: string): boolean {
	const [a, b] = [Buffer.from(one), Buffer.from(other)];
	return a.length === b.length && timingSafeEqual(a, b);
}

/** Path and query in the form that URL gives them; undefined when the text is not a URL. */
function requestTarget(text: string, base: string): string | undefined {
	const url = URL.parse(text, base);
	return url ? url.pathname + url.search : undefined;
}
