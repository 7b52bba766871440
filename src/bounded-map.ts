/** A map that forgets its oldest entry when it is full: what is only remembered must not grow with what strangers do. */
export class BoundedMap<K, V> extends Map<K, V> {
	readonly #limit: number;

	/** @param limit most entries. */
	constructor(limit: number) {
		super();
		this.#limit = limit;
	}

	/** Sets an entry, which is the youngest then. */
	override set(key: K, value: V): this {
		this.delete(key);
		if (this.size >= this.#limit) {
			for (const oldest of this.keys()) {
				this.delete(oldest);
				break;
			}
		}
		return super.set(key, value);
	}
}
