import type { Clock } from "../time/clock.ts";
import { ExpiringMap } from "../time/expiring-map.ts";

/** How long an answer is kept for its key, in milliseconds. */
const KEY_LIFETIME = 600_000;

/** Keys that are kept at most; beyond, the oldest one goes before its time. */
const MAX_KEYS = 10_000;

interface Kept<Answer> {
	readonly request: string;
	readonly answer: Answer;
}

/** What a key was used for before. */
export type Earlier<Answer> =
	| { readonly kind: "none" }
	| { readonly kind: "same"; readonly answer: Answer }
	/** It came with another request. */
	| { readonly kind: "other" };

/**
 * The answers to requests with an Idempotency-Key, so that one that is sent again, because its answer was lost, does
 * not do its work again.
 */
export class IdempotencyKeys<Answer> {
	readonly #answers: ExpiringMap<Kept<Answer>>;

	constructor(clock: Clock) {
		this.#answers = new ExpiringMap(clock, KEY_LIFETIME, MAX_KEYS);
	}

	/** @param request what was asked for, and by whom. */
	find(key: string, request: string): Earlier<Answer> {
		const kept = this.#answers.get(key);
		if (!kept) return { kind: "none" };
		return kept.request === request ? { kind: "same", answer: kept.answer } : { kind: "other" };
	}

	keep(key: string, request: string, answer: Answer): void {
		this.#answers.set(key, { request, answer });
	}
}
