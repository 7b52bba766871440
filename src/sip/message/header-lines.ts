import { type Headers, readSlot, saidBy, unreadSlot } from "../sipjs/header-slots.ts";
import { isOf, skipBlanks, slice, TOKEN } from "./chars.ts";
import { badRequest, type Fault } from "./fault.ts";
import { type HeaderName, headerName, usualHeader } from "./header-names.ts";
import { splitList } from "./parameters.ts";

const COLON = 0x3a;

/**
 * Header fields with longer names are skipped: nothing reads them, and each name would stay in memory for a
 * while.
 */
const LONGEST_NAME = 256;

/**
 * Stores the header lines of a head in `headers`, with values trimmed and lists split at commas. After a malformed
 * line it reads on where that is safe, so that the message can be answered.
 *
 * @param text unfolded.
 * @param start of the first header line.
 * @param head where the last one ends, with its CRLF.
 * @returns the first fault.
 */
export function readHeaderLines(
	text: string,
	start: number,
	headEnd: number,
	headers: Headers,
): Fault | undefined {
	let fault: Fault | undefined;
	let at = start;
	while (at < headEnd) {
		const lineFeed = text.indexOf("\n", at);
		const end = lineFeed - 1;
		// The next element to read the text could take a lone CR or LF as the start of a header.
		if (lineFeed < 0 || text.indexOf("\r", at) !== end) return fault ?? badRequest("Line end is not CRLF");
		fault = readLine(text, at, end, headers) ?? fault;
		at = lineFeed + 1;
	}
	return fault;
}

/**
 * The header field of the line at `start`.
 *
 * @returns undefined for a line that is malformed, or has blanks before its colon or an endless name.
 */
export function headerAt(text: string, start: number): HeaderName | undefined {
	const colon = text.indexOf(":", start);
	const usual = usualHeader(text, start, colon);
	if (usual) return usual;
	const nameEnd = endOfName(text, start);
	if (nameEnd !== colon || nameEnd === start || nameEnd - start > LONGEST_NAME) return undefined;
	return headerName(text.substring(start, nameEnd));
}

function readLine(text: string, start: number, end: number, headers: Headers): Fault | undefined {
	const nameEnd = endOfName(text, start);
	const colon = skipBlanks(text, nameEnd);
	if (nameEnd === start || text.charCodeAt(colon) !== COLON)
		return badRequest("Header line without a name and a colon");
	if (nameEnd - start > LONGEST_NAME) return undefined;
	const header = usualHeader(text, start, nameEnd) ?? headerName(text.substring(start, nameEnd));
	return addHeader(headers, header, slice(text, colon + 1, end));
}

function endOfName(text: string, start: number): number {
	let end = start;
	while (isOf(text.charCodeAt(end), TOKEN)) end++;
	return end;
}

/** Adds a header field to those in SIP.js's shape. @returns what is wrong with it among the others. */
export function addHeader(headers: Headers, header: HeaderName, value: string): Fault | undefined {
	const { name, kind, read } = header;
	const earlier = headers[name];
	if (kind === "list" && (earlier || value === "" || value.includes(","))) {
		const values = earlier ?? [];
		for (const raw of splitList(value)) {
			// We do not guess at a Via, since the answer goes where the first one says.
			if (raw !== "" || name === "Via") values.push(unreadSlot(raw));
		}
		if (values.length > 0) headers[name] = values;
		return undefined;
	}
	const entry = kind === "length" ? readSlot(value, read?.(value)) : unreadSlot(value);
	if (earlier) {
		earlier.push(entry);
		if (kind === "identity") return badRequest(`Repeated ${name} header field`);
		// RFC 4475 section 3.3.9: with two different lengths, the end of the message is unknown.
		if (kind === "length" && saidBy(earlier[0]) !== saidBy(entry))
			return badRequest("Different Content-Length values");
	} else {
		headers[name] = [entry];
	}
	return undefined;
}
