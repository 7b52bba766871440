import { randomToken } from "../../random.ts";
import type { IncomingRequestMessage } from "../sipjs/core.ts";
import { replaceText } from "../sipjs/header-slots.ts";
import type { BrokenRequest } from "./broken-request.ts";
import { headerName } from "./header-names.ts";
import { byteLength, HeaderValueError, headerLine, safeValue, wholeLine } from "./header-text.ts";
import { parseNameAddr } from "./name-addr.ts";
import { stampPlainVia } from "./plain-forms.ts";
import { reasonPhrase } from "./reasons.ts";
import { parseVia, stampViaValue } from "./via.ts";
import { WireRequest } from "./wire-message.ts";

export {
	assertHeaderText,
	byteLength,
	HeaderValueError,
	headerLine,
	quoteDisplayName,
	safeValue,
	wholeLine,
} from "./header-text.ts";
export {
	inspectOutgoing,
	OutgoingMessageError,
	type OutgoingSummary,
} from "./outgoing-summary.ts";

/** What a response contains beyond what the request determines. */
export interface ResponseOptions {
	/** Reason phrase; by default the registered one. */
	readonly reason?: string;
	/** Added to a To without tag; a new one by default. A 100 gets none. */
	readonly toTag?: string;
	/** Further header lines, `Name: value`, without CRLF. */
	readonly headers?: readonly string[];
	readonly body?: { readonly type: string; readonly content: string };
	/** Value of Contact. */
	readonly contact?: string;
}

/** Requests whose success response starts a dialog and so echoes Record-Route (RFC 3261 section 12.1.1). */
const DIALOG_METHODS = new Set(["INVITE", "SUBSCRIBE", "REFER", "NOTIFY"]);

/**
 * Writes a response (RFC 3261 section 8.2.6). It copies the Via values unchanged: call
 * {@link stampVia} when the request arrives.
 *
 * @param status 100 to 699.
 * @throws {HeaderValueError} if a text for it contains CR, LF or NUL.
 * @throws {RangeError} for a status outside 100 to 699.
 */
export function makeResponse(
	request: IncomingRequestMessage,
	status: number,
	options: ResponseOptions = {},
): string {
	const { method, cseq } = request;
	let vias = "";
	for (const via of request.getHeaders("Via")) vias += headerLine("Via", via);
	let others = "";
	// RFC 3261 section 8.2.6.1: the sender uses it to measure the round trip.
	if (status === 100) others += headerLines("Timestamp", request.getHeaders("Timestamp"));
	if (options.contact !== undefined) others += headerLine("Contact", options.contact);
	for (const line of options.headers ?? []) others += wholeLine(line);
	const routes =
		status > 100 && status < 300 && DIALOG_METHODS.has(method)
			? headerLines("Record-Route", request.getHeaders("Record-Route"))
			: "";
	const start = statusLine(status, options.reason ?? reasonPhrase(status));
	const from = safeValue("From", request.getHeader("From") ?? request.from.toString());
	const to = safeValue("To", taggedTo(request, status, options.toTag));
	const callId = safeValue("Call-ID", request.callId);
	// In one piece: each text that another one is added to is an object of its own.
	return `${start}${vias}${routes}From: ${from}\r\nTo: ${to}\r\nCall-ID: ${callId}\r\nCSeq: ${cseq} ${safeValue("CSeq", method)}\r\n${others}${bodyLines(options.body)}`;
}

/** What we say of ourselves in an answer. */
export interface AnsweringAgent {
	/** Value of Supported. */
	readonly supported: string;
	/** Value of User-Agent. */
	readonly userAgent: string;
}

/**
 * Writes the 200 to a request in a dialog, with the header fields that SIP.js's answers in it have, in their order.
 *
 * @param request with a To tag.
 * @throws {HeaderValueError} if a text for it contains CR, LF or NUL.
 */
