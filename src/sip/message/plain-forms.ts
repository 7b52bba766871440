/**
 * The forms that nearly all phones write. A text of such a form is known to be well-formed at a glance, so that it is
 * parsed only if somebody asks for its parts; whatever else there is goes to the parsers at once, which know better.
 */

import { HOST_NAME, isOf } from "./chars.ts";

const NUMBER_TO_255 = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const IPV4 = `(?:${NUMBER_TO_255}\\.){3}${NUMBER_TO_255}`;
/** The last label starts with a letter: it cannot be taken for a part of an address. */
const NAME = "(?:[\\w-]+\\.)*[A-Za-z][\\w-]*";
const PORT = "(?:[1-5]?\\d{1,4}|6(?:[0-4]\\d{3}|5(?:[0-4]\\d{2}|5(?:[0-2]\\d|3[0-5]))))";
const HOST_AND_PORT = `(?:${IPV4}|${NAME})(?::${PORT})?`;
const URI = `sips?:(?:[\\w.+*#~!$&'()-]+@)?${HOST_AND_PORT}(?:;[\\w.-]+(?:=[\\w.:~+-]+)?)*`;
const VALUE = "[\\w.!%*+`'~-]+";
const PARAMETERS = `(?:;[\\w.+-]+(?:=${VALUE})?)*`;
/** As in `+sip.instance="<urn:uuid:…>"`. */
const QUOTED_PARAMETERS = `(?:;[\\w.+-]+(?:=(?:${VALUE}|"[^"\\\\]*"))?)*`;
/** A name may be written twice, or with capitals: these are no branch for sure. */
const NO_BRANCH = `(?:;(?![Bb])[\\w.+-]+(?:=${VALUE})?)*`;

/** Nothing follows but the end of a line or of the text. */
const END = "(?![^\\r])";
const PLAIN_URI = new RegExp(URI + END, "y");
const NAME_ADDR = `(?:"[^"\\\\]*"[ ]?|[\\w.!%*+'~-]+[ ])?<${URI}>`;
const PLAIN_ADDRESS = new RegExp(NAME_ADDR + QUOTED_PARAMETERS + END, "y");
const PLAIN_PARTY = new RegExp(NAME_ADDR + PARAMETERS + END, "y");
const PLAIN_VIA = new RegExp(
	`SIP/2\\.0/[A-Z]+ ${HOST_AND_PORT}${NO_BRANCH};branch=${VALUE}${NO_BRANCH}${END}`,
	"y",
);

/** Host names have a limit, and long texts are better left to those who read a character once. */
const LONGEST = 255;

/** Whether a text has a form from `start` to `end`, which is the end of a line or of the text. */
function isOfForm(form: RegExp, text: string, start: number, end: number): boolean {
	if (end - start > LONGEST) return false;
	form.lastIndex = start;
	return form.test(text) && form.lastIndex === end;
}

/** Whether a text is the usual kind of SIP URI, without header fields. */
export function isPlainUri(text: string): boolean {
	return isOfForm(PLAIN_URI, text, 0, text.length);
}

/**
 * Whether a text is the usual kind of name-addr with its parameters, as in Contact.
 *
 * @param end of a line or of the text.
 */
export function isPlainAddress(text: string, start = 0, end = text.length): boolean {
	return isOfForm(PLAIN_ADDRESS, text, start, end);
}

/**
 * The tag of a plain From or To.
 *
 * @param end of a line or of the text.
 * @returns empty for one without a tag, undefined for all but the usual form.
 */
export function plainTag(text: string, start = 0, end = text.length): string | undefined {
	if (!isOfForm(PLAIN_PARTY, text, start, end)) return undefined;
	const uriEnd = text.lastIndexOf(">", end - 1) + 1;
	if (uriEnd === end) return "";
	if (!text.startsWith(TAG, uriEnd)) return undefined;
	const next = text.indexOf(";", uriEnd + 1);
	return next < 0 || next > end ? text.substring(uriEnd + TAG.length, end) : undefined;
}

/**
 * The branch of a plain Via.
 *
 * @param end of a line or of the text.
 * @returns undefined for all but the usual form.
 */
export function plainBranch(text: string, start = 0, end = text.length): string | undefined {
	if (!isOfForm(PLAIN_VIA, text, start, end)) return undefined;
	const branch = text.indexOf(BRANCH, start) + BRANCH.length;
	const next = text.indexOf(";", branch);
	return text.substring(branch, next < 0 || next > end ? end : next);
}

/**
 * The host of a plain address, without its port.
 *
 * @returns undefined for all but the usual form.
 */
export function plainHost(text: string): string | undefined {
	const start = hostStart(text);
	if (start < 0) return undefined;
	let end = start;
	while (isOf(text.charCodeAt(end), HOST_NAME)) end++;
	return text.substring(start, end).toLowerCase();
}

/** Whether a text is a plain address with this host, written in the same way. */
export function isPlainAddressAt(host: string, text: string): boolean {
	const start = hostStart(text);
	return start >= 0 && text.startsWith(host, start) && !isOf(text.charCodeAt(start + host.length), HOST_NAME);
}

/** Where the host of a plain address begins; -1 for all but the usual form. */
function hostStart(text: string): number {
	if (!isPlainAddress(text)) return -1;
	const nameEnd = text.startsWith('"') ? text.indexOf('"', 1) : 0;
	const uri = text.indexOf("<", nameEnd) + 1;
	const at = text.indexOf("@", uri);
	const hasUser = at >= 0 && at < text.indexOf(">", uri);
	return (hasUser ? at : text.indexOf(":", uri)) + 1;
}

/**
 * A plain Via with the address that its request came from; see `stampVia`.
 *
 * @returns undefined for all but the usual form, and for one with an address in it already.
 */
export function stampPlainVia(text: string, address: string, port: number): string | undefined {
	if (!isOfForm(PLAIN_VIA, text, 0, text.length) || STAMPED.test(text)) return undefined;
	const asked = text.indexOf(ASKS_PORT);
	if (asked >= 0) {
		const end = asked + ASKS_PORT.length;
		return `${text.substring(0, end)}=${port}${text.substring(end)};received=${address}`;
	}
	const start = text.indexOf(" ") + 1;
	const isOfHost =
		text.startsWith(address, start) && !isOf(text.charCodeAt(start + address.length), HOST_NAME);
	return isOfHost ? text : `${text};received=${address}`;
}

/** What may be a `received` or an `rport`, other than a single `rport` that asks for the port. */
const STAMPED = /;(?!rport(?:;|$))[Rr]|;rport;(?:.*;)?rport/;
const ASKS_PORT = ";rport";
const TAG = ";tag=";
const BRANCH = ";branch=";
