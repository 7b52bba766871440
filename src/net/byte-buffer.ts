const FIRST_CAPACITY = 512;

/** Bytes that come at the end and go from the front. */
export class ByteBuffer {
	#bytes = new Uint8Array(0);
	#start = 0;
	#end = 0;

	get length(): number {
		return this.#end - this.#start;
	}

	/** What is held; good until the next change. */
	get view(): Uint8Array {
		return this.#bytes.subarray(this.#start, this.#end);
	}

	/** Appends bytes; whatever is held, that costs about the same for each byte. */
	append(bytes: Uint8Array): void {
		const needed = this.length + bytes.length;
		if (this.#end + bytes.length > this.#bytes.length) this.#makeRoom(needed);
		this.#bytes.set(bytes, this.#end);
		this.#end += bytes.length;
	}

	/** A copy of bytes at the front, which are held no longer. */
	take(count: number): Uint8Array {
		const taken = this.#bytes.slice(this.#start, this.#start + count);
		this.drop(count);
		return taken;
	}

	/** Bytes at the front are held no longer; an empty buffer holds no memory. */
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
