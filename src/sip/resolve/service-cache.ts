import type { Logger } from "../../log/logger.ts";
import type { Clock } from "../../time/clock.ts";
import { type Answer, AnswerCache } from "./answer-cache.ts";
import type { NaptrRecord, ServiceSource, SrvRecord } from "./service-source.ts";

/**
 * Milliseconds. The DNS client does not report the TTL of service records, but caches them for their TTL
 * itself: until that is over it answers again without a packet. This saves asking it in between.
 */
const LIFETIME = 5000;
const FAILURE_LIFETIME = 10_000;

/** Longer answers are cut to this many records: nobody tries that many servers for one call. */
const MAX_RECORDS = 64;

/**
 * Remembers NAPTR and SRV records for 5 s; if a source does not answer, it remembers for 10 s that there are
 * none.
 */
export class ServiceCache {
	readonly #naptr: AnswerCache<readonly NaptrRecord[]>;
	readonly #srv: AnswerCache<readonly SrvRecord[]>;

	constructor(source: ServiceSource, clock: Pick<Clock, "now">, log: Logger) {
		const remember =
			<T>(type: string, ask: (name: string) => Promise<readonly T[]>) =>
			async (name: string): Promise<Answer<readonly T[]>> => {
				try {
					return { value: (await ask(name)).slice(0, MAX_RECORDS), lifetime: LIFETIME };
				} catch (error) {
					log.debug(() => `No ${type} answer for ${name}: ${error instanceof Error ? error.message : error}`);
					return { value: [], lifetime: FAILURE_LIFETIME };
				}
			};
		this.#naptr = new AnswerCache(
			remember("NAPTR", (name) => source.naptr(name)),
			clock,
		);
		this.#srv = new AnswerCache(
			remember("SRV", (name) => source.srv(name)),
			clock,
		);
	}

	/** Empty if there are none: at once if that is remembered. */
	naptr(name: string): readonly NaptrRecord[] | Promise<readonly NaptrRecord[]> {
		return this.#naptr.lookup(name);
	}

	/** Empty if there are none: at once if that is remembered. */
	srv(name: string): readonly SrvRecord[] | Promise<readonly SrvRecord[]> {
		return this.#srv.lookup(name);
	}
}
