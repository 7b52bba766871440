import { CsvError, parse } from "csv-parse/sync";
import { type Contact, type ContactProblem, makeContact, type ReadContacts } from "./contact.ts";

/** What programs that export contacts call the columns, in the languages of the pages. */
const FULL_NAME =
	/^(name|full ?name|display ?name|file as|contact|nombre|nom|anzeigename|kontakt|nom complet|nombre completo)$/;
const NAME_PARTS = [
	/^(given name|first ?name|vorname|prénom|nombre de pila)$/,
	/^(middle name|additional name)$/,
	/^(family name|last ?name|surname|nachname|familienname|nom de famille|apellidos?)$/,
];
const ORGANIZATION = /^(company|organi[sz]ation( name)?|firma|société|entreprise|empresa)$/;
const NUMBER =
	/(phone|tele[fp]|^tel$|^tel\b|mobil|handy|rufnummer|durchwahl|number|nummer|numéro|número|portable|móvil|extension|fax|sip)/;
const NO_NUMBER = /(type|label|fax)/;

/** A line of the file with the number of its first line. */
interface Row {
	readonly record: readonly string[];
	readonly info: { readonly lines: number };
}

/**
 * Reads comma-separated values (RFC 4180), also with semicolons or tabs between them. The first line names the columns,
 * as the usual programs do; without such a line, the first column is the name and the others are numbers.
 */
export function readCsv(text: string): ReadContacts {
	let rows: readonly Row[];
	try {
		rows = parse(text, {
			delimiter: separatorOf(text),
			bom: true,
			relax_column_count: true,
			relax_quotes: true,
			skip_empty_lines: true,
			trim: true,
			info: true,
		}) as unknown as readonly Row[];
	} catch (error) {
		if (!(error instanceof CsvError)) throw error;
		const line = typeof error.lines === "number" ? error.lines : 1;
		return { contacts: [], problems: [{ line, text: "from here on it cannot be read: a quote has no end" }] };
	}
	const [head] = rows;
	const columns = head && columnsOf(head.record);
	const contacts: Contact[] = [];
	const problems: ContactProblem[] = [];
	for (const { record, info } of columns ? rows.slice(1) : rows) {
		const contact = columns ? columns(record) : makeContact(record[0] ?? "", record.slice(1));
		if (typeof contact === "string") problems.push({ line: info.lines, text: contact });
		else contacts.push(contact);
	}
	return { contacts, problems };
}

/** The separator that the first line has most of. */
function separatorOf(text: string): string {
	const [first = ""] = text.split(/[\r\n]/, 1);
	const counts = [",", ";", "\t"].map((separator) => [first.split(separator).length, separator] as const);
	return counts.reduce((best, each) => (each[0] > best[0] ? each : best))[1];
}

/** @returns undefined when the line does not name columns. */
function columnsOf(head: readonly string[]): ((record: readonly string[]) => Contact | string) | undefined {
	const names = head.map((name) => name.toLowerCase().replace(/[_-]/g, " ").trim());
	const indexOf = (pattern: RegExp): number => names.findIndex((name) => pattern.test(name));
	const full = indexOf(FULL_NAME);
	const parts = NAME_PARTS.map(indexOf).filter((index) => index >= 0);
	const organization = indexOf(ORGANIZATION);
	const numbers = [...names.keys()].filter(
		(index) => NUMBER.test(names[index] ?? "") && !NO_NUMBER.test(names[index] ?? "") && index !== full,
	);
	if (numbers.length === 0 || (full < 0 && parts.length === 0 && organization < 0)) return undefined;
	return (record) => {
		const at = (index: number): string => record[index] ?? "";
		const joined = parts.map(at).filter(Boolean).join(" ");
		// Some programs put several numbers into one field.
		return makeContact(
			at(full) || joined || at(organization),
			numbers.flatMap((index) => at(index).split(" ::: ")),
		);
	};
}
