import { describe, expect, test } from "bun:test";
import { type IncomingMessage, LoggerFactory, Parser } from "sip.js/lib/core/index.js";
import { Grammar, NameAddrHeader, URI } from "sip.js/lib/grammar/index.js";
import { headerName } from "../../../../src/sip/message/header-names.ts";
import { readMessage } from "../../../../src/sip/message/reader.ts";
import { bytesOf, SDP, wire } from "./wire-text.ts";

const logger = new LoggerFactory().getLogger("test");

/** Messages of ordinary calls, each a start line and its headers. */
const ORDINARY: readonly [string, string[], string?][] = [
	[
		"INVITE with an offer",
		[
			"INVITE sip:answer@127.0.0.1:6001 SIP/2.0",
			"Via: SIP/2.0/UDP 127.0.0.1:5072;branch=z9hG4bK-524287-1---4b579403ce2e2c26d978cb43;rport",
			"Max-Forwards: 70",
			"Contact: <sip:click2call@127.0.0.1:5072>",
			"To: <sip:answer@127.0.0.1:6001>",
			'From: "Click-To-Call: answer"<sip:click2call@example.com>;tag=698edbf7',
			"Call-ID: kkEsCFDWfOPvA53oO6mQ9A..",
			"CSeq: 1 INVITE",
			"Session-Expires: 1800;refresher=uac",
			"Min-SE: 90",
			"Accept-Language: en",
			"Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, SUBSCRIBE, UPDATE, PRACK, INFO, MESSAGE",
			"Content-Type: application/sdp",
			"Content-Disposition: session;handling=required",
			"Supported: replaces, timer, norefersub, 100rel",
			"User-Agent: ClickToCall",
		],
		SDP,
	],
	[
		"200 through two proxies",
		[
			"SIP/2.0 200 OK",
			"Via: SIP/2.0/UDP [2001:db8::1]:5072;branch=z9hG4bK4b57;rport=5072;received=2001:db8::9",
			"Record-Route: <sip:p1.example.com;transport=TCP;lr>,<sip:p2.example.com:5070;lr=on>",
			'From: "A \\"quoted\\" name" <sip:click2call@Example.COM>;tag=698edbf7',
			"To: Bob Builder <sip:answer@127.0.0.1:6001;user=phone>;tag=t6001ye9alqe9199",
			"Call-ID: kkEsCFDWfOPvA53oO6mQ9A..",
			"CSeq: 1 INVITE",
			'Contact: <sip:answer@127.0.0.1:6001;ob;transport=udp>;+sip.instance="<urn:uuid:1>";expires=60',
			"Content-Type: application/sdp",
		],
		SDP,
	],
	[
		"REFER",
		[
			"REFER sip:answer@127.0.0.1:6001 SIP/2.0",
			"Via: SIP/2.0/TCP host.example.com;branch=z9hG4bK-524287-1---ac5fb2a12c0a416ed99fb337;rport;x=y",
			"To: <sip:answer@127.0.0.1:6001>;tag=t6001qe44q41q7gr",
			"From: sip:click2call@example.com;tag=d73d5ac8",
			"Call-ID: uMF_yJt2q7aX-UBw_M_uIA..",
			"CSeq: 2 REFER",
			"Contact: sip:click2call@127.0.0.1:5072",
			"Refer-To: <sip:bob@example.com?Replaces=abc%3Bto-tag%3D1%3Bfrom-tag%3D2&Subject=x>",
			"Referred-By: <sip:click2call@example.com>",
		],
	],
	[
		"NOTIFY",
		[
			"NOTIFY sip:click2call@127.0.0.1:5072 SIP/2.0",
			"Via: SIP/2.0/UDP 127.0.0.1:6001;branch=z9hG4bK1",
			"From: <sip:answer@127.0.0.1:6001>;tag=t6001qe44q41q7gr",
			"To: <sip:click2call@example.com>;tag=d73d5ac8",
			"Call-ID: uMF_yJt2q7aX-UBw_M_uIA..",
			"CSeq: 11 NOTIFY",
			"Max-Forwards: 69",
			"Event: Refer;id=2",
			"Subscription-State: terminated;reason=noresource;expires=30",
			"Content-Type: message/sipfrag;version=2.0",
		],
		"SIP/2.0 200 OK\r\n",
	],
	[
		"BYE with a user that is escaped",
		[
			"BYE sip:a%20b%40c@127.0.0.1:5072;maddr=192.0.2.1;ttl=15 SIP/2.0",
			"v: SIP/2.0/TLS 127.0.0.1:6001;branch=z9hG4bK1;maddr=127.0.0.1;ttl=3",
			"f: <sips:answer@example.com>;tag=1",
			't: "" <sip:click2call@example.com>;tag=2',
			"i: x@y",
			"CSeq: 12 BYE",
		],
	],
];

