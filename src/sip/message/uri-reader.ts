import { isAllOf, isEscapedTextOf, TOKEN, URI_HEADER, URI_PARAMETER, USERINFO } from "./chars.ts";
import { readHostAndPort } from "./host.ts";
import type { ParameterMap } from "./parameters.ts";
import { WireUri } from "./wire-uri.ts";

/** How strictly a URI must follow RFC 3261 section 25.1. */
type Rules = "strict" | "received";

/** Blanks, control characters, angle brackets and quotes end a URI anywhere. */
const NEVER_IN_A_URI = /[\p{Cc} <>"]/u;

/**
 * Reads a URI strictly by RFC 3261, for addresses we are about to use. SIP and SIPS URIs are read in full; of
 * other schemes, only scheme, text and parameters.
 *
 * @param text without angle brackets.
 * @returns undefined if it is not a URI.
 * @example parseUri("sip:bob@[2001:db8::1]:5070;transport=tcp")?.host // "[2001:db8::1]"
 */
export function parseUri(text: string): WireUri | undefined {
	return read(text, "strict");
}

/**
 * Reads a URI received from others. Phones write what RFC 3261 does not allow (a lone `%`, UTF-8, `@` in a URI
 * header); that is kept where it is unambiguous.
 *
 * @param text without angle brackets.
 */
export function readUri(text: string): WireUri | undefined {
	return read(text, "received");
}

function read(text: string, rules: Rules): WireUri | undefined {
	const colon = text.indexOf(":");
	if (colon <= 0 || NEVER_IN_A_URI.test(text)) return undefined;
	const scheme = text.substring(0, colon);
	if (scheme === "sip" || scheme === "sips") return readSip(text, scheme, colon + 1, rules);
	if (!isScheme(scheme)) return undefined;
	const lowerCase = scheme.toLowerCase();
	if (lowerCase === "sip" || lowerCase === "sips") return readSip(text, scheme, colon + 1, rules);
	return readOther(text, scheme, colon + 1);
}

/** RFC 3986 section 3.1: a letter, then letters, digits, `+`, `-` and `.`. */
function isScheme(text: string): boolean {
	return /^[a-z][a-z0-9+.-]*$/i.test(text);
}

function readSip(text: string, scheme: string, start: number, rules: Rules): WireUri | undefined {
	const at = text.indexOf("@", start);
	let userText: string | undefined;
	if (at >= 0) {
		userText = text.substring(start, at);
		if (userText === "" || userText.charCodeAt(0) === 0x3a) return undefined;
		if (rules === "strict" && !isEscapedTextOf(userText, USERINFO)) return undefined;
	}
	// The user part may contain `?` or `;`: only those after it start headers or parameters.
	const hostStart = at < 0 ? start : at + 1;
	const question = text.indexOf("?", hostStart);
	const headersStart = question < 0 ? text.length : question;
	const semicolon = text.indexOf(";", hostStart);
	const hostEnd = semicolon < 0 || semicolon > headersStart ? headersStart : semicolon;
	const hostAndPort = readHostAndPort(text.substring(hostStart, hostEnd));
	if (!hostAndPort || (rules === "strict" && hostAndPort.port === 0)) return undefined;
	const uri = new WireUri(text, scheme, userText, hostAndPort.host, hostAndPort.port);
	if (
		hostEnd < headersStart &&
		!readUriParameters(text, hostEnd + 1, headersStart, rules, uri.ownParameters())
	) {
		return undefined;
	}
	if (question >= 0 && !readUriHeaders(text.substring(question + 1), rules, uri)) return undefined;
	return uri;
}

/** `tel:` and similar: the text up to the first `;` serves as user, and there is no host. */
function readOther(text: string, scheme: string, start: number): WireUri | undefined {
	const semicolon = text.indexOf(";", start);
	const end = semicolon < 0 ? text.length : semicolon;
	if (end === start) return undefined;
	const uri = new WireUri(text, scheme, text.substring(start, end), "", undefined);
	// Only tel (RFC 3966) is known to have parameters; in other schemes a `;` may mean anything.
	if (semicolon >= 0) readUriParameters(text, semicolon + 1, text.length, "received", uri.ownParameters());
	return uri;
}

function readUriParameters(
	text: string,
	start: number,
	end: number,
	rules: Rules,
	into: ParameterMap,
): boolean {
	let at = start;
	while (at <= end) {
		const semicolon = text.indexOf(";", at);
		const next = semicolon < 0 || semicolon > end ? end : semicolon;
		if (!readUriParameter(text.substring(at, next), rules, into)) return false;
		at = next + 1;
	}
	return true;
}

function readUriParameter(text: string, rules: Rules, into: ParameterMap): boolean {
	const equals = text.indexOf("=");
	const name = (equals < 0 ? text : text.substring(0, equals)).toLowerCase();
	const value = equals < 0 ? null : text.substring(equals + 1);
	if (rules === "strict") {
		if (name === "" || value === "") return false;
		if (!isEscapedTextOf(name, URI_PARAMETER)) return false;
		if (value !== null && !isEscapedTextOf(value, URI_PARAMETER)) return false;
	}
	if (name === "") return true;
	const key = name.includes("%") ? unescapeName(name) : name;
	into[key] = key === "transport" || key === "user" ? (value?.toLowerCase() ?? null) : value;
	return true;
}

/** An escaped letter is that letter (RFC 4475 section 3.1.1.3); a name that could not be written again stays. */
function unescapeName(name: string): string {
	try {
		const unescaped = decodeURIComponent(name).toLowerCase();
		return isEscapedTextOf(unescaped, URI_PARAMETER) ? unescaped : name;
	} catch {
		return name;
	}
}

function readUriHeaders(text: string, rules: Rules, uri: WireUri): boolean {
	for (const header of text.split("&")) {
		if (header === "" && rules === "received") continue;
		const equals = header.indexOf("=");
		if (equals <= 0) return false;
		const name = header.substring(0, equals);
		const value = header.substring(equals + 1);
		const fits =
			rules === "strict"
				? isEscapedTextOf(name, URI_HEADER) && isEscapedTextOf(value, URI_HEADER)
				: isAllOf(name, TOKEN) || isEscapedTextOf(name, URI_HEADER);
		if (!fits) return false;
		uri.addReceivedHeader(name, value);
	}
	return true;
}
