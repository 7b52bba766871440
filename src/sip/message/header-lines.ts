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
 * Stores the header lines of a head in `headers`, with values trimmed and lists split at commas, except for those
 * that are read later. After a malformed line it reads on where that is safe, so that the message can be answered.
 *
 * @param head unfolded, with each line ending in CRLF.
 * @param start of the first header line.
 * @returns the first fault.
 */
export function readHeaderLines(head: string, start: number, headers: Headers): Fault | undefined {
	let fault: Fault | undefined;
	let at = start;
	while (at < head.length) {
		const lineFeed = head.indexOf("\n", at);
		const end = lineFeed - 1;
		// The next element to read the text could take a lone CR or LF as the start of a header.
		if (lineFeed < 0 || head.indexOf("\r", at) !== end) return fault ?? badRequest("Line end is not CRLF");
		fault = readLine(head, at, end, headers, false) ?? fault;
		at = lineFeed + 1;
	}
	return fault;
}

/** Stores the header lines that `readHeaderLines` left for later. @param head that it has read without a fault. */
export function readLaterLines(head: string, start: number, headers: Headers): void {
	let at = start;
	while (at < head.length) {
		const lineFeed = head.indexOf("\n", at);
		readLine(head, at, lineFeed - 1, headers, true);
		at = lineFeed + 1;
	}
}

/** @param later whether the headers that are read later are wanted, or all others. */
function readLine(
	head: string,
	start: number,
	end: number,
	headers: Headers,
	later: boolean,
): Fault | undefined {
	const nearest = head.indexOf(":", start);
	const usual = usualHeader(head, start, nearest);
	if (usual)
		return usual.later === later ? addHeader(headers, usual, slice(head, nearest + 1, end)) : undefined;
	let nameEnd = start;
	while (isOf(head.charCodeAt(nameEnd), TOKEN)) nameEnd++;
	const colon = skipBlanks(head, nameEnd);
	if (nameEnd === start || head.charCodeAt(colon) !== COLON)
		return badRequest("Header line without a name and a colon");
	if (nameEnd - start > LONGEST_NAME) return undefined;
	const header = headerName(head.substring(start, nameEnd));
	return header.later === later ? addHeader(headers, header, slice(head, colon + 1, end)) : undefined;
}

function addHeader(headers: Headers, header: HeaderName, value: string): Fault | undefined {
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
