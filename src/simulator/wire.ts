import { splitList } from "./addresses.ts";

/** The text is not a SIP message at all. */
export class WireError extends Error {
	override readonly name = "WireError";
}

const COMPACT: Readonly<Record<string, string>> = {
	a: "accept-contact",
	b: "referred-by",
	c: "content-type",
	d: "request-disposition",
	e: "content-encoding",
	f: "from",
	i: "call-id",
	j: "reject-contact",
	k: "supported",
	l: "content-length",
	m: "contact",
	o: "event",
	r: "refer-to",
	s: "subject",
	t: "to",
	u: "allow-events",
	v: "via",
	x: "session-expires",
};

const NO_DEFECTS: readonly string[] = [];

/**
 * A SIP message as a phone reads it. Texts have one character per byte (Latin-1), so that lengths count bytes
 * as Content-Length does.
 */
export class SipMessage {
	/** Number in the CSeq header field; NaN if there is none. */
	readonly cseq: number;
	/** The method of a request; for a response the one that CSeq names. */
	readonly method: string;

	/**
	 * @param startLineMethod empty for a response.
	 * @param uri Request-URI, empty for a response.
	 * @param status 0 for a request.
	 * @param names full header names in lower case, in step with `values`.
	 * @param defects what the parser found wrong with the form of the message.
	 */
	constructor(
		startLineMethod: string,
		readonly uri: string,
		readonly status: number,
		readonly names: readonly string[],
		readonly values: readonly string[],
		readonly body: string,
		readonly defects: readonly string[],
	) {
		const cseq = this.header("cseq") ?? "";
		const space = cseq.indexOf(" ");
		this.cseq = space < 0 ? Number.NaN : Number(cseq.slice(0, space));
		this.method = startLineMethod === "" ? cseq.slice(space + 1).trim() : startLineMethod;
	}

	/** The first header field with that name (lower case). */
	header(name: string): string | undefined {
		const index = this.names.indexOf(name);
		return index < 0 ? undefined : this.values[index];
	}

	/** All header fields with that name (lower case), lists split at their commas. */
	list(name: string): string[] {
		const found: string[] = [];
		for (let index = this.names.indexOf(name); index >= 0; index = this.names.indexOf(name, index + 1)) {
			found.push(...splitList(this.values[index] ?? ""));
		}
		return found;
	}

	/** Whether a list such as Supported or Require contains the token. */
	holds(name: string, token: string): boolean {
		return this.list(name).some((value) => value.toLowerCase() === token);
	}
}

/**
 * Parses one whole message.
 *
 * @param text one character per byte.
 * @param datagram true if the text was a whole datagram, so that Content-Length may be absent.
 * @throws {WireError} when there is no start line or no end of the header.
 */
export function readMessage(text: string, datagram = true): SipMessage {
	const end = text.indexOf("\r\n\r\n");
	if (end < 0) throw new WireError("the header does not end with an empty line");
	const lines = text.slice(0, end).split("\r\n");
	const defects: string[] = [];
	const names: string[] = [];
	const values: string[] = [];
	for (let index = 1; index < lines.length; index++) readLine(lines[index] ?? "", names, values, defects);
	const startLine = lines[0] ?? "";
	if (hasLineBreak(startLine)) defects.push("CR or LF inside the start line");
	const body = cutBody(text.slice(end + 4), names, values, defects, datagram);
	const shared = defects.length === 0 ? NO_DEFECTS : defects;
	if (startLine.startsWith("SIP/2.0 ")) {
		const status = Number(startLine.slice(8, 11));
		if (!(status >= 100 && status <= 699)) throw new WireError(`no status code in "${startLine}"`);
		return new SipMessage("", "", status, names, values, body, shared);
	}
	const first = startLine.indexOf(" ");
	const last = startLine.lastIndexOf(" ");
	if (first <= 0 || last === first || startLine.slice(last + 1) !== "SIP/2.0") {
		throw new WireError(`no start line of SIP/2.0: "${startLine}"`);
	}
	const uri = startLine.slice(first + 1, last);
	return new SipMessage(startLine.slice(0, first), uri, 0, names, values, body, shared);
}

function readLine(line: string, names: string[], values: string[], defects: string[]): void {
	if (hasLineBreak(line)) defects.push(`CR or LF inside the header line "${line.trim()}"`);
	const first = line.charAt(0);
	if ((first === " " || first === "\t") && values.length > 0) {
		values.push(`${values.pop() ?? ""} ${line.trim()}`);
		return;
	}
	const colon = line.indexOf(":");
	if (colon <= 0) {
		defects.push(`header line without a name: "${line}"`);
		return;
	}
	const name = line.slice(0, colon).trim().toLowerCase();
	names.push(name.length === 1 ? (COMPACT[name] ?? name) : name);
	values.push(line.slice(colon + 1).trim());
}

function hasLineBreak(line: string): boolean {
	return line.includes("\n") || line.includes("\r") || line.includes("\0");
}

/** The body, cut to the length in Content-Length (RFC 3261 section 18.3). */
function cutBody(
	rest: string,
	names: readonly string[],
	values: readonly string[],
	defects: string[],
	datagram: boolean,
): string {
	const index = names.indexOf("content-length");
	if (index < 0) {
		if (!datagram || rest !== "") defects.push("Content-Length is missing");
		return rest;
	}
	const length = Number(values[index]);
	if (length === rest.length) return rest;
	defects.push(`Content-Length is ${values[index]} but the body has ${rest.length} bytes`);
	return Number.isInteger(length) && length >= 0 ? rest.slice(0, length) : rest;
}

/**
 * Writes a message and counts the bytes of its body.
 * @param lines start line and header fields, without Content-Length.
 */
export function writeMessage(lines: readonly string[], body = ""): string {
	return `${lines.join("\r\n")}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}
