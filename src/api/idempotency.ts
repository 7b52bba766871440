import { KEY_LIFETIME, MAX_KEYS } from "../idempotency-limits.ts";
import type { Clock } from "../time/clock.ts";
import { ExpiringMap } from "../time/expiring-map.ts";

interface Kept<Answer> {
	readonly request: string;
	readonly answer: Answer;
}

/** What a key was used for before. */
export type Earlier<Answer> =
	| { readonly kind: "none" }
	| { readonly kind: "same"; readonly answer: Answer }
	/** It was used for a different request. */
	| { readonly kind: "other" };

/** How boxes, and the processes of one box, tell each other of the keys that they have seen. */
export interface KeyExchange {
	tell(key: string, request: string, answer: unknown): void;
	hear(listener: (key: string, request: string, answer: unknown) => void): void;
}

/**
 * The answers to requests with an Idempotency-Key, so that a request that is sent again, because its answer was lost, does
 * not do its work again.
 */
export class IdempotencyKeys<Answer> {
	readonly #answers: ExpiringMap<Kept<Answer>>;
	readonly #exchanges: readonly KeyExchange[];

	/** @param exchanges with other boxes and processes, if there are any. */
	constructor(clock: Clock, exchanges: readonly KeyExchange[] = []) {
		this.#answers = new ExpiringMap(clock, KEY_LIFETIME, MAX_KEYS);
		this.#exchanges = exchanges;
		for (const exchange of exchanges) {
			exchange.hear((key, request, answer) => this.#answers.set(key, { request, answer: answer as Answer }));
		}
	}

	/** @param request tells what was requested, and by whom, from anything else. */
	find(key: string, request: string): Earlier<Answer> {
		const kept = this.#answers.get(key);
		if (!kept) return { kind: "none" };
		return kept.request === request ? { kind: "same", answer: kept.answer } : { kind: "other" };
	}

	/** @param isShared whether others are told. */
	keep(key: string, request: string, answer: Answer, isShared: boolean): void {
		this.#answers.set(key, { request, answer });
		if (isShared) for (const exchange of this.#exchanges) exchange.tell(key, request, answer);
	}
}
