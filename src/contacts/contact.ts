/** Somebody with a name and the ways to call them. */
export interface Contact {
	readonly name: string;
	/** Telephone numbers and SIP URIs as they are written in the file. */
	readonly numbers: readonly string[];
}

/** An entry that is passed over. */
export interface ContactProblem {
	/** Of the file, from 1. */
	readonly line: number;
	/** What is wrong; it does not repeat what the entry says. */
	readonly text: string;
}

/** What was read from a file. */
export interface ReadContacts {
	readonly contacts: readonly Contact[];
	readonly problems: readonly ContactProblem[];
}

/** Longest name and number that are taken, in characters. */
const LONGEST_NAME = 200;
const LONGEST_NUMBER = 200;

/** An entry as a contact. @returns what is wrong with it, if it cannot be one. */
export function makeContact(name: string, numbers: readonly string[]): Contact | string {
	const shown = name.replace(/\s+/g, " ").trim();
	const given = numbers.map((number) => number.trim()).filter((number) => number !== "");
	if (shown === "") return "it has no name";
	if (given.length === 0) return "it has no number";
	if (shown.length > LONGEST_NAME) return `its name is longer than ${LONGEST_NAME} characters`;
	if (given.some((number) => number.length > LONGEST_NUMBER || /[\r\n<>]/.test(number))) {
		return "it has a number that cannot be called";
	}
	return { name: shown, numbers: [...new Set(given)] };
}
