import { expect, test } from "bun:test";
import { readTrace, requestsInDialogs } from "../../support/sip-trace.ts";

/** A message as the server's log shows it at level STACK. */
function logged(way: string, start: string, fields: Readonly<Record<string, string>>): string {
	const lines = [start, ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`)];
	return `2026-11-23T05:22:42.955Z STACK   sip - ${way}\n${lines.map((line) => `    ${line}\n`).join("")}    \n    v=0\n`;
}

const FROM = "UDP received from 192.0.2.1:5060";
const TO = "TLS sent to [2001:db8::1]:5061";
const inside = (branch: string, cseq: string) => ({
	Via: `SIP/2.0/UDP 192.0.2.2;branch=${branch};rport`,
	To: "<sip:a@example.com>;tag=1",
	"Call-ID": "abc",
	CSeq: cseq,
});

test("each message of the log is found with its transport, direction and peer, other lines are not", () => {
	const bye = logged(FROM, "BYE sip:a@example.com SIP/2.0", inside("b1", "2 BYE"));
	const answer = logged(TO, "SIP/2.0 200 OK", inside("b1", "2 BYE"));
	const trace = readTrace(`2026-11-23T05:22:42.953Z INFO    call 1 ended\n${bye}${answer}`);
	expect(trace.map(({ protocol, direction, peer }) => [protocol, direction, peer])).toEqual([
		["UDP", "received", "192.0.2.1:5060"],
		["TLS", "sent", "[2001:db8::1]:5061"],
	]);
	expect(trace[1]?.head).toStartWith("SIP/2.0 200 OK\nVia: ");
	expect(trace[1]?.head).not.toContain("v=0");
});

test("an ACK to a refusal, a response and a request outside dialogs are no requests in a dialog", () => {
	const outside = { ...inside("b1", "1 INVITE"), To: "<sip:a@example.com>" };
	const output = [
		logged(TO, "INVITE sip:a@example.com SIP/2.0", outside),
		logged(FROM, "SIP/2.0 407 Proxy Authentication Required", inside("b1", "1 INVITE")),
		logged(TO, "ACK sip:a@example.com SIP/2.0", inside("b1", "1 ACK")),
		logged(TO, "ACK sip:a@example.com SIP/2.0", inside("b2", "2 ACK")),
		logged(FROM, "BYE sip:b@example.com SIP/2.0", inside("b3", "7 BYE")),
	];
	expect(requestsInDialogs(readTrace(output.join("")))).toEqual(["ACK abc 2", "BYE abc 7"]);
});
