import type { Clock } from "./types.ts";

/** How many times in a lifetime old entries are looked for: looking costs what was deleted since. */
const SWEEPS = 32;

interface Entry<V> {
	readonly value: V;
	readonly deadline: number;
}

/**
 * Values that are kept for a fixed time: what is over but may still be asked for. All live equally
 * long, so that the oldest one is the next to go: they share one timer and cost an entry each. One that
 * follows another closely may outlive its time by a 32nd part.
 */
export class ExpiringMap<V> {
	readonly #clock: Clock;
	readonly #lifetime: number;
	readonly #entries = new Map<string, Entry<V>>();
	#stopTimer: (() => void) | undefined;

	/** @param lifetime milliseconds from the moment a value is set. */
	constructor(clock: Clock, lifetime: number) {
		this.#clock = clock;
		this.#lifetime = lifetime;
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

	/**
	 * Sets a value.
	 *
	 * @param since when its time began, by the clock; now by default. One whose time began long ago may
	 * outlive it until those that were set before it go.
	 */
	set(key: string, value: V, since = this.#clock.now()): void {
		const deadline = since + this.#lifetime;
		this.#entries.delete(key);
		this.#entries.set(key, { value, deadline });
		this.#stopTimer ??= this.#clock.after(deadline - this.#clock.now(), () => this.#expire());
	}

	delete(key: string): void {
		this.#entries.delete(key);
	}

	clear(): void {
		this.#entries.clear();
		this.#stopTimer?.();
		this.#stopTimer = undefined;
	}

	#expire(): void {
		this.#stopTimer = undefined;
		const now = this.#clock.now();
		for (const [key, { deadline }] of this.#entries) {
			if (deadline > now) {
				const wait = Math.max(deadline - now, this.#lifetime / SWEEPS);
				this.#stopTimer = this.#clock.after(wait, () => this.#expire());
				return;
			}
			this.#entries.delete(key);
		}
	}
}
