/** Calls of a slice. */
const SLICE = 1250;
/** The most slices, of which the newest is being filled: more than an hour of two calls a second. */
const SLICES = 9;

/** What became of a call, as JSON, with the time in milliseconds since 1970. */
export interface EndedCall {
	readonly at: number;
	readonly call: string;
}

/**
 * What became of calls, oldest first. The oldest are forgotten by the slice: a table from which they were taken one by
 * one would be swept again and again.
 */
export class EndedCalls {
	readonly #slices: Map<string, EndedCall>[] = [];

	get size(): number {
		return this.#slices.reduce((sum, { size }) => sum + size, 0);
	}

	get(id: string): EndedCall | undefined {
		return this.#sliceOf(id)?.get(id);
	}

	/** Takes the place of what was said of the call before. */
	set(id: string, call: EndedCall): void {
		const slice = this.#sliceOf(id) ?? this.#newest();
		slice.set(id, call);
	}

	/**
	 * Adds a call that ends now, of which next to never anything was said before: to look for that would touch all tables
	 * each time. If it was, both are there until the older one is forgotten, and this one counts.
	 */
	add(id: string, call: EndedCall): void {
		this.#newest().set(id, call);
	}

	*all(): Generator<readonly [id: string, call: EndedCall]> {
		for (const slice of this.#slices) yield* slice;
	}

	#sliceOf(id: string): Map<string, EndedCall> | undefined {
		return this.#slices.findLast((slice) => slice.has(id));
	}

	#newest(): Map<string, EndedCall> {
		const last = this.#slices.at(-1);
		if (last && last.size < SLICE) return last;
		if (this.#slices.length === SLICES) this.#slices.shift();
		const slice = new Map<string, EndedCall>();
		this.#slices.push(slice);
		return slice;
	}
}
