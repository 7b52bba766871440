import { ORDERS, ROOT, sameName } from "./nesting.ts";

/** A text that means itself: printable ASCII without the characters of markup. */
const TEXT = "[ -%'-;=?-~]*";
const GAP = "[ \\t\\r\\n]*";
const FIELD = `<(?<name>[A-Za-z]+)>${TEXT}</\\k<name>>`;
const DECLARATION = `(?:<\\?xml version="1\\.0"(?: encoding="(?:UTF|utf)-8")?\\?>)?`;
const REQUEST_START = "<Request>";
export const REQUEST_END = "</Request>";
export const ROOT_END = `</${ROOT}>`;
const PLAIN_REQUEST = plain(`${REQUEST_START}(?:${GAP}${FIELD})*${GAP}${REQUEST_END}`);
const PLAIN_ORDER = plain(
	`<(?<order>${ORDERS.join("|")})(?:/>|>(?<fields>(?:${GAP}${FIELD})*)${GAP}</\\k<order>>)`,
);

/** The fields of a request, as they are written; of two alike the last. */
export interface RequestFields {
	initiator?: string | undefined;
	destination?: string | undefined;
	anchorcall?: string | undefined;
	wantid?: string | undefined;
}

/**
 * Whether a request is written the way the manual shows it: no attributes, no entities, nothing but the fields. Nearly
 * all are, and building a document for them would cost a tenth of the call.
 *
 * @param text a character for each byte.
 */
export function isPlainRequest(text: string): boolean {
	return PLAIN_REQUEST.test(text);
}

/** The trimmed texts of the fields of a plain request. */
export function readPlainRequest(text: string): RequestFields {
	const fields: RequestFields = {};
	const end = text.lastIndexOf(REQUEST_END);
	let start = text.indexOf("<", text.indexOf(REQUEST_START) + REQUEST_START.length);
	while (start < end) {
		const nameEnd = text.indexOf(">", start);
		const valueEnd = text.indexOf("<", nameEnd);
		const name = requestField(text.slice(start + 1, nameEnd));
		if (name) fields[name] = text.slice(nameEnd + 1, valueEnd).trim();
		start = text.indexOf("<", text.indexOf(">", valueEnd));
	}
	return fields;
}

/** The field that an element is by its name, in any case; undefined for any other. */
export function requestField(name: string): keyof RequestFields | undefined {
	switch (name.length) {
		case 6:
			return sameName(name, "wantid") ? "wantid" : undefined;
		case 9:
			return sameName(name, "initiator") ? "initiator" : undefined;
		case 10:
			return sameName(name, "anchorcall") ? "anchorcall" : undefined;
		case 11:
			return sameName(name, "destination") ? "destination" : undefined;
		default:
			return undefined;
	}
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