export function makeAcceptance(request: IncomingRequestMessage, agent: AnsweringAgent): string {
	const { method, cseq } = request;
	const vias = headerLines("Via", request.getHeaders("Via"));
	const from = safeValue("From", request.getHeader("From") ?? request.from.toString());
	const to = safeValue("To", request.getHeader("To") ?? request.to.toString());
	const callId = safeValue("Call-ID", request.callId);
	return `SIP/2.0 200 OK\r\n${vias}From: ${from}\r\nTo: ${to}\r\nCSeq: ${cseq} ${method}\r\nCall-ID: ${callId}\r\nSupported: ${agent.supported}\r\nUser-Agent: ${agent.userAgent}\r\nContent-Length: 0\r\n\r\n`;
}

/**
 * Writes the refusal of a malformed request, with those of its headers that could be read.
 *
 * @param status 400 to 699; the reader's suggestion is `reply.status`.
 * @param reason reason phrase, such as the reader's own.
 * @param toTag added to a To without tag.
 * @throws {HeaderValueError} if the reason contains CR, LF or NUL.
 * @throws {RangeError} for a status outside 100 to 699.
 */
export function makeBrokenResponse(
	reply: BrokenRequest,
	status: number,
	reason: string,
	toTag = randomToken(),
): string {
	let text = statusLine(status, reason) + headerLines("Via", reply.via);
	if (reply.from !== undefined) text += headerLine("From", reply.from);
	if (reply.to !== undefined) text += headerLine("To", taggedWhenReadable(reply.to, toTag));
	if (reply.callId !== undefined) text += headerLine("Call-ID", reply.callId);
	if (reply.cseq !== undefined) text += headerLine("CSeq", reply.cseq);
	return text + bodyLines(undefined);
}

/**
 * Writes the sender's address into the request's top Via, in both text and parsed value, so that the response
 * finds its way back (RFC 3261 section 18.2.1, RFC 3581 section 4).
 *
 * @param request changed in place.
 * @param address of the sender, without brackets, never IPv4-mapped.
 * @param port of the sender.
 */
export function stampVia(request: WireRequest | BrokenRequest, address: string, port: number): void {
	if (request instanceof WireRequest) {
		const [top] = request.fields.slots(VIA) ?? [];
		if (top) replaceText(top, stamp(top.raw, address, port));
	} else if (request.via[0] !== undefined) request.via[0] = stamp(request.via[0], address, port);
}

const VIA = headerName("Via");

function stamp(via: string, address: string, port: number): string {
	const plain = stampPlainVia(via, address, port);
	const parsed = plain === undefined ? parseVia(via) : undefined;
	return parsed ? stampViaValue(via, address, port, parsed) : (plain ?? via);
}

function statusLine(status: number, reason: string): string {
	if (!(status >= 100 && status <= 699)) throw new RangeError(`Status ${status}: 100 to 699 expected`);
	if (/[\r\n\0]/.test(reason)) throw new HeaderValueError("Reason phrase: no CR, LF or NUL expected");
	return `SIP/2.0 ${status} ${reason}\r\n`;
}

function headerLines(name: string, values: readonly string[]): string {
	let text = "";
	for (const value of values) text += headerLine(name, value);
	return text;
}

function taggedTo(request: IncomingRequestMessage, status: number, toTag: string | undefined): string {
	const raw = request.getHeader("To") ?? request.to.toString();
	if (request.toTag || (status === 100 && toTag === undefined)) return raw;
	return `${withoutEmptyTag(raw)};tag=${toTag ?? randomToken()}`;
}

/** A `tag=` without a value would end up next to ours, and a trailing `;` would make an empty parameter. */
function withoutEmptyTag(to: string): string {
	return EMPTY_END_OR_TAG.test(to) ? to.replace(EMPTY_TAG, "").replace(/[;\s]+$/, "") : to;
}

const EMPTY_TAG = /;\s*tag\s*(?:=\s*)?(?=;|$)/gi;
const EMPTY_END_OR_TAG = /;\s*(?:tag\s*(?:=\s*)?)?(?:;|$)/i;

function taggedWhenReadable(to: string, toTag: string): string {
	const parsed = parseNameAddr(to);
	return parsed && !parsed.parameters.tag ? `${withoutEmptyTag(to)};tag=${toTag}` : to;
}

function bodyLines(body: ResponseOptions["body"]): string {
	if (!body) return "Content-Length: 0\r\n\r\n";
	return `${headerLine("Content-Type", body.type)}Content-Length: ${byteLength(body.content)}\r\n\r\n${body.content}`;
}
