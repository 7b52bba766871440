import { randomToken } from "../../random.ts";
import type { IncomingResponseMessage } from "../sipjs/core.ts";
import { NameAddrHeader } from "../sipjs/grammar.ts";
import type { Flow } from "../transport/types.ts";
import { viaOf } from "./placeholders.ts";
import { routeRequest } from "./route-set.ts";

/**
 * Ends the dialog that a late 2xx has made although its leg is gone: a phone behind a forking proxy
 * that answered after the others, or a 2xx that crossed everything. It gets its ACK and a BYE
 * (RFC 3261 section 13.2.2.4), built from the response alone. Whether a description in it was an offer
 * is no longer known, so the ACK holds none; the BYE ends the session that was never agreed on. A phone
 * that does not say where it is gets them where it was called.
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
