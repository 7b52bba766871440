import { expect, test } from "bun:test";
import { readTrace, requestsInDialogs } from "../../support/sip-trace.ts";
import { logged } from "../trace/support.ts";

const FROM = "UDP received from 192.0.2.1:5060";
const TO = "TLS sent to [2001:db8::1]:5061";
const inside = (branch: string, cseq: string) => ({
	Via: `SIP/2.0/UDP 192.0.2.2;branch=${branch};rport`,
	To: "<sip:a@example.com>;tag=1",
	"Call-ID": "abc",
	CSeq: cseq,
});

test("each message of the log is found with its transport, direction and peer, other lines are not", () => {
	const bye = logged("42.955", FROM, "BYE sip:a@example.com SIP/2.0", inside("b1", "2 BYE"), "v=0");
	const answer = logged("42.955", TO, "SIP/2.0 200 OK", inside("b1", "2 BYE"));
	const trace = readTrace(`2026-11-23T05:22:42.953Z INFO    call 1 ended\n${bye}${answer}`);
	expect(trace.map(({ protocol, direction, peer }) => [protocol, direction, peer])).toEqual([
		["UDP", "received", "192.0.2.1:5060"],
		["TLS", "sent", "[2001:db8::1]:5061"],
	]);
	expect(trace[0]?.body).toBe("v=0");
	expect(trace[1]).toMatchObject({ startLine: "SIP/2.0 200 OK", body: "", callId: "abc" });
});

test("an ACK to a refusal, a response and a request outside dialogs are no requests in a dialog", () => {
	const outside = { ...inside("b1", "1 INVITE"), To: "<sip:a@example.com>" };
	const output = [
		logged("42.955", TO, "INVITE sip:a@example.com SIP/2.0", outside),
		logged("42.955", FROM, "SIP/2.0 407 Proxy Authentication Required", inside("b1", "1 INVITE")),
		logged("42.955", TO, "ACK sip:a@example.com SIP/2.0", inside("b1", "1 ACK")),
		logged("42.955", TO, "ACK sip:a@example.com SIP/2.0", inside("b2", "2 ACK")),
		logged("42.955", FROM, "BYE sip:b@example.com SIP/2.0", inside("b3", "7 BYE")),
	];
	expect(requestsInDialogs(readTrace(output.join("")))).toEqual(["ACK abc 2", "BYE abc 7"]);
});
