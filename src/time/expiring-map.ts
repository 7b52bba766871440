import { Registry } from "../registry.ts";
import type { Clock } from "./clock.ts";

/** Into how many slices a lifetime, and each limit, is divided. */
const SLICES = 4;

interface Entry<V> {
	readonly value: V;
	readonly weight: number;
	readonly deadline: number;
}

/** Entries whose time ends within the same part of a lifetime. They are dropped together. */
interface Slice<V> {
	/** It ends at this multiple of a slice's length, by the clock. */
	readonly number: number;
	readonly entries: Registry<Entry<V>>;
	weight: number;
}

/** The total weight that the values may have, in any unit; beyond it the oldest ones are removed early. */
export interface WeightLimit<V> {
	readonly limit: number;
	readonly weigh: (value: V) => number;
}

/**
 * Values that are kept for a fixed time: what is over but may still be asked for. All live equally long, so those that
 * come after one another are kept and dropped together, in slices: to take out thousands of entries one by one
 * costs more than to look into a few tables. The memory of a value is free a quarter of a lifetime after its end at the
 * latest; until then it counts.
 */
export class ExpiringMap<V> {
	readonly #clock: Clock;
	readonly #lifetime: number;
	readonly #length: number;
	readonly #limit: number;
	readonly #weightLimit: WeightLimit<V> | undefined;
	#size = 0;
	#weight = 0;
	/** In the order in which they end. */
	readonly #slices: Slice<V>[] = [];
	#stopTimer: (() => void) | undefined;
	/** The slice for whose end the timer is set; meaningless without a timer. */
	#awaited = 0;

	/**
	 * @param lifetime milliseconds from the moment a value is set.
	 * @param limit maximum number of values; beyond it the oldest ones are removed early, up to a quarter of all.
	 */
	constructor(
		clock: Clock,
		lifetime: number,
		limit = Number.POSITIVE_INFINITY,
		weightLimit?: WeightLimit<V>,
	) {
		this.#clock = clock;
		this.#lifetime = lifetime;
		this.#length = lifetime / SLICES;
		this.#limit = limit;
		this.#weightLimit = weightLimit;
	}

	/** How many values there are, with those whose time has just ended. */
	get size(): number {
		return this.#size;
	}

	get(key: string): V | undefined {
		const entry = this.#sliceWith(key)?.entries.get(key);
		return entry && entry.deadline > this.#clock.now() ? entry.value : undefined;
	}

	has(key: string): boolean {
		const entry = this.#sliceWith(key)?.entries.get(key);
		return entry !== undefined && entry.deadline > this.#clock.now();
	}

	/** Sets a value. @param since when its lifetime started, by the clock; now by default. */
	set(key: string, value: V, since?: number): void {
		this.delete(key);
		this.add(key, value, since);
	}

	/** Sets the value of a key that is known to have none, without looking for it in all slices; see `set`. */
	add(key: string, value: V, since = this.#clock.now()): void {
		const weight = this.#weightLimit?.weigh(value) ?? 0;
		const deadline = since + this.#lifetime;
		const slice = this.#sliceFor(Math.ceil(deadline / this.#length));
		slice.entries.set(key, { value, weight, deadline });
		slice.weight += weight;
		this.#weight += weight;
		this.#size += 1;
		while (this.#isTooMuch()) this.#dropFirst();
		if (!this.#stopTimer || slice.number < this.#awaited) this.#await(slice.number);
	}

	delete(key: string): void {
		const slice = this.#sliceWith(key);
		const entry = slice?.entries.get(key);
		if (!slice || !entry) return;
		slice.entries.delete(key);
		slice.weight -= entry.weight;
		this.#weight -= entry.weight;
		this.#size -= 1;
	}

	clear(): void {
		while (this.#slices.length > 0) this.#dropFirst();
		this.#stopTimer?.();
		this.#stopTimer = undefined;
	}

	/** The latest ones first: most of what is asked for has just been set. */
	#sliceWith(key: string): Slice<V> | undefined {
		for (let at = this.#slices.length - 1; at >= 0; at--) {
			const slice = this.#slices[at];
			// Many are empty: what was asked for is gone before its time.
			if (slice && slice.entries.size > 0 && slice.entries.has(key)) return slice;
		}
		return undefined;
	}

	/** The slice with this number that has room. */
	#sliceFor(number: number): Slice<V> {
		let at = this.#slices.length - 1;
		while (at >= 0 && (this.#slices[at]?.number ?? 0) > number) at--;
		const latest = this.#slices[at];
		if (latest?.number === number && !this.#isFull(latest)) return latest;
		const slice: Slice<V> = { number, entries: new Registry(), weight: 0 };
		this.#slices.splice(at + 1, 0, slice);
		return slice;
	}

	#isFull({ entries, weight }: Slice<V>): boolean {
		const heaviest = this.#weightLimit?.limit ?? Number.POSITIVE_INFINITY;
		return entries.size * SLICES >= this.#limit || weight * SLICES >= heaviest;
	}

	#isTooMuch(): boolean {
		return this.#size > this.#limit || this.#weight > (this.#weightLimit?.limit ?? this.#weight);
	}

	#dropFirst(): void {
		const first = this.#slices.shift();
		this.#size -= first?.entries.size ?? 0;
		this.#weight -= first?.weight ?? 0;
	}

	#await(number: number): void {
		this.#stopTimer?.();
		this.#awaited = number;
		const wait = number * this.#length - this.#clock.now();
		this.#stopTimer = this.#clock.after(Math.max(0, wait), () => this.#expire());
	}

	#expire(): void {
		this.#stopTimer = undefined;
		const now = this.#clock.now();
		for (let [first] = this.#slices; first && first.number * this.#length <= now; [first] = this.#slices)
			this.#dropFirst();
		const [first] = this.#slices;
		if (first) this.#await(first.number);
	}
}
