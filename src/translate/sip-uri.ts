import { isIPv4, isIPv6 } from "node:net";
import { escapeUriPart } from "./uri-escape.ts";

/** Longest URI accepted, in characters; the same limit as for a typed address. */
export const MAX_URI_LENGTH = 512;

/** One `;name=value` of a URI, with its escapes. */
export interface SipUriParameter {
	readonly name: string;
	readonly value?: string;
}

/** A SIP or SIPS URI (RFC 3261 section 19.1) whose parts are all escaped and valid. */
export interface SipUri {
	readonly scheme: "sip" | "sips";
	readonly user?: string;
	readonly password?: string;
	/** A name, an IPv4 address, or an IPv6 address in brackets. */
	readonly host: string;
	/** 1 to 65535. */
	readonly port?: number;
	readonly parameters: readonly SipUriParameter[];
	/** What follows `?`; empty if there is nothing. */
	readonly headers: string;
	/** The whole URI. */
	readonly text: string;
}

export type SipUriResult =
	| { readonly ok: true; readonly uri: SipUri }
	/** `reason` completes "invalid because …". */
	| { readonly ok: false; readonly reason: string };

const FORBIDDEN = "it holds CR, LF or NUL";

/** domainlabel and toplabel of RFC 3261 section 25.1, 63 octets at most each (RFC 1035 section 2.3.4). */
const HOST_NAME =
	/^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?$/;
const MAX_HOST_LENGTH = 254;

/** Optional display name, then the URI in angle brackets, then header parameters (RFC 3261 section 20.10). */
const NAME_ADDR = /^(?:"(?:[^"\\\r\n]|\\[^\r\n])*"|[^"<>:@\r\n]*)[ \t]*<([^<>]*)>[ \t]*(?:;[^<>\r\n]*)?$/;

/** User, host and port, most of the time: of characters that stay as they are. */
const PLAIN = /^sips?:[A-Za-z0-9_.+-]+@[A-Za-z0-9.-]+(?::(?:[1-5]\d{4}|[1-9]\d{0,3}))?$/;

/** Stops parsing a URI, with a reason. */
class InvalidUri extends Error {}

/** Whether this is a valid host of a SIP URI: a name, an IPv4 address or an IPv6 address in brackets. */
export function isUriHost(host: string): boolean {
	if (host.startsWith("[")) {
		// A zone id (`%eth0`) means nothing to the other side.
		return host.endsWith("]") && !host.includes("%") && isIPv6(host.slice(1, -1));
	}
	return isIPv4(host) || (host.length <= MAX_HOST_LENGTH && HOST_NAME.test(host));
}

/** Whether a text is, as it stands, what `parseSipUri` would make of it; it may be so even if this cannot tell. */
export function isPlainSipUri(text: string): boolean {
	if (text.length > MAX_URI_LENGTH || !PLAIN.test(text)) return false;
	const start = text.indexOf("@") + 1;
	const colon = text.indexOf(":", start);
	return isUriHost(text.slice(start, colon < 0 ? text.length : colon));
}

/**
 * Parses a SIP or SIPS URI and makes it valid: characters that are not allowed in its user, password,
 * parameters and headers are percent-encoded, existing escapes stay. Nothing is guessed: a second `@`, a bad
 * host or port, an empty or repeated parameter is refused.
 *
 * @param text at most 512 characters, before and after
 */
export function parseSipUri(text: string): SipUriResult {
	if (text.length > MAX_URI_LENGTH) return tooLong();
	try {
		const uri = readUri(text);
		return uri.text.length > MAX_URI_LENGTH ? tooLong() : { ok: true, uri };
	} catch (error) {
		if (error instanceof InvalidUri) return { ok: false, reason: error.message };
		throw error;
	}
}

/**
 * Like `parseSipUri`, but also accepts a name-addr (`"X" <sip:a@b>`) and takes the URI in it.
 *
 * @param text at most 1024 characters
 */
export function parseSipAddress(text: string): SipUriResult {
	if (text.length > 2 * MAX_URI_LENGTH) return tooLong();
	const trimmed = text.trim();
	if (/^sips?:/i.test(trimmed)) return parseSipUri(trimmed);
	const inner = NAME_ADDR.exec(trimmed)?.[1];
	return parseSipUri(inner === undefined ? trimmed : inner.trim());
}

