const FIRST_CAPACITY = 512;

/** Bytes that grow at their end; appending costs the same however much is held. */
export class ByteBuffer {
	#bytes = new Uint8Array(0);
	#length = 0;

	get length(): number {
		return this.#length;
	}

	append(bytes: Uint8Array): void {
		const needed = this.#length + bytes.length;
		if (needed > this.#bytes.length) {
			const grown = new Uint8Array(Math.max(FIRST_CAPACITY, this.#bytes.length * 2, needed));
			grown.set(this.#bytes.subarray(0, this.#length));
			this.#bytes = grown;
		}
		this.#bytes.set(bytes, this.#length);
		this.#length = needed;
	}

	/** A copy of all bytes; the buffer is empty afterwards and holds no memory. */
	take(): Uint8Array {
		const bytes = this.#bytes.slice(0, this.#length);
		this.clear();
		return bytes;
	}

	clear(): void {
		this.#bytes = new Uint8Array(0);
		this.#length = 0;
	}
}
