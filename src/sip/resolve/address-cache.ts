import type { Clock } from "../reliability/types.ts";
import type { AddressSource } from "./address-source.ts";
import { ResolveError } from "./resolve-error.ts";

const MAX_NAMES = 4096;

/** Milliseconds. A name without addresses, or that nobody could be asked for, is asked for again soon. */
const NEGATIVE_LIFETIME = 5000;
const UNKNOWN_LIFETIME = 30_000;
const LONGEST_LIFETIME = 86_400_000;
/** A TTL of 0 still serves the calls that are placed at the same moment. */
const SHORTEST_LIFETIME = 1000;

type Answer = readonly string[] | ResolveError;

/** Remembers the addresses of names for as long as their source allows, and asks once for many. */
export class AddressCache {
	readonly #source: AddressSource;
	readonly #clock: Pick<Clock, "now">;
	readonly #answers = new Map<string, { readonly answer: Answer; readonly until: number }>();
	readonly #running = new Map<string, Promise<readonly string[]>>();

	constructor(source: AddressSource, clock: Pick<Clock, "now">) {
		this.#source = source;
		this.#clock = clock;
	}

	/**
	 * The addresses of a name: at once when they are remembered.
	 * @throws {ResolveError} also as a rejection, when it has none or nobody could be asked.
	 */
	lookup(host: string): readonly string[] | Promise<readonly string[]> {
		const name = host.toLowerCase();
		const known = this.#answers.get(name);
		if (known && known.until > this.#clock.now()) {
			if (known.answer instanceof ResolveError) throw known.answer;
			return known.answer;
		}
		let running = this.#running.get(name);
		if (!running) {
			running = this.#ask(name).finally(() => this.#running.delete(name));
			this.#running.set(name, running);
		}
		return running;
	}

	async #ask(name: string): Promise<readonly string[]> {
		let failure: ResolveError;
		try {
			const records = await this.#source.lookup(name);
			if (records.length > 0) {
				const addresses = records.map(({ address }) => address);
				const ttls = records.map(({ ttl }) => (ttl === undefined ? UNKNOWN_LIFETIME : ttl * 1000));
				const lifetime = Math.min(Math.max(Math.min(...ttls), SHORTEST_LIFETIME), LONGEST_LIFETIME);
				this.#remember(name, addresses, lifetime);
				return addresses;
			}
			failure = new ResolveError(`${name} has no IP address`);
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			failure = new ResolveError(`The address of ${name} could not be found: ${reason}`, { cause: error });
		}
		this.#remember(name, failure, NEGATIVE_LIFETIME);
		throw failure;
	}

	#remember(name: string, answer: Answer, lifetime: number): void {
		this.#answers.delete(name);
		if (this.#answers.size >= MAX_NAMES) {
			for (const oldest of this.#answers.keys()) {
				this.#answers.delete(oldest);
				break;
			}
		}
		this.#answers.set(name, { answer, until: this.#clock.now() + lifetime });
	}
}
