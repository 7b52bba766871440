/** Calls of a slice. */
const SLICE = 1250;
/** The most slices, of which the newest is being filled: more than an hour of two calls a second. */
const SLICES = 9;
/** Octets that a slice begins with: most often it needs no more. */
const OCTETS = 786_432;
/** Numbers that say where an entry is. */
const NUMBERS = 4;
/** The most octets of UTF-8 for one UTF-16 unit. */
const OCTETS_PER_UNIT = 3;

/** What became of a call, as JSON, with the time in milliseconds since 1970. */
export interface EndedCall {
	readonly at: number;
	readonly call: string;
}

/**
 * What became of calls, oldest first. The oldest are forgotten by the slice: a table from which they were taken one by
 * one would be swept again and again.
 *
 * Their texts are octets: a text that is kept stays where it was made, among what is dropped after a moment, and thousands
 * of them there leave gaps only, in which everything else costs a twelfth more.
 */
export class EndedCalls {
	readonly #slices: Slice[] = [];

	get size(): number {
		return this.#slices.reduce((sum, { size }) => sum + size, 0);
	}

	get(id: string): EndedCall | undefined {
		const key = keyOf(id);
		const call = this.#sliceOf(key)?.get(key);
		return call && call[0] === id ? call[1] : undefined;
	}

	/** Takes the place of what was said of the call before. */
	set(id: string, call: EndedCall): void {
		const key = keyOf(id);
		const slice = this.#sliceOf(key) ?? this.#newest();
		slice.set(key, id, call);
	}

	/**
	 * Adds a call that ends now, of which next to never anything was said before: to look for that would touch all tables
	 * each time. If it was, both are there until the older one is forgotten, and this one counts.
	 */
	add(id: string, call: EndedCall): void {
		this.#newest().set(keyOf(id), id, call);
	}

	*all(): Generator<readonly [id: string, call: EndedCall]> {
		for (const slice of this.#slices) yield* slice.all();
	}

	#sliceOf(key: number): Slice | undefined {
		return this.#slices.findLast((slice) => slice.has(key));
	}

	#newest(): Slice {
		const last = this.#slices.at(-1);
		if (last && !last.isFull) return last;
		// Memory that is used again is not asked for.
		const slice = (this.#slices.length === SLICES && this.#slices.shift()) || new Slice();
		slice.clear();
		this.#slices.push(slice);
		return slice;
	}
}

/** Some calls: the octets of their IDs and texts, and where each one's are. */
class Slice {
	#octets = Buffer.allocUnsafeSlow(OCTETS);
	#length = 0;
	/** Which of the entries is that of a call. */
	readonly #entries = new Map<number, number>();
	/** For each entry: where its ID begins and ends, where its text ends, and its time. */
	readonly #places: number[] = [];

	get size(): number {
		return this.#entries.size;
	}

	get isFull(): boolean {
		return this.#places.length >= SLICE * NUMBERS;
	}

	clear(): void {
		this.#length = 0;
		this.#places.length = 0;
		this.#entries.clear();
	}

	has(key: number): boolean {
		return this.#entries.has(key);
	}

	get(key: number): readonly [id: string, call: EndedCall] | undefined {
		const entry = this.#entries.get(key);
		if (entry === undefined) return undefined;
		const [start = 0, idEnd = 0, end = 0, at = 0] = this.#places.slice(entry, entry + NUMBERS);
		const octets = this.#octets;
		return [octets.toString("utf8", start, idEnd), { at, call: octets.toString("utf8", idEnd, end) }];
	}

	set(key: number, id: string, { at, call }: EndedCall): void {
		this.#makeRoom((id.length + call.length) * OCTETS_PER_UNIT);
		const start = this.#length;
		const idEnd = start + this.#octets.write(id, start);
		this.#length = idEnd + this.#octets.write(call, idEnd);
		this.#entries.set(key, this.#places.length);
		this.#places.push(start, idEnd, this.#length, at);
	}

	*all(): Generator<readonly [id: string, call: EndedCall]> {
		for (const key of this.#entries.keys()) {
			const call = this.get(key);
			if (call) yield call;
		}
	}

	#makeRoom(needed: number): void {
		if (this.#length + needed <= this.#octets.length) return;
		const larger = Buffer.allocUnsafeSlow(Math.max(this.#length + needed, this.#octets.length * 2));
		larger.set(this.#octets.subarray(0, this.#length));
		this.#octets = larger;
	}
}

/** Of the two halves of a key; the first is made by the hash of Fowler, Noll and Vo. */
const PRIME = 16_777_619;
const SECOND_PRIME = 40_503;
const BASIS = -2_128_831_035;
const HALF = 0x400_0000;

/** A number for an ID, of 52 bits: two of ten thousand calls have the same one by an accident of one in 90 million. */
function keyOf(id: string): number {
	let one = BASIS;
	let two = 0;
	for (let index = 0; index < id.length; index += 1) {
		const unit = id.charCodeAt(index);
		one = Math.imul(one ^ unit, PRIME);
		two = Math.imul(two + unit, SECOND_PRIME) ^ (two >>> 15);
	}
	return (one >>> 6) * HALF + (two >>> 6);
}
