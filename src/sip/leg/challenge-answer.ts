import {
	DigestAuthentication,
	type IncomingResponseMessage,
	type LoggerFactory,
	type OutgoingRequestMessage,
} from "sip.js/lib/core/index.js";
import type { Logger } from "../../log/logger.ts";
import { AuthorizationError } from "../../net/auth-parameters.ts";
import { AnsweredChallenges, type Authenticator } from "../auth/authenticator.ts";
import {
	CHALLENGE_HEADERS,
	type Challenge,
	type ChallengeSource,
	parseChallenge,
} from "../auth/challenge.ts";
import { OutgoingRequest } from "./outgoing-request.ts";

/**
 * The challenges of a 401 or 407 in the place where SIP.js looks for one. SIP.js takes a second
 * challenge to a request for a refusal unless it is stale; we judge that, for each realm.
 */
class ChallengeSet {
	stale = true;
	constructor(readonly challenges: readonly Challenge[]) {}
}

/**
 * Puts all challenges of a response where SIP.js finds them: proxies on the way of a forked request
 * may have put several into one response, of both kinds (RFC 3261 section 16.7).
 */
export function gatherChallenges(response: IncomingResponseMessage, log: Logger): void {
	if (response.statusCode !== 401 && response.statusCode !== 407) return;
	const sources: readonly ChallengeSource[] = ["server", "proxy"];
	const set = new ChallengeSet(sources.flatMap((source) => readChallenges(response, source, log)));
	for (const source of sources) {
		const first = response.headers[CHALLENGE_HEADERS[source]]?.[0];
		if (first) Object.assign(first, { parsed: set });
	}
}

function readChallenges(
	response: IncomingResponseMessage,
	source: ChallengeSource,
	log: Logger,
): readonly Challenge[] {
	const name = CHALLENGE_HEADERS[source];
	return response.getHeaders(name).flatMap((value) => {
		try {
			return parseChallenge(value, source) ?? [];
		} catch (error) {
			if (!(error instanceof AuthorizationError)) throw error;
			log.warning(() => `${name} in a ${response.statusCode}: ${error.message}`);
			return [];
		}
	});
}

/** What SIP.js asks whether a request that was challenged is to be sent again; one for each request. */
export class ChallengeAnswer extends DigestAuthentication {
	readonly #authenticator: Authenticator;
	readonly #answered = new AnsweredChallenges();

	constructor(authenticator: Authenticator, loggerFactory: LoggerFactory) {
		super(loggerFactory, undefined, undefined, undefined);
		this.#authenticator = authenticator;
	}

	override authenticate(request: OutgoingRequestMessage, challenge: unknown): boolean {
		if (!(challenge instanceof ChallengeSet)) return false;
		if (request instanceof OutgoingRequest && request.abandoned) return false;
		challenge.stale = false;
		return this.#authenticator.challenged(challenge.challenges, this.#answered);
	}

	/** SIP.js puts this into a header field that {@link OutgoingRequest} leaves out: it writes its own. */
	override toString(): string {
		return "";
	}
}
