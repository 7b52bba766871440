/**
 * What was written down for another process cannot be used: it is damaged, or another version of the program wrote
 * it. The message names the field and what was expected there.
 */
export class RecordError extends Error {
	override readonly name = "RecordError";
}

/** Reads one record that was kept as JSON: a field that is not as it has to be is a {@link RecordError}. */
export class RecordReader {
	readonly #fields: Readonly<Record<string, unknown>>;
	/** What the record is called in errors. */
	readonly #place: string;

	/**
	 * @param value what JSON.parse made of it.
	 * @param place what the record is called in errors.
	 * @throws {RecordError} when it is not an object.
	 */
	constructor(value: unknown, place: string) {
		if (!isObject(value)) throw new RecordError(`${place}: an object was expected, found ${kindOf(value)}`);
		this.#fields = value;
		this.#place = place;
	}

	/**
	 * Checks the version of the record.
	 * @throws {RecordError} when it is another one.
	 */
	version<Version extends number>(expected: Version): Version {
		const { version } = this.#fields;
		if (version !== expected) return this.#fail("version", `${expected}`);
		return expected;
	}

	/** A text, of several lines perhaps. @throws {RecordError} */
	text(name: string): string {
		const value = this.#fields[name];
		return typeof value === "string" ? value : this.#fail(name, "a text");
	}

	/** A text that may stand in a header field: without line breaks. @throws {RecordError} */
	line(name: string): string {
		const value = this.#fields[name];
		return isLine(value) ? value : this.#fail(name, "a text without line breaks");
	}

	/**
	 * A text without line breaks that has a form.
	 *
	 * @param expected what the form is called in errors.
	 * @throws {RecordError}
	 */
	formed(name: string, fits: (text: string) => boolean, expected: string): string {
		const value = this.line(name);
		return fits(value) ? value : this.#fail(name, expected);
	}

	/** Lines as {@link line} reads them. @throws {RecordError} */
	lines(name: string): readonly string[] {
		const value = this.#fields[name];
		return Array.isArray(value) && value.every(isLine)
			? value
			: this.#fail(name, "texts without line breaks");
	}

	/**
	 * A list of records.
	 *
	 * @param read makes each of what is there; the second argument is what it is called in errors.
	 * @throws {RecordError}
	 */
	list<Inner>(name: string, read: (value: unknown, place: string) => Inner): readonly Inner[] {
		const value = this.#fields[name];
		if (!Array.isArray(value)) return this.#fail(name, "a list");
		return value.map((item: unknown, index) => read(item, `${this.#place}.${name}[${index}]`));
	}

	/** A number, of milliseconds for example. @throws {RecordError} */
	number(name: string): number {
		const value = this.#fields[name];
		return typeof value === "number" && Number.isFinite(value) ? value : this.#fail(name, "a number");
	}

	/** A whole number from 0 on. @throws {RecordError} */
	count(name: string, highest = Number.MAX_SAFE_INTEGER): number {
		const value = this.number(name);
		return Number.isInteger(value) && value >= 0 && value <= highest
			? value
			: this.#fail(name, `a whole number from 0 to ${highest}`);
	}

	/** @throws {RecordError} */
	flag(name: string): boolean {
		const value = this.#fields[name];
		return typeof value === "boolean" ? value : this.#fail(name, "true or false");
	}

	/** One of a few words. @throws {RecordError} */
	word<Word extends string>(name: string, words: readonly Word[]): Word {
		const value = this.#fields[name];
		return words.find((word) => word === value) ?? this.#fail(name, words.join(" or "));
	}

	/**
	 * A record in this one.
	 *
	 * @param read makes it of what is there; the second argument is what it is called in errors.
	 * @throws {RecordError}
	 */
	inner<Inner>(name: string, read: (value: unknown, place: string) => Inner): Inner {
		return read(this.#fields[name], `${this.#place}.${name}`);
	}

	/** A field that may be left out. */
	optional<Value>(name: string, read: (name: string) => Value): Value | undefined {
		return this.#fields[name] === undefined ? undefined : read(name);
	}

	/** Reports that a field is not as it has to be. @param expected what was expected there. @throws {RecordError} */
	#fail(name: string, expected: string): never {
		const value = this.#fields[name];
		const found = typeof value === "number" || typeof value === "boolean" ? `${value}` : kindOf(value);
		throw new RecordError(`${this.#place}.${name}: ${expected} was expected, found ${found}`);
	}
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isLine(value: unknown): value is string {
	return typeof value === "string" && !/[\r\n]/.test(value);
}

/** For errors: what was found is not quoted, as it may be of any length and hold anything. */
function kindOf(value: unknown): string {
	if (value === undefined) return "nothing";
	if (value === null) return "null";
	return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
