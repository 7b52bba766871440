/**
 * A map that forgets entries some time after they were set, without a timer for each: it uses two maps in
 * turn. An entry lives for one to two lifetimes.
 */
export class GenerationMap<V> {
	#young = new Map<string, V>();
	#old = new Map<string, V>();
	#turned: number;
	readonly #lifetime: number;
	readonly #now: () => number;

	/** @param lifetime shortest life of an entry in milliseconds. */
	constructor(lifetime: number, now: () => number) {
		this.#lifetime = lifetime;
		this.#now = now;
		this.#turned = now();
	}

	get(key: string): V | undefined {
		return this.#young.get(key) ?? this.#old.get(key);
	}

	set(key: string, value: V): void {
		const now = this.#now();
		if (now - this.#turned >= this.#lifetime) {
			// After two quiet lifetimes the young entries are too old as well.
			this.#old = now - this.#turned >= 2 * this.#lifetime ? new Map() : this.#young;
			this.#young = new Map();
			this.#turned = now;
		}
		this.#young.set(key, value);
	}

	/** Entries that are still remembered. */
	get size(): number {
		return this.#young.size + this.#old.size;
	}
}
