import { ORDERS, ROOT } from "./nesting.ts";

/** A text that means itself: printable ASCII without the characters of markup. */
const TEXT = "[ -%'-;=?-~]*";
const GAP = "[ \\t\\r\\n]*";
const FIELD = `<(?<name>[A-Za-z]+)>${TEXT}</\\k<name>>`;
const DECLARATION = `(?:<\\?xml version="1\\.0"(?: encoding="(?:UTF|utf)-8")?\\?>)?`;
const REQUEST_START = "<Request>";
const REQUEST_END = "</Request>";
const PLAIN_REQUEST = plain(`${REQUEST_START}(?:${GAP}${FIELD})*${GAP}${REQUEST_END}`);
const PLAIN_ORDER = plain(
	`<(?<order>${ORDERS.join("|")})(?:/>|>(?<fields>(?:${GAP}${FIELD})*)${GAP}</\\k<order>>)`,
);

/**
 * Reads a request that is written the way the manual shows it: no attributes, no entities, nothing but the fields.
 * Nearly all are, and building a document for them would cost a tenth of the call.
 *
 * @param text a character for each byte.
 * @returns the trimmed texts of the fields by lower-case name, of two alike the last; undefined when it is
 * written in another way, or is not a request: the XML parser has to tell.
 */
export function readPlainRequest(text: string): ReadonlyMap<string, string> | undefined {
	if (!PLAIN_REQUEST.test(text)) return undefined;
	const start = text.indexOf(REQUEST_START) + REQUEST_START.length;
	return new Map(fieldsOf(text.slice(start, text.lastIndexOf(REQUEST_END))));
}

/**
 * Reads an order that is written like this.
 *
 * @param text a character for each byte.
 * @returns the element's name and the trimmed texts of its fields with their lower-case names; undefined when it is
 * written in another way, or is not a request.
 */
export function readPlainOrder(text: string): readonly [name: string, fields: Fields] | undefined {
	const found = PLAIN_ORDER.exec(text)?.groups;
	if (found?.order === undefined) return undefined;
	return [found.order, fieldsOf(found.fields ?? "")];
}

/** The trimmed texts of elements, with their names in lower case. */
export type Fields = readonly (readonly [name: string, value: string])[];

/** @param text plain fields and gaps, nothing else. */
function fieldsOf(text: string): Fields {
	const fields: (readonly [name: string, value: string])[] = [];
	for (let start = text.indexOf("<"); start >= 0; ) {
		const nameEnd = text.indexOf(">", start);
		const valueEnd = text.indexOf("<", nameEnd);
		const name = text.slice(start + 1, nameEnd);
		fields.push([name.toLowerCase(), text.slice(nameEnd + 1, valueEnd).trim()]);
		start = text.indexOf("<", text.indexOf(">", valueEnd));
	}
	return fields;
}

function plain(inside: string): RegExp {
	return new RegExp(`^${DECLARATION}${GAP}<${ROOT}>${GAP}${inside}${GAP}</${ROOT}>$`);
}
