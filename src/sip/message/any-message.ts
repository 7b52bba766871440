import { type HeaderSlot, type Headers, keepSaid, readSlot, saidBy } from "../sipjs/header-slots.ts";
import { brokenRequest } from "./broken-request.ts";
import type { DecodedMessage } from "./decode.ts";
import { badRequest, type Fault } from "./fault.ts";
import { HeaderFields } from "./header-fields.ts";
import { readHeaderLines } from "./header-lines.ts";
import { parseCSeq } from "./header-values.ts";
import { parseNameAddr } from "./name-addr.ts";
import { isPlainAddress, plainBranch, plainTag } from "./plain-forms.ts";
import { type ReadResult, resultOf } from "./read-result.ts";
import { readStartLine } from "./start-line.ts";
import { isLikeVia, parseVia, transactionBranch } from "./via.ts";
import { WireRequest, WireResponse } from "./wire-message.ts";

/** From this status, a response ends its request, and its Contact and Record-Route have no meaning. */
const FIRST_REFUSAL = 400;

/** Reads a message whatever its form, and tells what is wrong with it; see `readMessage`. */
export function readAnyMessage(decoded: DecodedMessage): ReadResult {
	const head = withoutQuotedNul(decoded.head);
	const lineEnd = head.indexOf("\r\n");
	if (lineEnd < 0) return { kind: "broken", reason: "No line end: not a SIP message" };
	const start = readStartLine(head.substring(0, lineEnd));
	if (!("message" in start)) return { kind: "broken", reason: start.reason };
	const { message } = start;
	const headers: Headers = {};
	// The headers are read even after a bad start line, since an answer needs them.
	const linesFault = head.includes("\0")
		? badRequest("NUL in the head")
		: readHeaderLines(head, lineEnd + 2, head.length, headers);
	message.fields = new HeaderFields(head, lineEnd + 2, [], headers);
	const fault =
		start.fault ??
		linesFault ??
		(decoded.complete ? undefined : badRequest("No empty line after the headers")) ??
		readIdentity(message) ??
		readAddresses(message) ??
		readBody(message, decoded);
	if (!fault) return resultOf(message);
	const reply =
		message instanceof WireRequest ? brokenRequest(message.method, headers, fault.status) : undefined;
	return reply ? { kind: "broken", reason: fault.reason, reply } : { kind: "broken", reason: fault.reason };
}

/** RFC 3261 section 25.1 allows a NUL after a backslash in a quoted string; we never write one. */
function withoutQuotedNul(head: string): string {
	return head.includes("\0") ? head.replaceAll("\\\0", "") : head;
}

/** The headers every message must have (RFC 3261 section 8.1.1), except Max-Forwards. */
function readIdentity(message: WireRequest | WireResponse): Fault | undefined {
	const { headers } = message;
	const callId = headers["Call-ID"]?.[0];
	if (!callId) return missing("Call-ID");
	if (callId.raw === "" || /[ \t]/.test(callId.raw)) return malformed("Call-ID");
	message.callId = callId.raw;

	const cseq = headers.CSeq?.[0];
	if (!cseq) return missing("CSeq");
	const sequence = parseCSeq(cseq.raw);
	if (!sequence) return malformed("CSeq");
	message.cseq = sequence.value;
	// Methods are case-sensitive (RFC 3261 section 7.1), but some phones write them in lower case here.
	if (message instanceof WireResponse) message.method = sequence.method.toUpperCase();
	else if (message.method !== sequence.method && message.method !== sequence.method.toUpperCase())
		return badRequest("CSeq method is not that of the request");

	const from = headers.From?.[0];
	const to = headers.To?.[0];
	if (!from) return missing("From");
	if (!to) return missing("To");
	const fromTag = tagOf(from);
	const toTag = tagOf(to);
	if (fromTag === undefined) return malformed("From");
	if (toTag === undefined) return malformed("To");
	if (fromTag !== "") message.fromTag = fromTag;
	if (toTag !== "") message.toTag = toTag;
	return readTopVia(message, fromTag);
}

/** The tag of From or To, empty if there is none; undefined for a malformed value. */
function tagOf(slot: HeaderSlot): string | undefined {
	const tag = plainTag(slot.raw);
	if (tag !== undefined) return tag;
	const value = keepSaid(slot, parseNameAddr(slot.raw));
	return value && (value.parameters.tag ?? "");
}

function readTopVia(message: WireRequest | WireResponse, fromTag: string): Fault | undefined {
	const values = message.headers.Via;
	const top = values?.[0];
	if (!top) return missing("Via");
	const plain = plainBranch(top.raw);
	const via = plain === undefined ? keepSaid(top, parseVia(top.raw)) : undefined;
	if (plain === undefined && !via) return malformed("Via");
	// The others are only echoed.
	if (values.length > 1 && !values.every(({ raw }) => isLikeVia(raw))) return malformed("Via");
	const branch = plain ?? via?.branch;
	message.viaBranch = transactionBranch(branch, top.raw, message.callId, message.cseq, fromTag);
	return undefined;
}

/** Contact and Record-Route decide where later requests go; other headers are checked where they are used. */
function readAddresses(message: WireRequest | WireResponse): Fault | undefined {
	const { headers } = message;
	for (const name of ADDRESSES) {
		const values = headers[name];
		if (!values || values.every(isAddress)) continue;
		const isResponse = message instanceof WireResponse;
		const isRefusal = isResponse && (message.statusCode ?? 0) >= FIRST_REFUSAL;
		// An answered phone counts, whatever its Contact; but without Record-Route it cannot be reached.
		const isNeeded = name !== "Contact" || !(isResponse || values[0]?.raw === "*");
		if (!isRefusal && isNeeded) return malformed(name);
		const readable = values.filter(isAddress);
		if (readable.length > 0) headers[name] = readable;
		else delete headers[name];
	}
	return undefined;
}

const ADDRESSES = ["Contact", "Record-Route"] as const;

function isAddress(slot: HeaderSlot): boolean {
	return isPlainAddress(slot.raw) || (saidBy(slot) ?? keepSaid(slot, parseNameAddr(slot.raw))) !== undefined;
}

function readBody(message: WireRequest | WireResponse, decoded: DecodedMessage): Fault | undefined {
	const header = message.headers["Content-Length"]?.[0];
	const length = header ? saidBy<number>(header) : decoded.bodyLength;
	if (length === undefined) return malformed("Content-Length");
	if (length > decoded.bodyLength) return badRequest("Body shorter than Content-Length");
	message.body = length === 0 ? "" : decoded.body(length);
	if (length > 0 && !message.headers["Content-Type"]) {
		// RFC 2045 section 5.2 defines a body without a type; phones mean SDP.
		const type = message.body.startsWith("v=0") ? "application/sdp" : "text/plain";
		message.headers["Content-Type"] = [readSlot(type, type)];
	}
	return undefined;
}

function missing(name: string): Fault {
	return badRequest(`Missing ${name} header field`);
}

function malformed(name: string): Fault {
	return badRequest(`Malformed ${name} header field`);
}
