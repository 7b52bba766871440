import ICAL from "ical.js";
import { type Contact, type ContactProblem, makeContact, type ReadContacts } from "./contact.ts";

/** Cards that are read in one go: a few milliseconds. */
const SLICE = 100;

/** A property of a card: name, parameters, type, values (RFC 7095 section 3.3). */
type Property = readonly [name: string, parameters: unknown, type: string, ...values: unknown[]];

/**
 * Reads cards of vCard 3 and 4 (RFC 2426, RFC 6350): names from FN, or else N or ORG, numbers from TEL, and SIP URIs from
 * IMPP. A card that cannot be read is passed over.
 *
 * @param rest lets others have their turn.
 */
export async function readVcards(text: string, rest: () => Promise<void>): Promise<ReadContacts> {
	const contacts: Contact[] = [];
	const problems: ContactProblem[] = [];
	let index = 0;
	for (const { line, card } of cardsOf(text)) {
		index += 1;
		if (index % SLICE === 0) await rest();
		const contact = readCard(card);
		if (typeof contact === "string") problems.push({ line, text: contact });
		else contacts.push(contact);
	}
	return { contacts, problems };
}

function* cardsOf(text: string): Generator<{ readonly line: number; readonly card: string }> {
	let start: number | undefined;
	let lines: string[] = [];
	for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
		if (/^BEGIN:VCARD\s*$/i.test(line)) {
			if (start !== undefined) yield { line: start, card: lines.join("\r\n") };
			start = index + 1;
			lines = [];
		}
		if (start === undefined) continue;
		lines.push(line.trimEnd() === "" ? "" : line);
		if (!/^END:VCARD\s*$/i.test(line)) continue;
		yield { line: start, card: lines.filter((each) => each !== "").join("\r\n") };
		start = undefined;
	}
	if (start !== undefined) yield { line: start, card: lines.join("\r\n") };
}

function readCard(card: string): Contact | string {
	let properties: readonly Property[];
	try {
		const [name, found] = ICAL.parse(card) as [string, Property[]];
		if (name !== "vcard") return "it is not a card";
		properties = found;
	} catch (error) {
		// The reason has the line in it, with what is in it.
		const [reason = ""] = (error instanceof Error ? error.message : String(error)).split('"');
		return `it is not a vCard: ${reason.trim()}`;
	}
	const valuesOf = (wanted: string): string[] =>
		properties
			.filter(([name]) => name.replace(/^.*\./, "") === wanted)
			.flatMap(([, , , ...values]) => values)
			.map((value) =>
				Array.isArray(value) ? value.flat().filter(Boolean).toReversed().join(" ") : String(value),
			);
	const [name = ""] = ["fn", "n", "org"].flatMap(valuesOf).filter((each) => each.trim() !== "");
	const sip = valuesOf("impp").filter((uri) => /^sips?:/i.test(uri));
	return makeContact(name, [...valuesOf("tel"), ...sip]);
}
