/** What responses of phones that we no longer know get, built from the response alone. */
import { randomToken } from "../../random.ts";
import type { IncomingResponseMessage } from "../sipjs/core.ts";
import { NameAddrHeader, type URI } from "../sipjs/grammar.ts";
import type { Flow } from "../transport/types.ts";
import { viaOf } from "./placeholders.ts";
import { routeRequest } from "./route-set.ts";

type Sender = (text: string, flow: Flow) => void;

/** Whether a response is a 2xx to an INVITE. */
export function isAnswer({ method, statusCode: status = 0 }: IncomingResponseMessage): boolean {
	return method === "INVITE" && status >= 200 && status < 300;
}

/**
 * Ends the dialog that a late 2xx has created although its leg is gone: it came from a phone behind a forking
 * proxy that answered after the others, or it crossed everything else. It gets its ACK and a BYE (RFC 3261
 * section 13.2.2.4).
 */
export function releaseStrayAnswer(response: IncomingResponseMessage, flow: Flow, send: Sender): void {
	if (!isAnswer(response)) return;
	acknowledgeStray(response, flow, send);
	endStray(response, flow, send);
}

/**
 * Sends the ACK to a final response to an INVITE. We no longer know whether a description in a 2xx was an offer, so
 * the ACK carries none.
 */
export function acknowledgeStray(response: IncomingResponseMessage, flow: Flow, send: Sender): void {
	if (isAnswer(response)) return send(inDialog(response, flow, "ACK", response.cseq), flow);
	send(afterInvite(response, flow, "ACK"), flow);
}

/** Ends the session of a 2xx by a BYE: it was never agreed. */
export function endStray(response: IncomingResponseMessage, flow: Flow, send: Sender): void {
	send(inDialog(response, flow, "BYE", response.cseq + 1), flow);
}

/**
 * Ends the dialog of a phone that accepted our CANCEL but never said how its INVITE ended: it had answered, and the
 * process that acknowledged that has died since. Its tag is in the answer to the CANCEL (RFC 3261 section 9.2).
 *
 * @param cancelled the 200 to the CANCEL.
 * @param target whom the INVITE was sent to.
 * @param jump how far the CSeq number is beyond that of the INVITE: that process may have sent more.
 */
export function endCancelled(
	cancelled: IncomingResponseMessage,
	target: URI,
	routes: readonly string[],
	flow: Flow,
	jump: number,
	send: Sender,
): void {
	const { requestUri, routeSet } = routeRequest(target, [...routes]);
	const via = `SIP/2.0/${viaOf(flow)};branch=z9hG4bK${randomToken()};rport`;
	const to = cancelled.getHeader("to") ?? "";
	const parts = { requestUri, via, routeSet, to, cseq: cancelled.cseq + jump };
	send(write(cancelled, "BYE", parts), flow);
}

/** Cancels the INVITE of a provisional response (RFC 3261 section 9.1). */
export function cancelStray(response: IncomingResponseMessage, flow: Flow, send: Sender): void {
	send(afterInvite(response, flow, "CANCEL"), flow);
}

/** If the phone does not say where it is, the request goes to where it was called. */
function inDialog(response: IncomingResponseMessage, flow: Flow, method: string, cseq: number): string {
	const contact: unknown = response.parseHeader("contact");
	const target = contact instanceof NameAddrHeader ? contact.uri : response.to.uri;
	const { requestUri, routeSet } = routeRequest(target, response.getHeaders("record-route").reverse());
	const via = `SIP/2.0/${viaOf(flow)};branch=z9hG4bK${randomToken()};rport`;
	return write(response, method, { requestUri, via, routeSet, to: response.getHeader("to") ?? "", cseq });
}

/**
 * What has the branch of the INVITE, and goes to where the response comes from: that peer knows the INVITE by its
 * branch and sent-by, whatever the Request-URI (RFC 3261 section 17.2.3).
 */
function afterInvite(response: IncomingResponseMessage, flow: Flow, method: "ACK" | "CANCEL"): string {
	const to = response.getHeader("to") ?? "";
	const [sentBy = `SIP/2.0/${viaOf(flow)}`] = response.getHeader("via")?.split(";") ?? [];
	return write(response, method, {
		requestUri: response.to.uri,
		via: `${sentBy};branch=${response.viaBranch};rport`,
		routeSet: [],
		// A CANCEL has the To of the INVITE, without the tag (section 9.1).
		to: method === "CANCEL" ? to.replace(/;\s*tag=[^;>]*$/i, "") : to,
		cseq: response.cseq,
	});
}

interface StrayParts {
	readonly requestUri: URI;
	readonly via: string;
	readonly routeSet: readonly string[];
	readonly to: string;
	readonly cseq: number;
}

function write(response: IncomingResponseMessage, method: string, parts: StrayParts): string {
	const { requestUri, via, routeSet, to, cseq } = parts;
	return [
		`${method} ${requestUri.toRaw()} SIP/2.0`,
		`Via: ${via}`,
		"Max-Forwards: 70",
		...routeSet.map((route) => `Route: ${route}`),
		`To: ${to}`,
		`From: ${response.getHeader("from")}`,
		`Call-ID: ${response.callId}`,
		`CSeq: ${cseq} ${method}`,
		"Content-Length: 0",
		"",
		"",
	].join("\r\n");
}
