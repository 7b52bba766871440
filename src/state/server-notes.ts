import { KEY_LIFETIME, MAX_KEYS } from "../idempotency-limits.ts";

/** Event numbers that are reserved at a time: up to twice as many are left out at each start. */
const NUMBERS_AT_ONCE = 500;

/** What was answered to a request with an Idempotency-Key. */
export interface KeptKey {
	readonly key: string;
	/** Tells the request from others; not the request itself, which may have passwords in it. */
	readonly request: string;
	readonly answer: unknown;
	/** Milliseconds since 1970. */
	readonly at: number;
}

/**
 * What the next process must know besides the calls. Each entry is an object, which earlier versions pass over:
 *
 *     {"events": NUMBER}                            events may have numbers up to this one
 *     {"restores": NUMBER}                          how often in a row the records were taken up, and not written since
 *     {"key": …, "request": …, "answer": …, "at": …}   a KeptKey
 */
export class ServerNotes {
	/** How often in a row the records were taken up without having been written since. */
	restores = 0;
	#numbers = 0;
	/** Oldest first. */
	readonly #keys = new Map<string, KeptKey>();

	/** Reads an entry; one that is about something else is passed over. @throws {SyntaxError} when it is no JSON. */
	read(entry: string): void {
		const {
			events,
			key,
			restores,
			...rest
		}: { events?: unknown; restores?: unknown } & { [Name in keyof KeptKey]?: unknown } = JSON.parse(entry);
		if (Number.isSafeInteger(restores)) this.restores = Number(restores);
		if (Number.isSafeInteger(events)) this.#numbers = Math.max(this.#numbers, Number(events));
		const { request, answer, at } = rest;
		if (typeof key !== "string" || typeof request !== "string" || typeof at !== "number") return;
		this.keep({ key, request, answer, at });
	}

	/** Everything, for a new file. */
	entries(): string[] {
		return [eventsEntry(this.#numbers), ...this.#keys.values().map((kept) => JSON.stringify(kept))];
	}

	/** No event of another process has a number above this one. */
	get numbers(): number {
		return this.#numbers;
	}

	/** The records are taken up once more. @returns the entry that has to be written. */
	restore(): string {
		this.restores += 1;
		return JSON.stringify({ restores: this.restores });
	}

	/** @param number the latest one in use. @returns the entry that has to be written. */
	reserve(number: number): string {
		this.#numbers = Math.max(this.#numbers, number + 2 * NUMBERS_AT_ONCE);
		return eventsEntry(this.#numbers);
	}

	/** @returns the entry that has to be written. */
	keep(kept: KeptKey): string {
		this.#keys.delete(kept.key);
		this.#keys.set(kept.key, kept);
		for (const [key, { at }] of this.#keys) {
			if (at >= kept.at - KEY_LIFETIME && this.#keys.size <= MAX_KEYS) break;
			this.#keys.delete(key);
		}
		return JSON.stringify(kept);
	}

	/** The keys that still count, oldest first. @param now milliseconds since 1970. */
	keys(now: number): KeptKey[] {
		return [...this.#keys.values()].filter(({ at }) => at >= now - KEY_LIFETIME);
	}
}

/**
 * The next event number with which it is time to reserve more: half of those reserved are left then, so that a
 * reservation that a power cut has taken does no harm.
 */
export function nextReservation(number: number): number {
	return number + NUMBERS_AT_ONCE - 1;
}

function eventsEntry(numbers: number): string {
	return JSON.stringify({ events: numbers });
}
