import type { Notices } from "../../log/limited-log.ts";
import type { Challenge } from "./challenge.ts";
import {
	DigestSession,
	isAnswerable,
	isKnownAlgorithm,
	KNOWN_ALGORITHMS,
	type ProtectedRequest,
	type SipAccount,
} from "./digest-session.ts";

/** How often one request is resent because of challenges: each hop may challenge, and may call a nonce stale. */
const MAX_ANSWERS = 6;

/** The challenges one request was resent for. */
export class AnsweredChallenges {
	/** Source and realm of each. */
	readonly realms = new Set<string>();
	times = 0;
}

/**
 * Answers challenges to the requests of one dialog or registration, and adds credentials to later requests
 * in advance (RFC 3261 section 22).
 */
export class Authenticator {
	readonly #accounts: readonly SipAccount[];
	readonly #log: Notices;
	readonly #sessions = new Map<string, DigestSession>();
	/** Credentials of the last INVITE, for its ACK. */
	#ofInvite: readonly string[] = [];

	constructor(accounts: readonly SipAccount[], log: Notices) {
		this.#accounts = accounts;
		this.#log = log;
	}

	/**
	 * Handles the challenges of a 401 or 407.
	 *
	 * @param answered the challenges the request was already resent for; updated here.
	 * @returns true if the request should be resent; false if that would not help, because no account
	 * fits or the peer refused its credentials.
	 */
	challenged(challenges: readonly Challenge[], answered: AnsweredChallenges): boolean {
		let hasAnswer = false;
		for (const [key, challenge] of this.#choose(challenges)) {
			const account = this.#accountFor(challenge.realm);
			if (!account) continue;
			if (answered.realms.has(key) && !challenge.stale) {
				// The next request does not repeat refused credentials.
				this.#sessions.delete(key);
				this.#log.warning(
					() => `SipAuthUser ${account.user}: realm "${challenge.realm}" refuses the password`,
				);
				return false;
			}
			answered.realms.add(key);
			this.#sessions.set(key, new DigestSession(challenge, account));
			hasAnswer = true;
		}
		answered.times += 1;
		return hasAnswer && answered.times <= MAX_ANSWERS;
	}

	/**
	 * The header lines with credentials for a request, one for each realm that has challenged so far.
	 * An ACK repeats those of its INVITE (RFC 3261 section 22.1).
	 */
	credentialsFor(request: ProtectedRequest): readonly string[] {
		if (request.method === "ACK") return this.#ofInvite;
		const lines = [...this.#sessions.values()].map((session) => session.credentialsFor(request));
		if (request.method === "INVITE") this.#ofInvite = lines;
		return lines;
	}

	/** For each realm, the first challenge we can answer: servers list the best one first (RFC 8760 section 2.4). */
	#choose(challenges: readonly Challenge[]): ReadonlyMap<string, Challenge> {
		const chosen = new Map<string, Challenge>();
		for (const [key, offers] of Map.groupBy(challenges, ({ source, realm }) => `${source} ${realm}`)) {
			const challenge = offers.find(isAnswerable);
			if (challenge) chosen.set(key, challenge);
			else this.#log.warning(() => unanswerable(offers));
		}
		return chosen;
	}

	#accountFor(realm: string): SipAccount | undefined {
		const account =
			this.#accounts.find((candidate) => candidate.realm === realm) ??
			this.#accounts.find((candidate) => candidate.realm === "");
		if (!account) this.#log.info(() => `no SipAuthUser for realm "${realm}"`);
		return account;
	}
}

/** How an unknown algorithm or qop from the peer is logged. */
const MAX_NAME = 64;

/** Why we cannot answer any challenge of a realm. */
function unanswerable(offers: readonly Challenge[]): string {
	const names = offers.map(({ algorithm, qop }) =>
		(isKnownAlgorithm(algorithm)
			? `${algorithm ?? "MD5"} with qop ${qop.join(" or ")}`
			: String(algorithm)
		).slice(0, MAX_NAME),
	);
	return `realm "${offers[0]?.realm}" offers ${names.join(", ")}: this server knows ${KNOWN_ALGORITHMS}, with qop auth or auth-int or none`;
}
