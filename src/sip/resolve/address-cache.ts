import type { Clock } from "../../time/clock.ts";
import type { AddressSource } from "./address-source.ts";
import { type Answer, AnswerCache } from "./answer-cache.ts";
import { ResolveError } from "./resolve-error.ts";

/** Milliseconds. If a name has no addresses, or no server could be asked, we ask again soon. */
const NEGATIVE_LIFETIME = 5000;
const UNKNOWN_LIFETIME = 30_000;
const LONGEST_LIFETIME = 86_400_000;
/** A TTL of 0 still serves the calls that are placed at the same moment. */
const SHORTEST_LIFETIME = 1000;

type Addresses = readonly string[] | ResolveError;

/** Remembers the addresses of names for as long as their source allows. */
export class AddressCache {
	readonly #source: AddressSource;
	readonly #answers: AnswerCache<Addresses>;

	constructor(source: AddressSource, clock: Pick<Clock, "now">) {
		this.#source = source;
		this.#answers = new AnswerCache((name) => this.#ask(name), clock);
	}

	/**
	 * The addresses of a name: at once if they are remembered.
	 * @throws {ResolveError} also as a rejection, if it has none or no server could be asked.
	 */
	lookup(host: string): readonly string[] | Promise<readonly string[]> {
		const answer = this.#answers.lookup(host);
		return answer instanceof Promise ? answer.then(addressesOf) : addressesOf(answer);
	}

	async #ask(name: string): Promise<Answer<Addresses>> {
		try {
			const records = await this.#source.lookup(name);
			if (records.length === 0) return negative(new ResolveError(`${name} has no IP address`));
			const ttls = records.map(({ ttl }) => (ttl === undefined ? UNKNOWN_LIFETIME : ttl * 1000));
			const lifetime = Math.min(Math.max(Math.min(...ttls), SHORTEST_LIFETIME), LONGEST_LIFETIME);
			return { value: records.map(({ address }) => address), lifetime };
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			return negative(
				new ResolveError(`The address of ${name} could not be found: ${reason}`, { cause: error }),
			);
		}
	}
}

function addressesOf(answer: Addresses): readonly string[] {
	if (answer instanceof ResolveError) throw answer;
	return answer;
}

function negative(failure: ResolveError): Answer<ResolveError> {
	return { value: failure, lifetime: NEGATIVE_LIFETIME };
}
