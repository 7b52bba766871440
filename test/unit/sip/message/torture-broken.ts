import { raw, SDP, wire } from "./wire-text.ts";

/** What a broken message of RFC 4475 has to be answered. */
export interface BrokenMessage {
	readonly name: string;
	readonly text: string;
	/** Status of the answer; undefined where there must be none. */
	readonly status: number | undefined;
	/** Part of the reason. */
	readonly reason: RegExp;
}

const IDENTITY = [
	"Max-Forwards: 70",
	"From: sip:caller@example.net;tag=39291",
	"Call-ID: broken.1@192.0.2.5",
	"CSeq: 1 INVITE",
	"Via: SIP/2.0/UDP 192.0.2.5;branch=z9hG4bKkdjuw",
	"Contact: <sip:caller@host5.example.net>",
];
const TO = "To: sip:user@example.com";
const INVITE = "INVITE sip:user@example.com SIP/2.0";

/** RFC 4475 sections 3.1.2 and 3.3: what a message is refused for; the rest of it is ordinary. */
export const BROKEN: readonly BrokenMessage[] = [
	{
		name: "3.1.2.1 badinv01, stray separators in Via and Contact",
		text: wire([
			INVITE,
			TO,
			"From: sip:caller@example.net;tag=134161461246",
			"Call-ID: badinv01.0ha0isndaksdjasdf3234nas",
			"CSeq: 8 INVITE",
			"Via: SIP/2.0/UDP 192.0.2.15;;,;,,",
			'Contact: "Joe" <sip:joe@example.org>;;;;',
		]),
		status: 400,
		reason: /Via/,
	},
	{
		name: "3.1.2.2 clerr, Content-Length larger than the message",
		text: raw([INVITE, TO, ...IDENTITY, "Content-Type: application/sdp", "Content-Length: 9999"], SDP),
		status: 400,
		reason: /shorter than Content-Length/,
	},
	{
		name: "3.1.2.3 ncl, negative Content-Length",
		text: raw([INVITE, TO, ...IDENTITY, "Content-Type: application/sdp", "Content-Length: -999"], SDP),
		status: 400,
		reason: /Content-Length/,
	},
	{
		name: "3.1.2.4 scalar02, a CSeq number beyond 2^31 - 1",
		text: wire([
			"REGISTER sip:example.com SIP/2.0",
			"Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bK342sdfoi3",
			"To: <sip:user@example.com>",
			"From: <sip:user@example.com>;tag=239232jh3",
			"CSeq: 36893488147419103232 REGISTER",
			"Call-ID: scalar02.23o0pd9vanlq3wnrlnewofjas9ui32",
			"Max-Forwards: 300",
			`Expires: 1${"0".repeat(100)}`,
			"Contact: <sip:user@host129.example.com>",
			"  ;expires=280297596632815",
		]),
		status: 400,
		reason: /CSeq/,
	},
	{
		name: "3.1.2.5 scalarlg, the same in a response",
		text: wire([
			"SIP/2.0 503 Service Unavailable",
			"Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bKzzxdiwo34sw;received=192.0.2.129",
			"To: <sip:user@example.com>",
			"From: <sip:other@example.net>;tag=2easdjfejw",
			"CSeq: 9292394834772304023312 OPTIONS",
			"Call-ID: scalarlg.noase0of0234hn2qofoaf0232aewf2394r",
			"Retry-After: 949302838503028349304023988",
		]),
		status: undefined,
		reason: /CSeq/,
	},
	{
		name: "3.1.2.6 quotbal, a quoted string that never ends",
		text: wire([INVITE, 'To: "Mr. J. User <sip:j.user@example.com>', ...IDENTITY]),
		status: 400,
		reason: /To/,
	},
	{
		name: "3.1.2.7 ltgtruri, Request-URI in angle brackets",
		text: wire(["INVITE <sip:user@example.com> SIP/2.0", TO, ...IDENTITY]),
		status: 400,
		reason: /Request-URI/,
	},
	{
		name: "3.1.2.8 lwsruri, a blank in the Request-URI",
		text: wire(["INVITE sip:user@example.com; lr SIP/2.0", TO, ...IDENTITY]),
		status: 400,
		reason: /Request-URI/,
	},
	{
		name: "3.1.2.9 lwsstart, two blanks between the parts of the Request-Line",
		text: wire(["INVITE  sip:user@example.com  SIP/2.0", TO, ...IDENTITY]),
		status: 400,
		reason: /Request-URI/,
	},
	{
		name: "3.1.2.10 trws, blanks after the Request-Line",
		text: wire(["INVITE sip:remote-target@example.com SIP/2.0  ", TO, ...IDENTITY]),
		status: 400,
		reason: /Request-Line/,
	},
	{
		name: "3.1.2.11 escruri, headers in the Request-URI",
		text: wire(["INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0", TO, ...IDENTITY]),
		status: 400,
		reason: /Request-URI/,
	},
	{
		name: "3.1.2.13 regbadct, a question mark in a Contact without brackets",
		text: wire([
			"REGISTER sip:example.com SIP/2.0",
			"To: sip:user@example.com",
			"From: sip:user@example.com;tag=998332",
			"Call-ID: regbadct.k345asrl3fdbv@10.0.0.1",
			"CSeq: 1 REGISTER",
			"Via: SIP/2.0/UDP 135.180.130.133:5060;branch=z9hG4bKkdjuw",
			"Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E",
		]),
		status: 400,
		reason: /Contact/,
	},
	{
		name: "3.1.2.14 badaspec, blanks inside the angle brackets",
		text: wire([INVITE, 'To: "Watson, Thomas" < sip:t.watson@example.org >', ...IDENTITY]),
		status: 400,
		reason: /To/,
	},
	{
		name: "3.1.2.15 baddn, a comma in a display name without quotes",
		text: wire([INVITE, "To: Watson, Thomas <sip:t.watson@example.org>", ...IDENTITY]),
		status: 400,
		reason: /To/,
	},
	{
		name: "3.1.2.16 badvers, an unknown version",
		text: wire([
			"OPTIONS sip:t.watson@example.org SIP/7.0",
			"Via:     SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw",
			"From:    A. Bell <sip:a.g.bell@example.com>;tag=qweoiqpe",
			"To:      T. Watson <sip:t.watson@example.org>",
			"Call-ID: badvers.31417@c.example.com",
			"CSeq:    1 OPTIONS",
		]),
		status: 505,
		reason: /Version/,
	},
	{
		name: "3.1.2.17 mismatch01, another method in CSeq",
		text: wire(["OPTIONS sip:user@example.com SIP/2.0", TO, ...IDENTITY]),
		status: 400,
		reason: /CSeq method/,
	},
	{
		name: "3.1.2.18 mismatch02, an unknown method and another in CSeq",
		text: wire(["NEWMETHOD sip:user@example.com SIP/2.0", TO, ...IDENTITY]),
		status: 400,
		reason: /CSeq method/,
	},
	{
		name: "3.1.2.19 bigcode, a status code beyond 699",
		text: wire(["SIP/2.0 4294967301 better not break the receiver", TO, ...IDENTITY]),
		status: undefined,
		reason: /Status code/,
	},
	{
		name: "3.3.1 insuf, no Call-ID, From or To",
		text: wire([INVITE, "CSeq: 193942 INVITE", "Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf"]),
		status: 400,
		reason: /Missing Call-ID/,
	},
	{
		name: "3.3.8 multi01, headers that may stand once repeated",
		text: wire([INVITE, TO, ...IDENTITY, "CSeq: 59 INVITE", "Call-ID: multi01.98asdh@192.0.2.2", TO]),
		status: 400,
		reason: /Repeated/,
	},
	{
		name: "3.3.9 mcl01, two Content-Length values",
		text: raw([INVITE, TO, ...IDENTITY, "Content-Length: 13", "Content-Length: 5"], "There's no way to know"),
		status: 400,
		reason: /Content-Length/,
	},
];
