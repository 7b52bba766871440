import type { Translation } from "../translate/translator.ts";

/** The contacts, as pages and programs use them. */
export interface Contacts {
	/** The name that goes with an address; undefined if there is none. */
	readonly nameOf: (address: string) => string | undefined;
	/** Names and numbers that a text is part of. */
	readonly search: (
		text: string,
		limit: number,
	) => readonly { readonly name: string; readonly number: string }[];
}

/** People whose calls a search of the history finds by name. */
const FOUND_BY_NAME = 200;

/** What a search of the history for a text finds besides: the addresses of people who are called so, also translated. */
export function addressesNamed(
	text: string | undefined,
	{ search }: Contacts,
	translate: (address: string) => Translation,
): { readonly named?: readonly string[] } {
	const found = text === undefined ? [] : search(text, FOUND_BY_NAME);
	const named = found.flatMap(({ number }) => {
		const translation = translate(number);
		return translation.ok ? [number, translation.uri] : [number];
	});
	return named.length > 0 ? { named } : {};
}

/** Nobody is known. */
export const NO_CONTACTS: Contacts = { nameOf: () => undefined, search: () => [] };
