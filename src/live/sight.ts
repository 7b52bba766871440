/** Whether the other boxes are seen. Without them, only the calls of this box are listed. */
export class Sight {
	#lostSince: number | undefined;
	readonly #listeners = new Set<() => void>();

	/** Since when they are not, in milliseconds since 1970; undefined while they are, and for a box alone. */
	get lostSince(): number | undefined {
		return this.#lostSince;
	}

	set lostSince(since: number | undefined) {
		if (since === this.#lostSince) return;
		this.#lostSince = since;
		for (const listener of this.#listeners) listener();
	}

	/** @param listener called whenever that changes. @returns how to end it. */
	watch(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}
}
