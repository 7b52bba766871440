import { withoutConstructor } from "./without-constructor.ts";

const MapShape = withoutConstructor(Map) as new <K, V>() => Map<K, V>;

/**
 * A map that nearly always has one entry or none: it then takes 48 bytes, where a Map that was used once
 * takes 260. Each leg has three of them.
 */
export class FewMap<K, V> extends MapShape<K, V> {
	#first: K | undefined;
	#value: V | undefined;
	/** All but the first entry. */
	#others: Map<K, V> | undefined;

	override get size(): number {
		return (this.#first === undefined ? 0 : 1) + (this.#others?.size ?? 0);
	}

	override get(key: K): V | undefined {
		return key === this.#first ? this.#value : this.#others?.get(key);
	}

	override has(key: K): boolean {
		return key === this.#first || this.#others?.has(key) === true;
	}

	override set(key: K, value: V): this {
		if ((this.#first === undefined && !this.#others?.has(key)) || key === this.#first) {
			this.#first = key;
			this.#value = value;
		} else {
			this.#others ??= new Map();
			this.#others.set(key, value);
		}
		return this;
	}

	override delete(key: K): boolean {
		if (key !== this.#first) {
			const found = this.#others?.delete(key) === true;
			if (this.#others?.size === 0) this.#others = undefined;
			return found;
		}
		const found = this.#first !== undefined;
		this.#first = undefined;
		this.#value = undefined;
		return found;
	}

	override clear(): void {
		this.#first = undefined;
		this.#value = undefined;
		this.#others = undefined;
	}

	override forEach(task: (value: V, key: K, map: Map<K, V>) => void): void {
		const first = this.#first;
		const others = this.#others && [...this.#others];
		if (first !== undefined) task(this.#value as V, first, this);
		for (const [key, value] of others ?? []) task(value, key, this);
	}

	override *entries(): MapIterator<[K, V]> {
		if (this.#first !== undefined) yield [this.#first, this.#value as V];
		if (this.#others) yield* this.#others;
	}

	override *keys(): MapIterator<K> {
		for (const [key] of this.entries()) yield key;
	}

	override *values(): MapIterator<V> {
		for (const [, value] of this.entries()) yield value;
	}

	override [Symbol.iterator](): MapIterator<[K, V]> {
		return this.entries();
	}
}
