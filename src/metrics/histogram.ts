/** Counts values by how great they are; to observe one costs a few comparisons. */
export class Histogram {
	/** Upper bounds of the buckets, ascending; a value that equals one belongs to its bucket. */
	readonly bounds: readonly number[];
	readonly #counts: Float64Array;
	#sum = 0;

	constructor(bounds: readonly number[]) {
		this.bounds = bounds;
		this.#counts = new Float64Array(bounds.length + 1);
	}

	observe(value: number): void {
		let index = 0;
		while (value > (this.bounds[index] ?? Number.POSITIVE_INFINITY)) index += 1;
		this.#counts[index] = (this.#counts[index] ?? 0) + 1;
		this.#sum += value;
	}

	/** Of all values. */
	get sum(): number {
		return this.#sum;
	}

	/** How many values there were up to each bound, and last how many at all. */
	get cumulative(): readonly number[] {
		let total = 0;
		return Array.from(this.#counts, (count) => {
			total += count;
			return total;
		});
	}
}
