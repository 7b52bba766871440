import { NameAddrHeader } from "../sipjs/grammar.ts";
import { isBlank, skipBlanks, skipQuoted, slice } from "./chars.ts";
import { readParameters } from "./parameters.ts";
import { readUri } from "./uri-reader.ts";

/**
 * Reads one value of From, To, Contact, Route, Record-Route, Refer-To or Referred-By (RFC 3261 section
 * 20.10): `"Bob" <sip:bob@example.com>;tag=1`, or `sip:bob@example.com;tag=1`, where what follows the
 * `;` belongs to the header. The display name keeps the escapes of a quoted string, as in SIP.js, and is empty
 * if absent.
 *
 * @returns undefined for anything else, including a list of such values.
 */
export function parseNameAddr(text: string): NameAddrHeader | undefined {
	const start = skipBlanks(text, 0);
	if (text.charCodeAt(start) === 0x22) {
		const quoteEnd = skipQuoted(text, start);
		if (quoteEnd < 0) return undefined;
		const bracket = skipBlanks(text, quoteEnd);
		return text.charCodeAt(bracket) === 0x3c
			? readBracketed(text, bracket, text.substring(start + 1, quoteEnd - 1))
			: undefined;
	}
	const bracket = text.indexOf("<", start);
	const semicolon = text.indexOf(";", start);
	if (bracket < 0 || (semicolon >= 0 && semicolon < bracket)) return readAddrSpec(text, start, semicolon);
	const displayName = slice(text, start, bracket);
	return isPlainName(displayName)
		? readBracketed(text, bracket, displayName.replaceAll("\\", "\\\\"))
		: undefined;
}

function readBracketed(text: string, bracket: number, displayName: string): NameAddrHeader | undefined {
	const close = text.indexOf(">", bracket);
	return close < 0 ? undefined : build(text, bracket + 1, close, displayName, close + 1);
}

/**
 * Without brackets the URI ends at the first `;`, and it must not contain a comma or question mark
 * (RFC 3261 section 20.10).
 */
function readAddrSpec(text: string, start: number, semicolon: number): NameAddrHeader | undefined {
	const parametersStart = semicolon < 0 ? text.length : semicolon;
	let end = parametersStart;
	while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
	for (let at = start; at < end; at++) {
		const code = text.charCodeAt(at);
		if (code === 0x2c || code === 0x3f) return undefined;
	}
	return build(text, start, end, "", parametersStart);
}

function build(
	text: string,
	uriStart: number,
	uriEnd: number,
	displayName: string,
	parametersStart: number,
): NameAddrHeader | undefined {
	const uri = readUri(text.substring(uriStart, uriEnd));
	const parameters = uri && readParameters(text, parametersStart);
	if (!parameters) return undefined;
	const value = new NameAddrHeader(uri, displayName, {});
	value.parameters = parameters;
	return value;
}

/**
 * RFC 3261 allows only tokens, but names such as `J. Müller (home)` are common and unambiguous. A comma is
 * rejected: it may separate two values (RFC 4475 section 3.1.2.15).
 */
function isPlainName(name: string): boolean {
	return !/[",;>]|(?!\t)\p{Cc}/u.test(name);
}
