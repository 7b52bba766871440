import { type Linked, LinkedQueue } from "../linked-queue.ts";
import { Registry } from "../registry.ts";
import type { Clock } from "./clock.ts";

/** How many times per lifetime old entries are removed. */
const SWEEPS = 32;

interface Entry<V> extends Linked<Entry<V>> {
	readonly key: string;
	readonly value: V;
	readonly weight: number;
	readonly deadline: number;
}

/** The total weight that the values may have, in any unit; beyond it the oldest ones are removed early. */
export interface WeightLimit<V> {
	readonly limit: number;
	readonly weigh: (value: V) => number;
}

/**
 * Values that are kept for a fixed time: what is over but may still be asked for. All live equally long, so
 * that the oldest one goes next: they share one timer and cost one entry each. A value that follows another
 * closely may outlive its time by at most a 32nd part.
 */
export class ExpiringMap<V> {
	readonly #clock: Clock;
	readonly #lifetime: number;
	readonly #limit: number;
	readonly #weightLimit: WeightLimit<V> | undefined;
	#weight = 0;
	readonly #entries = new Registry<Entry<V>>();
	readonly #queue = new LinkedQueue<Entry<V>>();
	#stopTimer: (() => void) | undefined;
	/** When the timer runs, by the clock; meaningless without a timer. */
	#timerAt = 0;

	/**
	 * @param lifetime milliseconds from the moment a value is set.
	 * @param limit maximum number of values; beyond it the oldest one is removed early.
	 */
	constructor(
		clock: Clock,
		lifetime: number,
		limit = Number.POSITIVE_INFINITY,
		weightLimit?: WeightLimit<V>,
	) {
		this.#clock = clock;
		this.#lifetime = lifetime;
		this.#limit = limit;
		this.#weightLimit = weightLimit;
	}

	get size(): number {
		return this.#entries.size;
	}

	get(key: string): V | undefined {
		return this.#entries.get(key)?.value;
	}

	has(key: string): boolean {
		return this.#entries.has(key);
	}

	/** Sets a value. @param since when its lifetime started, by the clock; now by default. */
	set(key: string, value: V, since = this.#clock.now()): void {
		const deadline = since + this.#lifetime;
		this.delete(key);
		const weight = this.#weightLimit?.weigh(value) ?? 0;
		const entry: Entry<V> = { key, value, weight, deadline, previous: undefined, next: undefined };
		this.#entries.set(key, entry);
		let before = this.#queue.last;
		while (before && before.deadline > deadline) before = before.previous;
		this.#queue.insert(entry, before);
		this.#weight += weight;
		for (let { first } = this.#queue; first && this.#isTooMuch(); { first } = this.#queue)
			this.#remove(first);
		if (!this.#stopTimer || deadline + this.#lifetime / SWEEPS < this.#timerAt) this.#expireAt(deadline);
	}

	delete(key: string): void {
		const entry = this.#entries.get(key);
		if (entry) this.#remove(entry);
	}

	clear(): void {
		for (let { first } = this.#queue; first; { first } = this.#queue) this.#remove(first);
		this.#stopTimer?.();
		this.#stopTimer = undefined;
	}

	#isTooMuch(): boolean {
		return this.#entries.size > this.#limit || this.#weight > (this.#weightLimit?.limit ?? this.#weight);
	}

	#remove(entry: Entry<V>): void {
		this.#entries.delete(entry.key);
		this.#queue.remove(entry);
		this.#weight -= entry.weight;
	}

	#expireAt(time: number): void {
		this.#stopTimer?.();
		this.#timerAt = time;
		this.#stopTimer = this.#clock.after(Math.max(0, time - this.#clock.now()), () => this.#expire());
	}

	#expire(): void {
		this.#stopTimer = undefined;
		const now = this.#clock.now();
		let { first } = this.#queue;
		for (; first && first.deadline <= now; { first } = this.#queue) this.#remove(first);
		if (first) this.#expireAt(Math.max(first.deadline, now + this.#lifetime / SWEEPS));
	}
}
