/** Helpers that write test messages. */

const encoder = new TextEncoder();

/** Bytes of a text in UTF-8. */
export function bytesOf(text: string): Uint8Array {
	return encoder.encode(text);
}

/** The lines joined by CRLF, with an empty line and the body; no Content-Length is added. */
export function raw(lines: readonly string[], body = ""): string {
	return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** Like `raw`, with the right Content-Length. */
export function wire(lines: readonly string[], body = ""): string {
	return raw([...lines, `Content-Length: ${bytesOf(body).length}`], body);
}

/** A description of a call, for bodies. */
export const SDP = [
	"v=0",
	"o=mhandley 29739 7272939 IN IP4 192.0.2.1",
	"s=-",
	"c=IN IP4 192.0.2.1",
	"t=0 0",
	"m=audio 49217 RTP/AVP 0 12",
	"m=video 3227 RTP/AVP 31",
	"a=rtpmap:31 LPC",
	"",
].join("\r\n");

/** An INVITE whose header lines can be replaced or left out by name. */
export function invite(changes: Readonly<Record<string, string | undefined>> = {}, body = ""): string {
	const headers: Record<string, string | undefined> = {
		Via: "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKnashds8",
		"Max-Forwards": "70",
		From: '"Alice" <sip:alice@example.com>;tag=1928301774',
		To: "<sip:bob@example.net>",
		"Call-ID": "a84b4c76e66710",
		CSeq: "314159 INVITE",
		Contact: "<sip:alice@192.0.2.1>",
		"Content-Length": String(bytesOf(body).length),
		...changes,
	};
	const lines = Object.entries(headers).flatMap(([name, value]) =>
		value === undefined ? [] : [`${name}: ${value}`],
	);
	return raw(["INVITE sip:bob@example.net SIP/2.0", ...lines], body);
}

/** A response to that INVITE, changed in the same way. */
export function response(
	statusLine: string,
	changes: Readonly<Record<string, string | undefined>> = {},
	body = "",
): string {
	const text = invite(
		{ "Max-Forwards": undefined, To: "<sip:bob@example.net>;tag=a6c85cf", ...changes },
		body,
	);
	return statusLine + text.slice(text.indexOf("\r\n"));
}