const NAMES = [
	"Via",
	"From",
	"To",
	"Contact",
	"CSeq",
	"Call-ID",
	"Event",
	"Content-Type",
	"Content-Disposition",
	"Refer-To",
	"Max-Forwards",
	"Content-Length",
	"Subscription-State",
	"Session-Expires",
	"Min-SE",
	"Supported",
];

describe("an ordinary message is read as SIP.js's own parser reads it", () => {
	for (const [name, lines, body] of ORDINARY) {
		test(name, () => {
			const text = wire(lines, body);
			const result = readMessage(bytesOf(text));
			if (result.kind === "broken") throw new Error(result.reason);
			const ours = result.message;
			const theirs = Parser.parseMessage(text, logger);
			if (!theirs) throw new Error("SIP.js cannot read the sample");
			for (const field of ["method", "callId", "cseq", "fromTag", "toTag", "viaBranch", "body"] as const) {
				expect(ours[field]).toBe(theirs[field]);
			}
			for (const header of NAMES) {
				for (let index = 0; index < theirs.getHeaders(header).length; index++) {
					expect(ours.getHeaders(header)[index]).toBe(theirs.getHeaders(header)[index] as string);
					expect(plain(parsed(ours, header, index))).toEqual(plain(parsed(theirs, header, index)));
				}
			}
			expect(ours.getHeaders("record-route")).toEqual(theirs.getHeaders("record-route"));
			expect(Object.keys(ours.headers).sort()).toEqual(Object.keys(theirs.headers).sort());
		});
	}
});

describe("a header name gets SIP.js's key", () => {
	test.each([
		"call-id",
		"CSEQ",
		"min-se",
		"rack",
		"rseq",
		"www-authenticate",
		"x-foo-bar",
		"via",
		"proxy-authenticate",
	])("%s", (spelling) => {
		const probe = new (class extends URI {})("sip", "", "h");
		probe.setHeader(spelling, "");
		expect(headerName(spelling).name).toBe(Object.keys(probe.headers)[0] as string);
	});
});

test("a Replaces value is read as the grammar reads it", () => {
	const value = "425928@bobster.example.org;to-tag=7743;from-tag=6472;early-only";
	expect(headerName("Replaces").read?.(value)).toEqual(Grammar.parse(value, "Replaces"));
});

function parsed(message: IncomingMessage, header: string, index: number): unknown {
	return message.parseHeader(header, index);
}

/**
 * Values without their classes. Known differences are left out: SIP.js puts `maddr` in the place of a
 * Via's host, loses `ttl` of a URI, and takes parameters off no Content-Type.
 */
function plain(value: unknown): unknown {
	if (value instanceof NameAddrHeader) {
		return { displayName: value.displayName ?? "", parameters: value.parameters, uri: plain(value.uri) };
	}
	if (value instanceof URI) {
		const { ttl, ...parameters } = value.parameters;
		const { scheme, user, host, port, headers } = value;
		return { scheme, user, host, port, headers, parameters };
	}
	if (typeof value === "object" && value !== null && "branch" in value) {
		const { host, host_type, ...rest } = value as Record<string, unknown>;
		return { ...rest, host: "maddr" in rest ? undefined : host };
	}
	return value;
}
