const FIRST_CAPACITY = 512;

/** Bytes that are added at the end and removed from the front. */
export class ByteBuffer {
	#bytes = new Uint8Array(0);
	#start = 0;
	#end = 0;

	get length(): number {
		return this.#end - this.#start;
	}

	/** The contents; valid until the next change. */
	get view(): Uint8Array {
		return this.#bytes.subarray(this.#start, this.#end);
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
		const taken = this.#bytes.slice(this.#start, this.#start + count);
		this.drop(count);
		return taken;
	}

	/** Removes bytes from the front; an empty buffer holds no memory. */
	drop(count: number): void {
		this.#start += count;
		if (this.#start >= this.#end) this.clear();
	}

	clear(): void {
		this.#bytes = new Uint8Array(0);
		this.#start = 0;
		this.#end = 0;
	}

	#makeRoom(needed: number): void {
		const room = new Uint8Array(Math.max(FIRST_CAPACITY, this.length * 2, needed));
		room.set(this.view);
		this.#end = this.length;
		this.#start = 0;
		this.#bytes = room;
	}
}
