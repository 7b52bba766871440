import type { Answers } from "./locate.ts";
import { ResolveError } from "./resolve-error.ts";
import type { NaptrRecord, SrvRecord } from "./service-source.ts";
import { orderServers } from "./srv-order.ts";

/** Where answers come from: at once, or as a promise. */
export interface Lookups {
	/** @throws {ResolveError} also as a rejection, if there are none. */
	addresses(name: string): readonly string[] | Promise<readonly string[]>;
	naptr(name: string): readonly NaptrRecord[] | Promise<readonly NaptrRecord[]>;
	srv(name: string): readonly SrvRecord[] | Promise<readonly SrvRecord[]>;
}

type Known<T> = Map<string, T | undefined>;

/** The DNS questions of one request: each is asked once, and its answer stays the same until the end. */
export class Inquiry implements Answers {
	/** Called for each answer that was not available at once. */
	onAnswer: () => void = () => {};
	readonly #lookups: Lookups;
	readonly #random: () => number;
	readonly #addresses: Known<readonly string[] | ResolveError> = new Map();
	readonly #naptr: Known<readonly NaptrRecord[]> = new Map();
	readonly #srv: Known<readonly SrvRecord[]> = new Map();

	/** @param random returns a number from 0 to below 1; chooses among servers by their weights. */
	constructor(lookups: Lookups, random: () => number) {
		this.#lookups = lookups;
		this.#random = random;
	}

	addresses(name: string): readonly string[] | ResolveError | undefined {
		return this.#ask(this.#addresses, name, () => {
			try {
				const found = this.#lookups.addresses(name);
				return found instanceof Promise ? found.catch(toResolveError) : found;
			} catch (error) {
				return toResolveError(error);
			}
		});
	}

	naptr(name: string): readonly NaptrRecord[] | undefined {
		return this.#ask(this.#naptr, name, () => this.#lookups.naptr(name));
	}

	srv(name: string): readonly SrvRecord[] | undefined {
		return this.#ask(this.#srv, name, () => {
			const found = this.#lookups.srv(name);
			const order = (records: readonly SrvRecord[]) => orderServers(records, this.#random);
			return found instanceof Promise ? found.then(order) : order(found);
		});
	}

	/** The same answers, as if the missing ones will never come. */
	withoutMissing(): Answers {
		return {
			addresses: (name) => this.addresses(name) ?? unanswered(name),
			naptr: (name) => this.naptr(name) ?? [],
			srv: (name) => this.srv(name) ?? [],
		};
	}

	#ask<T>(known: Known<T>, name: string, look: () => T | Promise<T>): T | undefined {
		if (known.has(name)) return known.get(name);
		const found = look();
		if (!(found instanceof Promise)) {
			known.set(name, found);
			return found;
		}
		known.set(name, undefined);
		void found.then((answer) => {
			known.set(name, answer);
			this.onAnswer();
		});
		return undefined;
	}
}

function unanswered(name: string): ResolveError {
	return new ResolveError(`The address of ${name} could not be found: no answer in time`);
}

function toResolveError(error: unknown): ResolveError {
	if (error instanceof ResolveError) return error;
	return new ResolveError(error instanceof Error ? error.message : String(error), { cause: error });
}
