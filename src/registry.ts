/**
 * Things by name that come and go by the thousand.
 *
 * A Map is no place for them: each time it has grown or been swept, its former table keeps pointing to the next
 * one and to all that it held. Once such a table has become old, the collector of young garbage takes all of that
 * for alive, and what is over piles up until the next full collection. A dictionary object holds what is in it and
 * nothing else.
 */
export class Registry<Value extends object | string | number | boolean> {
	#entries = emptyDictionary<Value>();
	#size = 0;

	get size(): number {
		return this.#size;
	}

	get(key: string): Value | undefined {
		return this.#entries[key];
	}

	has(key: string): boolean {
		return this.#entries[key] !== undefined;
	}

	set(key: string, value: Value): void {
		if (this.#entries[key] === undefined) this.#size += 1;
		this.#entries[key] = value;
	}

	/** @returns whether there was such an entry. */
	delete(key: string): boolean {
		if (this.#entries[key] === undefined) return false;
		this.#size -= 1;
		return delete this.#entries[key];
	}

	/** What is in it; in the order in which it was set, as long as no key looks like a small number. */
	values(): Value[] {
		return Object.values(this.#entries);
	}

	/** Their names. */
	keys(): string[] {
		return Object.keys(this.#entries);
	}

	clear(): void {
		this.#entries = emptyDictionary();
		this.#size = 0;
	}
}

/** Without a prototype, so that no key is taken for something inherited. */
function emptyDictionary<Value>(): Record<string, Value> {
	return Object.create(null);
}
