import { IncomingResponseMessage } from "sip.js/lib/core/index.js";

/**
 * Stands in for an answer that never came (RFC 3261 section 8.1.3.1), as SIP.js does for its own failures: a
 * response without header fields.
 */
export function localFailure(status: number, reason: string): IncomingResponseMessage {
	const response = new IncomingResponseMessage();
	response.statusCode = status;
	response.reasonPhrase = reason;
	return response;
}

/** Whether no peer sent it. */
export function isLocalFailure(response: IncomingResponseMessage): boolean {
	return !response.hasHeader("Call-ID");
}
