import type { Headers } from "../sipjs/header-slots.ts";
import { isLikeVia, parseVia } from "./via.ts";

/**
 * The readable parts of a malformed request, for the error response. The texts contain no CR, LF or NUL;
 * missing parts are undefined.
 */
export interface BrokenRequest {
	/** The status to answer with: 400 or 505. */
	readonly status: number;
	readonly method: string;
	/** All Via values, topmost first. The topmost is readable, and `stampVia` changes it. */
	readonly via: string[];
	readonly from: string | undefined;
	readonly to: string | undefined;
	readonly callId: string | undefined;
	readonly cseq: string | undefined;
}

/**
 * @returns undefined if the request must not be answered: an ACK (RFC 3261 section 17), or a request
 * without a Via to send the answer to.
 */
export function brokenRequest(method: string, headers: Headers, status: number): BrokenRequest | undefined {
	const via = headers.Via?.map((value) => value.raw).filter(isLikeVia) ?? [];
	if (method === "ACK" || via[0] === undefined || !parseVia(via[0])) return undefined;
	return {
		status,
		method,
		via,
		from: headers.From?.[0]?.raw,
		to: headers.To?.[0]?.raw,
		callId: headers["Call-ID"]?.[0]?.raw,
		cseq: headers.CSeq?.[0]?.raw,
	};
}
