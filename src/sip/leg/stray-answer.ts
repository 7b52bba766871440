import { randomToken } from "../../random.ts";
import type { IncomingResponseMessage } from "../sipjs/core.ts";
import { NameAddrHeader } from "../sipjs/grammar.ts";
import type { Flow } from "../transport/types.ts";
import { viaOf } from "./placeholders.ts";
import { routeRequest } from "./route-set.ts";

/**
 * Ends the dialog that a late 2xx has created although its leg is gone: it came from a phone behind a forking
 * proxy that answered after the others, or it crossed everything else. It gets its ACK and a BYE (RFC 3261
 * section 13.2.2.4), built from the response alone. We no longer know whether a description in it was an
 * offer, so the ACK carries none; the BYE ends the session that was never agreed. If the phone does not say
 * where it is, they go to where it was called.
 */
export function releaseStrayAnswer(
	response: IncomingResponseMessage,
	flow: Flow,
	send: (text: string) => void,
): void {
	const contact: unknown = response.parseHeader("contact");
	const status = response.statusCode ?? 0;
	if (response.method !== "INVITE" || status < 200 || status > 299) return;
	const target = contact instanceof NameAddrHeader ? contact.uri : response.to.uri;
	const { requestUri, routeSet } = routeRequest(target, response.getHeaders("record-route").reverse());
	const request = (method: string, cseq: number): string =>
		[
			`${method} ${requestUri.toRaw()} SIP/2.0`,
			`Via: SIP/2.0/${viaOf(flow)};branch=z9hG4bK${randomToken()};rport`,
			"Max-Forwards: 70",
			...routeSet.map((route) => `Route: ${route}`),
			`To: ${response.getHeader("to")}`,
			`From: ${response.getHeader("from")}`,
			`Call-ID: ${response.callId}`,
			`CSeq: ${cseq} ${method}`,
			"Content-Length: 0",
			"",
			"",
		].join("\r\n");
	send(request("ACK", response.cseq));
	send(request("BYE", response.cseq + 1));
}
