const FIRST_CAPACITY = 512;

/** Bytes that are added at the end and removed from the front. */
export class ByteBuffer {
	#bytes = Buffer.alloc(0);
	#start = 0;
	#end = 0;
	readonly #kept: number;

	/** @param kept up to this size its memory is used again once it has been empty: views of it change then. */
	constructor(kept = 0) {
		this.#kept = kept;
	}

	get length(): number {
		return this.#end - this.#start;
	}

	/** The contents; valid until the next change. */
	get view(): Uint8Array {
		return this.#bytes.subarray(this.#start, this.#end);
	}

	/** The byte at a place that there is. */
	at(index: number): number {
		return this.#bytes[this.#start + index] ?? 0;
	}

	/** Where a text of ASCII begins, at this place or later; negative if it is not there. */
	indexOf(text: string, from: number): number {
		const at = this.#bytes.indexOf(text, this.#start + from, "latin1");
		return at + text.length > this.#end ? -1 : at - this.#start;
	}

	/** A character for each byte between two places. */
	text(start: number, end: number): string {
		return this.#bytes.toString("latin1", this.#start + start, this.#start + end);
	}

	/** Appends bytes; the cost per byte hardly depends on what is already held. */
	append(bytes: Uint8Array): void {
		const needed = this.length + bytes.length;
		if (this.#end + bytes.length > this.#bytes.length) this.#makeRoom(needed);
		this.#bytes.set(bytes, this.#end);
		this.#end += bytes.length;
	}

	/** Removes bytes from the front and returns a copy of them. */
	take(count: number): Uint8Array {
		const taken = new Uint8Array(this.#bytes.subarray(this.#start, this.#start + count));
		this.drop(count);
		return taken;
	}

	/** Removes bytes from the front; an empty buffer holds no more memory than is kept. */
	drop(count: number): void {
		this.#start += count;
		if (this.#start >= this.#end) this.clear();
	}

	clear(): void {
		if (this.#bytes.length > this.#kept) this.#bytes = Buffer.alloc(0);
		this.#start = 0;
		this.#end = 0;
	}

	#makeRoom(needed: number): void {
		const room = Buffer.allocUnsafeSlow(Math.max(FIRST_CAPACITY, this.length * 2, needed));
		this.#bytes.copy(room, 0, this.#start, this.#end);
		this.#end = this.length;
		this.#start = 0;
		this.#bytes = room;
	}
}
