import { type HeaderSlot, type Headers, unreadSlot } from "../sipjs/header-slots.ts";
import { slice } from "./chars.ts";
import { addHeader, headerAt } from "./header-lines.ts";
import { type HeaderName, OTHER_NAME } from "./header-names.ts";

/** A line of a header field in a text: where it begins, with the number of its name. */
export type FieldLine = number;

const NAME_BITS = 5;
const NAMES = (1 << NAME_BITS) - 1;

/** @param start at most 64 MB into the text: the engine keeps numbers of 31 bits without an object. */
export function fieldLine(start: number, { number }: HeaderName): FieldLine {
	return (start << NAME_BITS) | number;
}

/**
 * The header fields of a message. As long as nobody asks for more they stay in its text, with a note of where each line
 * begins: a value is taken out when it is asked for. In the shape that SIP.js expects a field is six times as large.
 */
export class HeaderFields {
	readonly #text: string;
	readonly #start: number;
	/** Those that are not all in SIP.js's shape yet. */
	#lines: readonly FieldLine[];
	/** In SIP.js's shape: those that were asked for in it, or changed. */
	#shaped: Headers | undefined;

	/**
	 * @param text of the head, or of the whole message.
	 * @param start of the first header line.
	 * @param lines of the text: none is folded or malformed, and no list has a comma.
	 * @param shaped header fields that are not in these lines.
	 */
	constructor(text: string, start: number, lines: readonly FieldLine[], shaped?: Headers) {
		this.#text = text;
		this.#start = start;
		this.#lines = lines;
		this.#shaped = shaped;
	}

	/** The line before them. */
	get startLine(): string {
		return this.#text.substring(0, this.#start - LINE_END);
	}

	/** How many values a header field has. */
	count(header: HeaderName): number {
		const slots = this.#shaped?.[header.name];
		if (slots) return slots.length;
		let count = 0;
		for (const line of this.#lines) if (this.#isOf(line, header)) count++;
		return count;
	}

	/** The first value. */
	first(header: HeaderName): string | undefined {
		const slots = this.#shaped?.[header.name];
		if (slots) return slots[0]?.raw;
		for (const line of this.#lines) if (this.#isOf(line, header)) return this.#valueOf(line);
		return undefined;
	}

	values(header: HeaderName): string[] {
		const slots = this.#shaped?.[header.name];
		if (slots) return slots.map(({ raw }) => raw);
		const values: string[] = [];
		for (const line of this.#lines) if (this.#isOf(line, header)) values.push(this.#valueOf(line));
		return values;
	}

	/** The values in SIP.js's shape; undefined if there are none. */
	slots(header: HeaderName): HeaderSlot[] | undefined {
		const known = this.#shaped?.[header.name];
		if (known) return known;
		let slots: HeaderSlot[] | undefined;
		for (const line of this.#lines) {
			if (!this.#isOf(line, header)) continue;
			const slot = unreadSlot(this.#valueOf(line));
			if (slots) slots.push(slot);
			else slots = [slot];
		}
		if (!slots) return undefined;
		this.#shaped ??= {};
		this.#shaped[header.name] = slots;
		return slots;
	}

	/** All of them in SIP.js's shape. */
	get all(): Headers {
		if (this.#shaped && this.#lines.length === 0) return this.#shaped;
		const all: Headers = {};
		for (const line of this.#lines) {
			const header = headerAt(this.#text, line >> NAME_BITS);
			if (header) addHeader(all, header, this.#valueOf(line));
		}
		this.#lines = NONE;
		this.#shaped = Object.assign(all, this.#shaped);
		return all;
	}

	#isOf(line: FieldLine, { number, name }: HeaderName): boolean {
		if ((line & NAMES) !== number) return false;
		return number !== OTHER_NAME || headerAt(this.#text, line >> NAME_BITS)?.name === name;
	}

	#valueOf(line: FieldLine): string {
		const colon = this.#text.indexOf(":", line >> NAME_BITS);
		return slice(this.#text, colon + 1, this.#text.indexOf("\r", colon));
	}
}

const NONE: readonly FieldLine[] = [];
const LINE_END = "\r\n".length;
