import { createHash } from "node:crypto";
import type { IncomingRequestMessage } from "../sipjs/core.ts";
import { headerValue } from "./header-value.ts";

/**
 * Longer keys are replaced by their hashes: a peer may make a branch, a tag or a host as long as a message.
 */
const LONGEST_KEY = 256;

/**
 * Client transactions are found by branch and CSeq method (RFC 3261 section 17.1.3): each has a branch of its own, but
 * for a CANCEL, which has that of its INVITE. Whether the method of a response is the right one is checked then.
 */
export function clientKey(branch: string, method: string): string {
	return method === "CANCEL" ? `CANCEL ${branch}` : branch;
}

/** What distinguishes one answer to a forked INVITE, and its ACK, from others. */
export function dialogKey(callId: string, cseq: number, toTag: string | undefined): string {
	return bounded(`${cseq} ${toTag ?? ""} ${callId}`);
}

/** The parts of a request that identify its transaction. */
export type AnsweredRequest = Pick<IncomingRequestMessage, "method" | "viaBranch" | "getHeader">;

/**
 * The server transaction of a request (RFC 3261 section 17.2.3). The parser has built the branch itself if a
 * client of RFC 2543 sent none that is unique.
 *
 * @param method of the transaction: INVITE for an ACK to a refusal.
 */
export function requestKey(request: AnsweredRequest, method: string): string {
	return bounded(`${method} ${request.viaBranch} ${sentByOf(request.getHeader("via") ?? "")}`);
}

function bounded(key: string): string {
	return key.length > LONGEST_KEY ? createHash("sha256").update(key).digest("base64") : key;
}

/** Raw value of the first Via of a message that we wrote; empty if it has none. */
export function topVia(text: string): string {
	return headerValue(text, "Via");
}

/**
 * The protocol and host of a Via as written, without parameters: a retransmission repeats them exactly, and
 * `received` and `rport` leave them as they are.
 */
function sentByOf(via: string): string {
	const end = via.indexOf(";");
	return (end < 0 ? via : via.slice(0, end)).trimEnd();
}
