import type { Dialog, Peer } from "./phone-dialog.ts";
import type { SipText } from "./sip-text.ts";

/** Address of all lean phones. */
export const HOST = "127.0.0.1";
const LINES =
	"User-Agent: phone/1.0\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, MESSAGE, REFER, NOTIFY\r\n" +
	"Supported: replaces\r\n";

/** A response with header lines of its own, each with its line end, and a session description or "". */
export function responseText(
	request: SipText,
	to: string,
	peer: Peer,
	status: string,
	lines: string,
	body: string,
): string {
	// RFC 3581 section 4.
	const vias = request.vias.replace(/;rport(?=[;\r])/, `;rport=${peer.port};received=${peer.host}`);
	const type = body === "" ? "" : "Content-Type: application/sdp\r\n";
	return (
		`SIP/2.0 ${status}\r\n${vias}From: ${request.from}\r\nTo: ${to}\r\nCall-ID: ${request.callId}\r\n` +
		`CSeq: ${request.cseq} ${request.method}\r\n${lines}${LINES}${type}Content-Length: ${body.length}\r\n\r\n${body}`
	);
}

/** A description of one PCMU stream; the one that flows has the higher version (RFC 3264 section 8). */
export function sdp(inactive: boolean): string {
	const [version, formats, events, direction] = inactive
		? [1, "0", "", "inactive"]
		: [2, "0 101", "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n", "sendrecv"];
	return (
		`v=0\r\no=phone 46370 ${version} IN IP4 ${HOST}\r\ns=-\r\nc=IN IP4 ${HOST}\r\nt=0 0\r\n` +
		`m=audio 46370 RTP/AVP ${formats}\r\na=rtpmap:0 PCMU/8000\r\n${events}a=${direction}\r\n`
	);
}

/**
 * A request in a dialog, or the one that begins it.
 *
 * @param via value of the Via header field.
 * @param lines further header lines, each with its line end.
 */
export function requestText(
	dialog: Dialog,
	method: string,
	cseq: number,
	via: string,
	lines: string,
	body: string,
): string {
	const { target, local, remote, callId } = dialog;
	const type = method === "INVITE" ? "Content-Type: application/sdp\r\n" : "";
	return (
		`${method} ${target} SIP/2.0\r\nVia: ${via}\r\nMax-Forwards: 70\r\nFrom: ${local}\r\nTo: ${remote}\r\n` +
		`Call-ID: ${callId}\r\nCSeq: ${cseq} ${method}\r\n` +
		`${lines}${LINES}${type}Content-Length: ${body.length}\r\n\r\n${body}`
	);
}
