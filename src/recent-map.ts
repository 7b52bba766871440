/**
 * Remembers what was set or asked for lately: the last half of its entries at least. To forget is nothing to do, as the
 * older half goes in one piece, so that it costs little even if nothing is ever asked for twice.
 */
export class RecentMap<Value extends object> {
	readonly #half: number;
	#latest = new Map<string, Value>();
	#earlier = new Map<string, Value>();

	/** @param limit most entries. */
	constructor(limit: number) {
		this.#half = Math.ceil(limit / 2);
	}

	get(key: string): Value | undefined {
		const latest = this.#latest.get(key);
		if (latest) return latest;
		const earlier = this.#earlier.get(key);
		if (earlier) this.set(key, earlier);
		return earlier;
	}

	set(key: string, value: Value): void {
		if (this.#latest.size >= this.#half) {
			this.#earlier = this.#latest;
			this.#latest = new Map();
		}
		this.#latest.set(key, value);
	}

	clear(): void {
		this.#latest = new Map();
		this.#earlier = new Map();
	}
}
