/** A line of the server's log about a call. */
export function logLine(at: string, call: string, text: string, level = "INFO"): string {
	return `2026-11-23T05:22:${at}Z ${level.padEnd(7)} call ${call} ${text}\n`;
}

/** A message as the server's log shows it at level STACK. */
export function logged(
	at: string,
	way: string,
	start: string,
	fields: Readonly<Record<string, string>>,
	body = "",
): string {
	const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
	const lines = [start, ...head, ...(body === "" ? [] : ["", ...body.split("\n")])];
	const indented = lines.map((line) => `    ${line}\n`).join("");
	return `2026-11-23T05:22:${at}Z STACK   sip - ${way}\n${indented}`;
}

const ALICE = "UDP sent to 192.0.2.1:5060";
const FROM_ALICE = "UDP received from 192.0.2.1:5060";
const BOB = "TCP sent to [2001:db8::2]:5061";
const FROM_BOB = "TCP received from [2001:db8::2]:5061";

const first = (cseq: string, branch: string, to = "<sip:alice@192.0.2.1>") => ({
	Via: `SIP/2.0/UDP 192.0.2.9:5072;branch=${branch};rport`,
	To: to,
	"Call-ID": "leg-1",
	CSeq: cseq,
});
const second = (cseq: string, branch: string) => ({
	Via: `SIP/2.0/TCP [2001:db8::9]:5072;branch=${branch}`,
	To: "<sip:bob@[2001:db8::2]>",
	"Call-ID": "leg-2",
	CSeq: cseq,
	"Content-Length": "999",
});

const SDP = "v=0\no=- 1 1 IN IP4 192.0.2.9\ns=-";

/** An anchored call, the INVITE to its first phone sent twice, and an OPTIONS of a stranger between. */
export const ANCHORED_LOG = [
	logLine("01.000", "aaaa", "sip:alice@192.0.2.1 to sip:bob@[2001:db8::2] (anchor), asked by xml from ::1"),
	logLine("01.001", "aaaa", "calls 192.0.2.1 with Call-ID leg-1", "DEBUG"),
	logged("01.002", ALICE, "INVITE sip:alice@192.0.2.1 SIP/2.0", first("1 INVITE", "b1"), SDP),
	logged("01.502", ALICE, "INVITE sip:alice@192.0.2.1 SIP/2.0", first("1 INVITE", "b1"), SDP),
	logged("01.600", "UDP received from 192.0.2.7:5060", "OPTIONS sip:box SIP/2.0", {
		...first("9 OPTIONS", "x"),
		"Call-ID": "stranger",
	}),
	"what the demo prints is no entry of the log\n",
	logged("01.700", FROM_ALICE, "SIP/2.0 200 OK", first("1 INVITE", "b1", "<sip:alice@192.0.2.1>;tag=2"), SDP),
	logLine("01.701", "aaaa", "200 Initiator: Connected to initiator"),
	logLine("01.702", "aaaa", "calls 2001:db8::2 with Call-ID leg-2", "DEBUG"),
	logged("01.703", BOB, "INVITE sip:bob@[2001:db8::2] SIP/2.0", second("1 INVITE", "b2"), SDP),
	logged("01.900", FROM_BOB, "SIP/2.0 486 Busy Here", second("1 INVITE", "b2")),
].join("");
