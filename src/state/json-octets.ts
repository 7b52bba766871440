const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;
const FIRST_BEYOND_ASCII = 0x80;
/** The most octets of UTF-8 for one UTF-16 unit. */
const OCTETS_PER_UNIT = 3;

/**
 * Text in memory that is used again and again. What is written by the hundred a second leaves nothing behind here:
 * neither a text nor a copy of it, for which memory that no cache has would be taken each time.
 */
export class JsonOctets {
	#octets: Buffer;
	#end = 0;

	/** @param size octets to begin with; it grows as needed. */
	constructor(size: number) {
		this.#octets = Buffer.allocUnsafe(size);
	}

	/** The memory; valid until something is added. */
	get octets(): Buffer {
		return this.#octets;
	}

	/** Octets in use. */
	get end(): number {
		return this.#end;
	}

	/** Begins again, in the same memory. */
	clear(): void {
		this.#end = 0;
	}

	/** Adds a text, as UTF-8. */
	text(text: string): void {
		this.#makeRoom(text.length * OCTETS_PER_UNIT);
		this.#end += this.#octets.write(text, this.#end);
	}

	/** Adds what `JSON.stringify` makes of a value of plain data: texts, numbers, flags, null, lists, and objects of them. */
	json(value: unknown): void {
		if (typeof value === "string") this.#string(value);
		else if (typeof value === "number") this.#ascii(Number.isFinite(value) ? String(value) : "null");
		else if (typeof value !== "object" || value === null) this.#ascii(String(value));
		else if (Array.isArray(value)) this.#array(value);
		else this.#object(value as Readonly<Record<string, unknown>>);
	}

	#array(values: readonly unknown[]): void {
		this.#ascii("[");
		for (let index = 0; index < values.length; index++) {
			if (index > 0) this.#ascii(",");
			this.json(values[index] ?? null);
		}
		this.#ascii("]");
	}

	#object(members: Readonly<Record<string, unknown>>): void {
		let before = "{";
		for (const name in members) {
			const value = members[name];
			if (value === undefined) continue;
			this.#ascii(before);
			this.#string(name);
			this.#ascii(":");
			this.json(value);
			before = ",";
		}
		this.#ascii(before === "{" ? "{}" : "}");
	}

	#ascii(text: string): void {
		const { length } = text;
		this.#makeRoom(length);
		const octets = this.#octets;
		let end = this.#end;
		for (let index = 0; index < length; index++) octets[end++] = text.charCodeAt(index);
		this.#end = end;
	}

	#string(text: string): void {
		const { length } = text;
		this.#makeRoom(length + 2);
		const octets = this.#octets;
		let end = this.#end;
		octets[end++] = QUOTE;
		for (let index = 0; index < length; index++) {
			const unit = text.charCodeAt(index);
			if (unit < FIRST_PRINTABLE || unit >= FIRST_BEYOND_ASCII || unit === QUOTE || unit === BACKSLASH) {
				return this.text(JSON.stringify(text));
			}
			octets[end++] = unit;
		}
		octets[end++] = QUOTE;
		this.#end = end;
	}

	#makeRoom(more: number): void {
		if (this.#end + more <= this.#octets.length) return;
		const larger = Buffer.allocUnsafe(Math.max(this.#end + more, this.#octets.length * 2));
		larger.set(this.#octets.subarray(0, this.#end));
		this.#octets = larger;
	}
}
