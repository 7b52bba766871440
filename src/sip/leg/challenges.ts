import type { Notices } from "../../log/limited-log.ts";
import { AuthorizationError } from "../../net/auth-parameters.ts";
import {
	CHALLENGE_HEADERS,
	type Challenge,
	type ChallengeSource,
	parseChallenge,
} from "../auth/challenge.ts";
import type { IncomingResponseMessage } from "../sipjs/core.ts";

const SOURCES: readonly ChallengeSource[] = ["server", "proxy"];

/**
 * All challenges of a 401 or 407: proxies on the path of a forked request may have merged several into one
 * response, of both kinds (RFC 3261 section 16.7).
 */
export function challengesOf(response: IncomingResponseMessage, log: Notices): readonly Challenge[] {
	const challenges = SOURCES.flatMap((source) => readChallenges(response, source, log));
	if (challenges.length === 0)
		log.warning(() => `a ${response.statusCode} offers ${schemesOf(response)}: only Digest is known`);
	return challenges;
}

/** The schemes of all challenges, such as `Bearer`. */
function schemesOf(response: IncomingResponseMessage): string {
	const schemes = SOURCES.flatMap((source) => response.getHeaders(CHALLENGE_HEADERS[source])).map(
		(value) => /^[\w-]{1,32}/.exec(value)?.[0] ?? "an unreadable scheme",
	);
	return schemes.length > 0 ? schemes.join(", ") : "no challenge";
}

function readChallenges(
	response: IncomingResponseMessage,
	source: ChallengeSource,
	log: Notices,
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
