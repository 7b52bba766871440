import { readAnyMessage } from "./any-message.ts";
import { decodeAscii, decodeMessage, withoutLeadingLines } from "./decode.ts";
import { readPlainMessage } from "./plain-message.ts";
import { type ReadResult, resultOf } from "./read-result.ts";

export type { BrokenRequest } from "./broken-request.ts";
export type { ReadResult } from "./read-result.ts";

/**
 * Reads one SIP message: a datagram, or a message that `StreamFramer` found in a stream. It creates the objects
 * SIP.js's core expects, without SIP.js's grammar.
 *
 * The body is as many bytes as Content-Length says, decoded from UTF-8, or all bytes after the head without
 * one. Extra bytes are discarded; missing ones make the message malformed (RFC 3261 section 18.3). `data` holds
 * the start line only. For a request from an RFC 2543 client, `viaBranch` is built from what tells its
 * transactions apart.
 *
 * @param bytes the caller may reuse it afterwards.
 */
export function readMessage(bytes: Uint8Array): ReadResult {
	const message = withoutLeadingLines(bytes);
	const text = decodeAscii(message);
	const plain = text === undefined ? undefined : readPlainMessage(text);
	return plain ? resultOf(plain) : readAnyMessage(decodeMessage(message, text));
}
