import { VALUE_READERS, type ValueReader } from "./header-values.ts";

/**
 * How the reader treats a header: `identity` is required exactly once, `list` is split at commas, `length` is
 * Content-Length, which is read at once; `plain` is any other.
 */
export type HeaderKind = "identity" | "list" | "length" | "plain";

/** A header name as SIP.js keys it. */
export interface HeaderName {
	readonly name: string;
	readonly kind: HeaderKind;
	/** Reads its value; undefined if SIP.js's grammar does. */
	readonly read: ValueReader | undefined;
	/** Stands for a usual name; the others share {@link OTHER_NAME}. */
	readonly number: number;
}

const KINDS: Readonly<Record<string, HeaderKind>> = {
	From: "identity",
	To: "identity",
	"Call-ID": "identity",
	CSeq: "identity",
	Via: "list",
	Contact: "list",
	Route: "list",
	"Record-Route": "list",
	"Content-Length": "length",
};

/** RFC 3261 section 7.3.3 and the IANA registry of compact forms. */
const COMPACT_FORMS: Readonly<Record<string, string>> = {
	a: "Accept-Contact",
	b: "Referred-By",
	c: "Content-Type",
	d: "Request-Disposition",
	e: "Content-Encoding",
	f: "From",
	i: "Call-ID",
	j: "Reject-Contact",
	k: "Supported",
	l: "Content-Length",
	m: "Contact",
	n: "Identity-Info",
	o: "Event",
	r: "Refer-To",
	s: "Subject",
	t: "To",
	u: "Allow-Events",
	v: "Via",
	x: "Session-Expires",
	y: "Identity",
};

/** Names SIP.js does not write with one capital per word. */
const SPECIAL_CASE: Readonly<Record<string, string>> = {
	"Call-Id": "Call-ID",
	Cseq: "CSeq",
	"Min-Se": "Min-SE",
	Rack: "RAck",
	Rseq: "RSeq",
	"Www-Authenticate": "WWW-Authenticate",
};

/** Number of cached spellings: a peer that invents names cannot fill the memory. */
const MAX_REMEMBERED = 512;
const MAX_REMEMBERED_LENGTH = 48;

const remembered = new Map<string, HeaderName>();

/** The names that most messages consist of, and those that are asked of most. */
const USUAL_NAMES = [
	...Object.keys(KINDS),
	...["Content-Type", "Max-Forwards", "Event", "Subscription-State", "Session-Expires", "Min-SE", "RSeq"],
	...["Allow", "Supported", "Require", "User-Agent", "Server", "Expires", "Date", "Accept", "Allow-Events"],
	...["Privacy", "Content-Disposition", "Content-Encoding", "Content-Transfer-Encoding"],
];

const NUMBERS: ReadonlyMap<string, number> = new Map(USUAL_NAMES.map((name, number) => [name, number]));

/** The number of all names that have none of their own: below 31, so that a set of numbers has a bit for each. */
export const OTHER_NAME = USUAL_NAMES.length;

const LETTER_BITS = 5;
const LETTERS = (1 << LETTER_BITS) - 1;
const LONGEST_USUAL = 31;
const PLACES = (LONGEST_USUAL + 1) << LETTER_BITS;

/** The usual names by their length and first letter. */
const USUAL: readonly (HeaderName[] | undefined)[] = byPlace(USUAL_NAMES);

function byPlace(names: readonly string[]): typeof USUAL {
	const places = new Array<HeaderName[] | undefined>(PLACES).fill(undefined);
	for (const name of names) {
		const place = placeOf(name.length, name.charCodeAt(0));
		places[place] = [...(places[place] ?? []), headerName(name)];
	}
	return places;
}

function placeOf(length: number, letter: number): number {
	return (length << LETTER_BITS) | (letter & LETTERS);
}

/**
 * The header whose name a text has from `start` to `end`, if it is written as in RFC 3261.
 *
 * @returns undefined for any other name; see {@link headerName}.
 */
export function usualHeader(text: string, start: number, end: number): HeaderName | undefined {
	const length = end - start;
	if (length > LONGEST_USUAL) return undefined;
	const candidates = USUAL[placeOf(length, text.charCodeAt(start))];
	if (!candidates) return undefined;
	for (const header of candidates) if (text.startsWith(header.name, start)) return header;
	return undefined;
}

/**
 * The header a name stands for, in any case and including compact forms.
 *
 * @param spelling as written in a message.
 */
export function headerName(spelling: string): HeaderName {
	const known = remembered.get(spelling);
	if (known) return known;
	const name = canonicalName(spelling);
	const header: HeaderName = {
		name,
		kind: KINDS[name] ?? "plain",
		read: VALUE_READERS.get(name),
		number: NUMBERS.get(name) ?? OTHER_NAME,
	};
	if (remembered.size < MAX_REMEMBERED && spelling.length <= MAX_REMEMBERED_LENGTH)
		remembered.set(spelling, header);
	return header;
}

/**
 * One capital per word, like SIP.js's `headerize`. But an underscore is not a hyphen, or `Content_Length` would
 * count as Content-Length: such a name gets a key that nothing looks up.
 */
function canonicalName(spelling: string): string {
	const lowerCase = spelling.toLowerCase();
	if (lowerCase.includes("_")) return `_${lowerCase}`;
	const compact = lowerCase.length === 1 ? COMPACT_FORMS[lowerCase] : undefined;
	if (compact) return compact;
	const name = lowerCase
		.split("-")
		.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
		.join("-");
	return Object.hasOwn(SPECIAL_CASE, name) ? (SPECIAL_CASE[name] as string) : name;
}
