import { ORDERS, ROOT } from "./nesting.ts";

/** A text that means itself: printable ASCII without the characters of markup. */
const TEXT = "[ -%'-;=?-~]*";
const GAP = "[ \\t\\r\\n]*";
const FIELD = `<(?<name>[A-Za-z]+)>${TEXT}</\\k<name>>`;
const DECLARATION = `(?:<\\?xml version="1\\.0"(?: encoding="(?:UTF|utf)-8")?\\?>)?`;
const PLAIN_REQUEST = plain(`<Request>((?:${GAP}${FIELD})*)${GAP}</Request>`);
const PLAIN_ORDER = plain(
	`<(?<order>${ORDERS.join("|")})(?:/>|>(?<fields>(?:${GAP}${FIELD})*)${GAP}</\\k<order>>)`,
);
const EACH_FIELD = new RegExp(`<([A-Za-z]+)>(${TEXT})</`, "g");

/**
 * Reads a request that is written the way the manual shows it: no attributes, no entities, nothing but the fields.
 * Nearly all are, and building a document for them would cost a tenth of the call.
 *
 * @param text a character for each byte.
 * @returns the trimmed texts of the fields by lower-case name, of two alike the last; undefined when it is
 * written in another way, or is not a request: the XML parser has to tell.
 */
export function readPlainRequest(text: string): ReadonlyMap<string, string> | undefined {
	const fieldsText = PLAIN_REQUEST.exec(text)?.[1];
	if (fieldsText === undefined) return undefined;
	const fields = new Map<string, string>();
	for (const [name, value] of fieldsOf(fieldsText)) fields.set(name, value);
	return fields;
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

function fieldsOf(text: string): Fields {
	return Array.from(text.matchAll(EACH_FIELD), ([, name = "", value = ""]) => [
		name.toLowerCase(),
		value.trim(),
	]);
}

function plain(inside: string): RegExp {
	return new RegExp(`^${DECLARATION}${GAP}<${ROOT}>${GAP}${inside}${GAP}</${ROOT}>$`);
}