function tooLong(): SipUriResult {
	return { ok: false, reason: `it is longer than ${MAX_URI_LENGTH} characters` };
}

function readUri(text: string): SipUri {
	if (!text.isWellFormed()) throw new InvalidUri("it holds half a character");
	const scheme = /^(sips?):/i.exec(text)?.[1]?.toLowerCase();
	if (scheme !== "sip" && scheme !== "sips") throw new InvalidUri("it does not begin with sip: or sips:");
	const start = scheme.length + 1;
	const at = text.indexOf("@", start);
	if (at >= 0 && text.indexOf("@", at + 1) >= 0) throw new InvalidUri("it has more than one @");

	const userInfo = at < 0 ? {} : readUserInfo(text.slice(start, at));
	const rest = at < 0 ? text.slice(start) : text.slice(at + 1);
	const question = rest.indexOf("?");
	const beforeHeaders = question < 0 ? rest : rest.slice(0, question);
	const semicolon = beforeHeaders.indexOf(";");
	const hostPort = readHostPort(semicolon < 0 ? beforeHeaders : beforeHeaders.slice(0, semicolon));
	const parameters = semicolon < 0 ? [] : readParameters(beforeHeaders.slice(semicolon + 1));
	const headers = question < 0 ? "" : readHeaders(rest.slice(question + 1));
	const parts = { scheme, ...userInfo, ...hostPort, parameters, headers } as const;
	return { ...parts, text: formatUri(parts) };
}

function escaped(text: string, part: Parameters<typeof escapeUriPart>[1]): string {
	const result = escapeUriPart(text, part);
	if (result === undefined) throw new InvalidUri(FORBIDDEN);
	return result;
}

function readUserInfo(text: string): { user: string; password?: string } {
	const colon = text.indexOf(":");
	const user = escaped(colon < 0 ? text : text.slice(0, colon), "user");
	if (user === "") throw new InvalidUri("its user is empty");
	return colon < 0 ? { user } : { user, password: escaped(text.slice(colon + 1), "password") };
}

function readHostPort(text: string): { host: string; port?: number } {
	const hostEnd = text.startsWith("[") ? text.indexOf("]") + 1 : text.indexOf(":");
	const host = hostEnd < 0 ? text : text.slice(0, hostEnd);
	if (host === "") throw new InvalidUri("it has no host");
	if (!isUriHost(host)) throw new InvalidUri("its host is neither a name nor an IP address");
	if (hostEnd < 0 || hostEnd === text.length) return { host };
	const digits = text.slice(hostEnd + 1);
	const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
	if (text[hostEnd] !== ":" || port < 1 || port > 65535) throw new InvalidUri("its port is not 1 to 65535");
	return { host, port };
}

function readParameters(text: string): SipUriParameter[] {
	const seen = new Set<string>();
	return text.split(";").map((parameter) => {
		const equals = parameter.indexOf("=");
		const name = escaped(equals < 0 ? parameter : parameter.slice(0, equals), "parameter");
		if (name === "") throw new InvalidUri("it has a parameter without a name");
		// RFC 3261 section 19.1.1: a parameter name must not appear more than once.
		const key = name.toLowerCase();
		if (seen.has(key)) throw new InvalidUri("it repeats a parameter");
		seen.add(key);
		if (equals < 0) return { name };
		const value = escaped(parameter.slice(equals + 1), "parameter");
		if (value === "") throw new InvalidUri("it has a parameter without a value after =");
		return { name, value };
	});
}

function readHeaders(text: string): string {
	const headers = text.split("&").map((header) => {
		const equals = header.indexOf("=");
		if (equals <= 0) throw new InvalidUri("it has a header without a name and =");
		return `${escaped(header.slice(0, equals), "header")}=${escaped(header.slice(equals + 1), "header")}`;
	});
	return headers.join("&");
}

function formatUri(uri: Omit<SipUri, "text">): string {
	const password = uri.password === undefined ? "" : `:${uri.password}`;
	const userInfo = uri.user === undefined ? "" : `${uri.user}${password}@`;
	const port = uri.port === undefined ? "" : `:${uri.port}`;
	let parameters = "";
	for (const { name, value } of uri.parameters)
		parameters += value === undefined ? `;${name}` : `;${name}=${value}`;
	return `${uri.scheme}:${userInfo}${uri.host}${port}${parameters}${uri.headers === "" ? "" : `?${uri.headers}`}`;
}
