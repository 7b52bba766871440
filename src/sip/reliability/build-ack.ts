import { headerValue, headerValues } from "./header-value.ts";

/**
 * Builds the ACK to a refusal of an INVITE (RFC 3261 section 17.1.1.3).
 *
 * @param invite the request as it was sent.
 * @param to value of the To header field of the response.
 */
export function buildAck(invite: string, to: string): string {
	const uriStart = invite.indexOf(" ") + 1;
	const uri = invite.slice(uriStart, invite.indexOf(" ", uriStart));
	const cseq = headerValue(invite, "CSeq").split(" ", 1)[0];
	const routes = headerValues(invite, "Route").map((route) => `Route: ${route}\r\n`);
	return (
		`ACK ${uri} SIP/2.0\r\n` +
		`Via: ${headerValue(invite, "Via")}\r\n` +
		routes.join("") +
		"Max-Forwards: 70\r\n" +
		`To: ${to}\r\n` +
		`From: ${headerValue(invite, "From")}\r\n` +
		`Call-ID: ${headerValue(invite, "Call-ID")}\r\n` +
		`CSeq: ${cseq} ACK\r\n` +
		"Content-Length: 0\r\n\r\n"
	);
}
