import type { Contact } from "./contact.ts";

/** A number of a contact, as a field offers it. */
export interface Suggestion {
	readonly name: string;
	/** As it is written in the file. */
	readonly number: string;
}

interface Entry extends Suggestion {
	/** Name and digits as they are searched. */
	readonly words: string;
	readonly digits: string;
}

/** Contacts, for looking up: whose number it is, and whose name or number a text is part of. It never changes. */
export class ContactBook {
	static readonly EMPTY = new ContactBook([], (number) => number);

	/** How many people are in it. */
	readonly size: number;
	readonly #names = new Map<string, string>();
	readonly #entries: Entry[] = [];
	readonly #clean: (typed: string) => string;

	/** @param clean makes the same text of all ways to write a number. */
	constructor(contacts: readonly Contact[], clean: (typed: string) => string) {
		this.size = contacts.length;
		this.#clean = clean;
		for (const { name, numbers } of contacts) {
			for (const number of numbers) {
				const key = this.#keyOf(number);
				if (!this.#names.has(key)) this.#names.set(key, name);
				this.#entries.push({ name, number, words: folded(name), digits: key.replace(/\D/g, "") });
			}
		}
		this.#entries.sort((a, b) => a.name.localeCompare(b.name));
	}

	/** The name that goes with an address; undefined if there is none. */
	nameOf(address: string): string | undefined {
		return this.size === 0 ? undefined : this.#names.get(this.#keyOf(address));
	}

	/** Numbers whose name has all words of a text in it, or that have its digits in them; in the order of names. */
	search(text: string, limit: number): Suggestion[] {
		const words = folded(text).split(" ").filter(Boolean);
		if (words.length === 0) return [];
		const digits = /^[\d +()/.-]+$/.test(text) ? text.replace(/\D/g, "") : "";
		// 030 … is +49 30 … in the file.
		const inside = digits.replace(/^0+/, "");
		const found: Suggestion[] = [];
		for (const entry of this.#entries) {
			const isFound =
				words.every((word) => entry.words.includes(word)) || (inside !== "" && entry.digits.includes(inside));
			if (isFound) found.push({ name: entry.name, number: entry.number });
			if (found.length >= limit) break;
		}
		return found;
	}

	#keyOf(address: string): string {
		return this.#clean(address).toLowerCase();
	}
}

/** Without case and accents. */
function folded(text: string): string {
	return text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ß/g, "ss").toLowerCase();
}
