import type { IncomingRequestMessage } from "sip.js/lib/core/index.js";
import { headerValue } from "./header-value.ts";

/** Every branch made by RFC 3261 begins with it (section 8.1.1.7). */
const MAGIC_COOKIE = "z9hG4bK";

/** Client transactions are found by branch and CSeq method (RFC 3261 section 17.1.3). */
export function clientKey(branch: string, method: string): string {
	return `${method} ${branch}`;
}

/** What tells one answer to a forked INVITE, and its ACK, from others. */
export function dialogKey(callId: string, cseq: number, toTag: string | undefined): string {
	return `${cseq} ${toTag ?? ""} ${callId}`;
}

/**
 * The key of a server transaction (RFC 3261 section 17.2.3): branch, sent-by and method; for a
 * client of RFC 2543, whose branches are not unique, its Call-ID, CSeq and From tag as well.
 *
 * @param via raw value of the top Via.
 * @param method of the transaction: INVITE for an ACK to a refusal.
 */
function serverKey(
	via: string,
	branch: string | undefined,
	method: string,
	callId: string,
	cseq: number,
	fromTag: string | undefined,
): string {
	const sentBy = sentByOf(via);
	return branch?.startsWith(MAGIC_COOKIE)
		? `${method} ${branch} ${sentBy}`
		: `${method} ${branch ?? ""} ${sentBy} ${cseq} ${fromTag ?? ""} ${callId}`;
}

/** The server transaction of a request. */
export function requestKey(request: IncomingRequestMessage, method: string): string {
	const via = request.headers.Via?.[0]?.raw ?? "";
	return serverKey(via, request.viaBranch, method, request.callId, request.cseq, request.fromTag);
}

/** The parts of a response's text that lead to its transaction. */
export interface ResponseIdentity {
	readonly branch: string;
	readonly method: string;
	readonly callId: string;
	readonly cseq: number;
}

/** The server transaction that a response belongs to. */
export function responseKey(text: string, { branch, method, callId, cseq }: ResponseIdentity): string {
	return serverKey(topVia(text), branch, method, callId, cseq, fromTagOf(text, branch));
}

/** Raw value of the first Via of a message that we wrote; empty when it has none. */
export function topVia(text: string): string {
	return headerValue(text, "Via");
}

/**
 * The protocol and host of a Via as they were written, without parameters: a retransmission repeats
 * them letter by letter, and `received` and `rport` leave them as they are.
 */
export function sentByOf(via: string): string {
	const end = via.indexOf(";");
	return (end < 0 ? via : via.slice(0, end)).trimEnd();
}

/** Only the key of an RFC 2543 client needs it, so it is not looked for in other messages. */
function fromTagOf(text: string, branch: string): string | undefined {
	if (branch.startsWith(MAGIC_COOKIE)) return undefined;
	const from = headerValue(text, "From");
	return /;\s*tag\s*=\s*([^\s;]+)/i.exec(from.slice(from.lastIndexOf(">") + 1))?.[1];
}
