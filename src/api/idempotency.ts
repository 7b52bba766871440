import { createHash } from "node:crypto";
import { KEY_LIFETIME, MAX_KEYS } from "../idempotency-limits.ts";
import type { Clock } from "../time/clock.ts";
import { ExpiringMap } from "../time/expiring-map.ts";

/** How long the answer of a box that has a request in hand is waited for, in milliseconds. */
const ANSWER_TIME = 2000;

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
	/**
	 * Takes a key in hand, where it may reach several boxes at the same time; absent where it cannot.
	 * @returns false if it is in hand already. Never rejects, and takes a second at most.
	 */
	readonly take?: (key: string) => Promise<boolean>;
	/** Nothing has come of what was taken in hand. */
	readonly release?: (key: string) => void;
}

/** Tells a request from others, without what may be a password in it. */
export function digestOf(request: string): string {
	return createHash("sha256").update(request).digest("base64url");
}

/**
 * The answers to requests with an Idempotency-Key, so that a request that is sent again, because its answer was lost, does
 * not do its work again.
 */
export class IdempotencyKeys<Answer> {
	readonly #answers: ExpiringMap<Kept<Answer>>;
	readonly #exchanges: readonly KeyExchange[];
	readonly #clock: Clock;
	/** Keys whose requests are being worked on here. */
	readonly #inHand = new Set<string>();
	/** Those that wait for the answer to a key. */
	readonly #waiting = new Map<string, Set<() => void>>();

	/** @param exchanges with other boxes and processes, if there are any. */
	constructor(clock: Clock, exchanges: readonly KeyExchange[] = []) {
		this.#answers = new ExpiringMap(clock, KEY_LIFETIME, MAX_KEYS);
		this.#clock = clock;
		this.#exchanges = exchanges;
		for (const exchange of exchanges) {
			// Boxes of earlier versions tell the request itself, a list.
			exchange.hear((key, request, answer) =>
				this.#set(key, request.startsWith("[") ? digestOf(request) : request, answer as Answer),
			);
		}
	}

	/** @param request tells what was requested, and by whom, from anything else. */
	find(key: string, request: string): Earlier<Answer> {
		const kept = this.#answers.get(key);
		if (!kept) return { kind: "none" };
		return kept.request === request ? { kind: "same", answer: kept.answer } : { kind: "other" };
	}

	/**
	 * Takes a key in hand, so that it is not used twice at the same time, here or by another box. If it is in hand already,
	 * waits for the answer, for a short while.
	 *
	 * @returns whether to do the work, and then to `keep` or `release` the key; if not, `find` may have the answer.
	 */
	async take(key: string): Promise<boolean> {
		let isOurs = !this.#inHand.has(key);
		if (isOurs) {
			this.#inHand.add(key);
			for (const { take } of this.#exchanges) isOurs = isOurs && (!take || (await take(key)));
			if (!isOurs) this.#inHand.delete(key);
		}
		if (!isOurs) await this.#answered(key);
		return isOurs;
	}

	/** @param isShared whether others are told. */
	keep(key: string, request: string, answer: Answer, isShared: boolean): void {
		this.#set(key, request, answer);
		if (isShared) for (const exchange of this.#exchanges) exchange.tell(key, request, answer);
	}

	/** Lets a key go that was taken in hand, as others will not be told of an answer. */
	release(key: string): void {
		this.#inHand.delete(key);
		for (const exchange of this.#exchanges) exchange.release?.(key);
		this.#wake(key);
	}

	#set(key: string, request: string, answer: Answer): void {
		this.#answers.set(key, { request, answer });
		this.#inHand.delete(key);
		this.#wake(key);
	}

	#wake(key: string): void {
		for (const wake of this.#waiting.get(key) ?? []) wake();
	}

	async #answered(key: string): Promise<void> {
		if (this.#answers.get(key)) return;
		const { promise, resolve } = Promise.withResolvers<void>();
		const waiting = this.#waiting.get(key) ?? new Set();
		this.#waiting.set(key, waiting.add(resolve));
		const stopTimer = this.#clock.after(ANSWER_TIME, resolve);
		await promise;
		stopTimer();
		waiting.delete(resolve);
		if (waiting.size === 0) this.#waiting.delete(key);
	}
}
