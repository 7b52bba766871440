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

/** Nobody is known. */
export const NO_CONTACTS: Contacts = { nameOf: () => undefined, search: () => [] };
