import { textOfOctets } from "../octet-text.ts";

/** How the length of a request's body is told (RFC 9112 section 6). */
export type BodyLength =
	| { readonly kind: "octets"; readonly octets: number }
	/** In chunks; the last one has none. */
	| { readonly kind: "chunked" };

/** The head of a request: everything before its body. */
export interface RequestHead {
	readonly method: string;
	/** Absolute. */
	readonly url: string;
	/** Of the version HTTP/1.x. */
	readonly minor: 0 | 1;
	readonly headers: Headers;
	readonly body: BodyLength;
	/** Whether the client waits to be told that it may send the body (RFC 9110 section 10.1.1). */
	readonly expectsContinue: boolean;
	/** Whether the client wants to send more requests on this connection (RFC 9112 section 9.3). */
	readonly persistent: boolean;
}

/** A request that is not HTTP as we speak it; after it nothing more can be read from its connection. */
export class HttpError extends Error {
	override readonly name = "HttpError";

	/** @param sentence for the sender; it repeats nothing of the request. */
	constructor(
		readonly status: number,
		sentence: string,
	) {
		super(sentence);
	}
}

/** Header fields at most. */
const MAX_FIELDS = 100;

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
const REQUEST_LINE = /^(\S+) (\S+) HTTP\/(\d)\.(\d)$/;
/** A field value: visible characters, blanks, tabs, and bytes beyond ASCII (RFC 9110 section 5.5). */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** A host with or without a port (RFC 3986 section 3.2), without user. */
const HOST = /^[\w.~%!$&'()*+,;=:[\]-]*$/;
const ABSOLUTE_TARGET = /^https?:\/\/([^/?#]+)([/?].*)?$/i;
const DIGITS = /^\d{1,15}$/;
/** What may stand around a field value (RFC 9110 section 5.6.3); other blanks are part of it, as they are to proxies. */
const OUTER_BLANKS = /^[\t ]+|[\t ]+$/g;

/** Whether a text is what methods and names of fields are made of (RFC 9110 section 5.6.2). */
export function isToken(text: string): boolean {
	return TOKEN.test(text);
}

/**
 * Reads a head (RFC 9112 sections 2 to 6). What could be read in two ways is refused, as a proxy before us may have
 * read it in the other one.
 *
 * @param text a character for each byte, without the empty line at its end.
 * @param localHost by which name the server is reached, where HTTP/1.0 names none.
 * @throws {HttpError}
 */
export function readHead(text: string, localHost: string): RequestHead {
	const [requestLine = "", ...lines] = text.split("\r\n");
	const [, method = "", target = "", major, minorDigit] = REQUEST_LINE.exec(requestLine) ?? [];
	if (!isToken(method)) throw new HttpError(400, "The request line is invalid.");
	if (major !== "1") throw new HttpError(505, "Only HTTP/1.1 and HTTP/1.0 are supported.");
	const minor = minorDigit === "0" ? 0 : 1;
	const { headers, hosts } = readFields(lines);
	const { authority, path } = readTarget(target, method);
	const host = checkHost(hosts, minor);
	if (authority !== undefined) headers.set("Host", authority);
	const url = `http://${authority ?? (host || localHost)}${textOfOctets(path)}`;
	if (!URL.canParse(url)) throw new HttpError(400, "The target of the request or its Host is invalid.");
	return {
		method,
		url,
		minor,
		headers,
		body: readLength(headers, minor),
		expectsContinue: expectsContinue(headers, minor),
		persistent: isPersistent(headers, minor),
	};
}

function readFields(lines: readonly string[]): { headers: Headers; hosts: string[] } {
	if (lines.length > MAX_FIELDS) throw new HttpError(431, `There are more than ${MAX_FIELDS} header fields.`);
	const headers = new Headers();
	const hosts: string[] = [];
	for (const line of lines) {
		const colon = line.indexOf(":");
		const name = line.slice(0, Math.max(0, colon));
		const value = line.slice(colon + 1).replace(OUTER_BLANKS, "");
		// A name with white space around it would mean another field to others (RFC 9112 section 5.1).
		if (!isToken(name) || !FIELD_VALUE.test(value)) throw new HttpError(400, "A header field is invalid.");
		headers.append(name, value);
		if (name.toLowerCase() === "host") hosts.push(value);
	}
	return { headers, hosts };
}

/** The forms of a target (RFC 9112 section 3.2); its authority takes the place of the Host field. */
function readTarget(target: string, method: string): { authority?: string; path: string } {
	if (target.startsWith("/")) return { path: target };
	if (target === "*" && method === "OPTIONS") return { path: "/" };
	const [, authority, rest = ""] = ABSOLUTE_TARGET.exec(target) ?? [];
	if (authority !== undefined && HOST.test(authority))
		return { authority, path: rest.startsWith("/") ? rest : `/${rest}` };
	// The target of CONNECT is a host and a port; it gets its answer by its method.
	if (method === "CONNECT") return { path: "/" };
	throw new HttpError(400, "The target of the request is invalid.");
}

/** RFC 9112 section 3.2: one Host, which HTTP/1.0 may do without. */
function checkHost(hosts: readonly string[], minor: 0 | 1): string {
	const [host, ...others] = hosts;
	if (others.length > 0) throw new HttpError(400, "There is more than one Host field.");
	if (host === undefined && minor === 1) throw new HttpError(400, "The Host field is missing.");
	if (!HOST.test(host ?? "")) throw new HttpError(400, "The Host field is invalid.");
	return host ?? "";
}

function readLength(headers: Headers, minor: 0 | 1): BodyLength {
	const coding = headers.get("Transfer-Encoding");
	const length = headers.get("Content-Length");
	if (coding !== null) {
		// RFC 9112 section 6.3: both together, or with HTTP/1.0, is how requests are smuggled.
		if (length !== null || minor === 0)
			throw new HttpError(400, "The length of the body is given in two ways.");
		if (coding.toLowerCase() !== "chunked")
			throw new HttpError(501, "Only the transfer coding chunked is supported.");
		return { kind: "chunked" };
	}
	if (length === null) return { kind: "octets", octets: 0 };
	if (!DIGITS.test(length)) throw new HttpError(400, "The Content-Length is invalid.");
	return { kind: "octets", octets: Number(length) };
}

function expectsContinue(headers: Headers, minor: 0 | 1): boolean {
	const expectation = headers.get("Expect");
	if (expectation === null || minor === 0) return false;
	if (expectation.toLowerCase() !== "100-continue")
		throw new HttpError(417, "The expectation is not supported.");
	return true;
}

function isPersistent(headers: Headers, minor: 0 | 1): boolean {
	const options = (headers.get("Connection") ?? "").toLowerCase().split(/\s*,\s*/);
	return minor === 1 ? !options.includes("close") : options.includes("keep-alive");
}
