/** From this size on, a dictionary has to be ready for deletions. */
const MANY = 32;

/** How many names a dictionary has to have had and lost to be ready. */
const PREPARATION = 512;

/**
 * Things by name that come and go by the thousand.
 *
 * A Map is no place for them: each time it has grown or been swept, its former table keeps pointing to the next
 * one and to all that it held. Once such a table has become old, the collector of young garbage takes all of that
 * for alive, and what is over piles up until the next full collection. A dictionary object holds what is in it and
 * nothing else.
 *
 * An object that has only grown is another trap. The engine takes it for one of a certain shape, and copies this with
 * all its names at each deletion: with 200 to 4000 names this takes 10 to 140 µs. An object that has once had hundreds of
 * names and lost all of them is taken for a dictionary from then on: a deletion takes less than a microsecond, however
 * many names there are.
 */
export class Registry<Value extends object | string | number | boolean> {
	#entries = emptyDictionary<Value>();
	#size = 0;
	/** Whether the dictionary is one for names that come and go. */
	#ready = false;

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
		if (this.#size >= MANY && !this.#ready) this.#makeReady(value);
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
		this.#ready = false;
	}

	/** @param filler any value. */
	#makeReady(filler: Value): void {
		const ready = emptyDictionary<Value>();
		for (let count = 0; count < PREPARATION; count++) ready[`name ${count}`] = filler;
		for (let count = 0; count < PREPARATION; count++) delete ready[`name ${count}`];
		for (const key of this.keys()) ready[key] = this.#entries[key] as Value;
		this.#entries = ready;
		this.#ready = true;
	}
}

/** Without a prototype, so that no key is taken for something inherited. */
function emptyDictionary<Value>(): Record<string, Value> {
	return Object.create(null);
}
