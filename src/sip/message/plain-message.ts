import { isBlank, readNumber, skipBlanks } from "./chars.ts";
import { type FieldLine, fieldLine, HeaderFields } from "./header-fields.ts";
import { headerAt } from "./header-lines.ts";
import { headerName } from "./header-names.ts";
import { MAX_CSEQ } from "./header-values.ts";
import { blankAfter } from "./parameters.ts";
import { isPlainAddress, plainBranch, plainTag } from "./plain-forms.ts";
import { reasonPhrase } from "./reasons.ts";
import { readStartLine } from "./start-line.ts";
import { isLikeVia, isUniqueBranch } from "./via.ts";
import { WireRequest, WireResponse } from "./wire-message.ts";

const HEAD_END = "\r\n\r\n";

const bitOf = (name: string): number => 1 << headerName(name).number;
const VIA = bitOf("Via");
const FROM = bitOf("From");
const TO = bitOf("To");
const CALL_ID = bitOf("Call-ID");
const CSEQ = bitOf("CSeq");
const CONTENT_LENGTH = bitOf("Content-Length");
const CONTENT_TYPE = bitOf("Content-Type");
const CONTACT = bitOf("Contact");
const RECORD_ROUTE = bitOf("Record-Route");
const ROUTE = bitOf("Route");

/** What a message must have (RFC 3261 section 8.1.1). */
const NEEDED = VIA | FROM | TO | CALL_ID | CSEQ;
/** What it must have only once. */
const SINGLE = FROM | TO | CALL_ID | CSEQ | CONTENT_LENGTH;
/** What is checked when a message arrives. */
const CHECKED = NEEDED | CONTENT_LENGTH | CONTACT | RECORD_ROUTE | ROUTE;

/** More than any usual message has. */
const MAX_LINES = 64;
/** The lines of the message that is being read. */
const lines = new Array<FieldLine>(MAX_LINES).fill(0);

/** Methods that we send; the responses to them repeat them in CSeq. */
const METHODS = ["INVITE", "BYE", "CANCEL", "REFER", "REGISTER", "PRACK", "UPDATE", "INFO", "MESSAGE"];

/**
 * Reads a message that is written as nearly all phones write theirs, without making anything but what every message is
 * asked for: the header fields stay in their text.
 *
 * @param text a message that is all ASCII.
 * @returns undefined for any other message, malformed or not.
 */
export function readPlainMessage(text: string): WireRequest | WireResponse | undefined {
	const headEnd = text.indexOf(HEAD_END);
	const nul = text.indexOf("\0");
	if (headEnd < 0 || (nul >= 0 && nul < headEnd)) return undefined;
	const startEnd = text.indexOf("\r\n");
	const message = startMessage(text, startEnd);
	if (!message) return undefined;
	const end = headEnd + 2;
	const bodyStart = headEnd + HEAD_END.length;
	let length: number | undefined = text.length - bodyStart;
	let names = 0;
	let count = 0;
	let lineFeed = 0;
	for (let at = startEnd + 2; at < end; at = lineFeed + 1) {
		lineFeed = text.indexOf("\n", at);
		const header = headerAt(text, at);
		if (!header || count === MAX_LINES || text.indexOf("\r", at) !== lineFeed - 1) return undefined;
		lines[count++] = fieldLine(at, header);
		const bit = 1 << header.number;
		if ((names & bit & SINGLE) !== 0) return undefined;
		const isFirst = (names & bit) === 0;
		names |= bit;
		if ((bit & CHECKED) === 0) continue;
		const valueStart = skipBlanks(text, text.indexOf(":", at) + 1);
		const valueEnd = endOfValue(text, valueStart, lineFeed - 1);
		if (bit === CONTENT_LENGTH) {
			const octets = readNumber(text, length, valueStart, valueEnd);
			if (octets === undefined) return undefined;
			length = octets;
		} else if (!readField(message, bit, isFirst, text, valueStart, valueEnd)) return undefined;
	}
	if ((names & NEEDED) !== NEEDED || (length > 0 && (names & CONTENT_TYPE) === 0)) return undefined;
	message.fields = new HeaderFields(text, startEnd + 2, lines.slice(0, count));
	if (length > 0) message.body = text.substring(bodyStart, bodyStart + length);
	return message;
}

function startMessage(text: string, end: number): WireRequest | WireResponse | undefined {
	if (text.startsWith(STATUS_LINE) && text.charCodeAt(STATUS_END) === SPACE) {
		const status = readNumber(text, 699, STATUS_LINE.length, STATUS_END);
		if (status === undefined || status < 100) return undefined;
		const message = new WireResponse();
		message.statusCode = status;
		message.reasonPhrase = reasonIn(text, STATUS_END + 1, end, status);
		return message;
	}
	const start = readStartLine(text.substring(0, end));
	return "message" in start && !start.fault ? start.message : undefined;
}

const STATUS_LINE = "SIP/2.0 ";
const STATUS_END = "SIP/2.0 200".length;
const SPACE = 0x20;

/** The text of most is that of the registry, and needs no memory then. */
function reasonIn(text: string, start: number, end: number, status: number): string {
	const usual = reasonPhrase(status);
	return end - start === usual.length && text.startsWith(usual, start) ? usual : text.substring(start, end);
}

function endOfValue(text: string, start: number, lineEnd: number): number {
	let end = lineEnd;
	while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
	return end;
}

/** Reads one of the fields that are checked when a message arrives. @returns false if it is not of the usual form. */
function readField(
	message: WireRequest | WireResponse,
	bit: number,
	isFirst: boolean,
	text: string,
	start: number,
	end: number,
): boolean {
	switch (bit) {
		case VIA:
			return isFirst ? readTopVia(message, text, start, end) : isLaterVia(text.substring(start, end));
		case FROM:
		case TO: {
			const tag = plainTag(text, start, end);
			if (tag && bit === FROM) message.fromTag = tag;
			else if (tag) message.toTag = tag;
			return tag !== undefined;
		}
		case CALL_ID:
			message.callId = text.substring(start, end);
			return end > start && blankAfter(text, start) >= end;
		case CSEQ:
			return readCSeq(message, text, start, end);
		case ROUTE:
			return end > start && !text.substring(start, end).includes(",");
		default:
			return isPlainAddress(text, start, end);
	}
}

function readTopVia(message: WireRequest | WireResponse, text: string, start: number, end: number): boolean {
	const branch = plainBranch(text, start, end);
	if (!isUniqueBranch(branch)) return false;
	message.viaBranch = branch;
	return true;
}

/** The others are only echoed. */
function isLaterVia(value: string): boolean {
	return isLikeVia(value) && !value.includes(",");
}

function readCSeq(message: WireRequest | WireResponse, text: string, start: number, end: number): boolean {
	const numberEnd = blankAfter(text, start);
	const number = readNumber(text, MAX_CSEQ, start, numberEnd);
	const methodStart = skipBlanks(text, numberEnd);
	if (number === undefined) return false;
	message.cseq = number;
	if (message instanceof WireRequest) return isAt(message.method, text, methodStart, end);
	for (const method of METHODS) {
		if (!isAt(method, text, methodStart, end)) continue;
		message.method = method;
		return true;
	}
	return false;
}

function isAt(word: string, text: string, start: number, end: number): boolean {
	return end - start === word.length && text.startsWith(word, start);
}
