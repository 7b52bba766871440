import { describe, expect, test } from "bun:test";
import { readMessage } from "../../../../src/sip/message/reader.ts";
import type { WireRequest, WireResponse } from "../../../../src/sip/message/wire-message.ts";
import { makeResponse, stampVia } from "../../../../src/sip/message/writer.ts";
import { NameAddrHeader } from "../../../../src/sip/sipjs/grammar.ts";
import { bytesOf, invite, response, SDP } from "./wire-text.ts";

type Message = WireRequest | WireResponse;

function read(text: string): Message {
	const result = readMessage(bytesOf(text));
	if (result.kind === "broken") throw new Error(result.reason);
	return result.message;
}

/** What the other layers ask a message for. */
function facts(message: Message) {
	const { callId, cseq, method, fromTag, toTag, viaBranch, via, body } = message;
	const contact: unknown = message.parseHeader("contact");
	return {
		callId,
		cseq,
		method,
		fromTag,
		toTag,
		viaBranch,
		sentBy: `${via.host}:${via.port ?? ""}`,
		from: message.from.uri.toString(),
		to: message.to.uri.toString(),
		contact: contact instanceof NameAddrHeader ? contact.uri.toString() : undefined,
		body,
		bodyType: message.parseHeader("content-type"),
	};
}

const USUAL = facts(read(invite({ "Content-Type": "application/sdp" }, SDP)));

/** Changes to the header fields of an INVITE that leave it the same request. */
const FORMS: readonly (readonly [what: string, changes: Readonly<Record<string, string>>])[] = [
	["a semicolon at the end of From", { From: '"Alice" <sip:alice@example.com>;tag=1928301774;' }],
	["semicolons in a row in From", { From: '"Alice" <sip:alice@example.com>;;;tag=1928301774;;' }],
	["blanks between semicolons", { From: '"Alice" <sip:alice@example.com> ; ;tag=1928301774; ' }],
	["a semicolon at the end of To", { To: "<sip:bob@example.net>;" }],
	["a tag without a value", { To: "<sip:bob@example.net>;tag=" }],
	["a tag without an equals sign", { To: "<sip:bob@example.net>;tag" }],
	["an address without brackets and a semicolon at its end", { To: "sip:bob@example.net;" }],
	["semicolons in a row in Contact", { Contact: "<sip:alice@192.0.2.1>;;;" }],
	["a semicolon at the end of Via", { Via: "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKnashds8;" }],
	["semicolons in a row in Via", { Via: "SIP/2.0/UDP 192.0.2.1:5060;;branch=z9hG4bKnashds8;;rport" }],
	["rport with an empty value", { Via: "SIP/2.0/UDP 192.0.2.1:5060;rport=;branch=z9hG4bKnashds8" }],
	["received with an empty value", { Via: "SIP/2.0/UDP 192.0.2.1:5060;received=;branch=z9hG4bKnashds8" }],
	["a Via of small letters", { Via: "sip/2.0/udp 192.0.2.1:5060;Branch=z9hG4bKnashds8" }],
	["blanks in Via", { Via: "SIP / 2.0 / UDP  192.0.2.1 : 5060 ; branch = z9hG4bKnashds8" }],
	["a second Via", { Via: "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKnashds8,SIP/2.0/TCP 192.0.2.7;;" }],
	["blanks around separators", { From: '"Alice"  <sip:alice@example.com>  ;  tag  =  1928301774  ' }],
	["tabs around separators", { From: '"Alice"\t<sip:alice@example.com>\t;\ttag\t=\t1928301774' }],
	["no blank before the bracket", { From: '"Alice"<sip:alice@example.com>;tag=1928301774' }],
	["a name without quotes", { From: "Alice from Accounts <sip:alice@example.com>;tag=1928301774" }],
	[
		"a name with escapes",
		{ From: '"A \\"quoted\\" \\\\ name; <x>, y" <sip:alice@example.com>;tag=1928301774' },
	],
	["an empty name", { From: '"" <sip:alice@example.com>;tag=1928301774' }],
	["no brackets", { From: "sip:alice@example.com;tag=1928301774", Contact: "sip:alice@192.0.2.1" }],
	["a tag after others", { From: '<sip:alice@example.com>;x;y="a;b";tag=1928301774;z=1' }],
	["a tag in capitals", { From: "<sip:alice@example.com>;TAG=1928301774" }],
	["a scheme in capitals", { From: "<SIP:alice@example.com>;tag=1928301774" }],
	["folded lines", { From: '"Alice"\r\n <sip:alice@example.com>\r\n\t;tag=1928301774' }],
	["blanks before the value", { "Call-ID": "  \t a84b4c76e66710  " }],
	["a line folded before the value", { "Call-ID": "\r\n a84b4c76e66710" }],
	["several blanks in CSeq", { CSeq: "  314159 \t  INVITE" }],
	["zeros before the number", { CSeq: "0000314159 INVITE" }],
	["small letters in CSeq", { CSeq: "314159 invite" }],
	["zeros before Content-Length", { "Content-Length": `000${SDP.length}` }],
	["an empty header field", { Subject: "" }],
	["an empty list", { Route: "", "Record-Route": "", Supported: "", Require: "", Allow: "" }],
	["empty elements of a list", { "Record-Route": ", <sip:p1;lr>,, <sip:p2;lr>," }],
	["a comma at the end of Contact", { Contact: "<sip:alice@192.0.2.1>," }],
	["an unreadable Max-Forwards", { "Max-Forwards": "many" }],
	["a type of capitals", { "Content-Type": "Application/SDP" }],
	["a type with a semicolon", { "Content-Type": "application/sdp;" }],
	["a type with blanks", { "Content-Type": " application / sdp ; charset = utf-8 " }],
];

describe("an INVITE is the same request with", () => {
	test.each(FORMS)("%s", (_what, changes) => {
		const message = read(invite({ "Content-Type": "application/sdp", ...changes }, SDP));
		const { from, contact, ...others } = facts(message);
		expect(others).toEqual(without(USUAL));
		expect(from.toLowerCase()).toBe(USUAL.from);
		expect(contact).toBe(USUAL.contact);
	});

	test.each([
		["no Max-Forwards", invite({ "Max-Forwards": undefined, "Content-Type": "application/sdp" }, SDP)],
		["no type of its description", invite({}, SDP)],
		["no Content-Length", invite({ "Content-Length": undefined, "Content-Type": "application/sdp" }, SDP)],
		["line ends before it", `\r\n\r\n\r\n${invite({ "Content-Type": "application/sdp" }, SDP)}`],
		["rubbish behind its body", `${invite({ "Content-Type": "application/sdp" }, SDP)}\0\0rubbish`],
		[
			"blanks before its colons",
			invite({ "Content-Type": "application/sdp" }, SDP).replaceAll(/^([\w-]+): /gm, "$1 \t:"),
		],
		[
			"no blanks behind its colons",
			invite({ "Content-Type": "application/sdp" }, SDP).replaceAll(/^([\w-]+): /gm, "$1:"),
		],
		[
			"names of capitals",
			invite({ "Content-Type": "application/sdp" }, SDP).replaceAll(/^[\w-]+:/gm, (name) =>
				name.toUpperCase(),
			),
		],
		[
			"names of small letters",
			invite({ "Content-Type": "application/sdp" }, SDP).replaceAll(/^[\w-]+:/gm, (name) =>
				name.toLowerCase(),
			),
		],
		[
			"a version of small letters",
			invite({ "Content-Type": "application/sdp" }, SDP).replace("SIP/2.0", "sip/2.0"),
		],
	])("%s", (_what, text) => {
		expect(facts(read(text))).toEqual(USUAL);
	});

	test("compact names", () => {
		const compact = {
			Via: "v",
			From: "f",
			To: "t",
			"Call-ID": "i",
			Contact: "M",
			"Content-Length": "l",
			"Content-Type": "c",
		};
		const text = Object.entries(compact).reduce(
			(before, [name, short]) => before.replace(`${name}:`, `${short}:`),
			invite({ "Content-Type": "application/sdp" }, SDP),
		);
		expect(facts(read(text))).toEqual(USUAL);
	});

	test("all of it can be answered", () => {
		for (const [what, changes] of FORMS) {
			const message = read(invite(changes, SDP)) as WireRequest;
			stampVia(message, "192.0.2.77", 5060);
			const answer = read(makeResponse(message, 200, { toTag: "ours" }));
			expect([what, answer.toTag, answer.viaBranch, answer.callId]).toEqual([
				what,
				"ours",
				USUAL.viaBranch,
				USUAL.callId,
			]);
			expect(answer.getHeader("To")).not.toContain("tag=;");
		}
	});
});

describe("a request", () => {
	test("that asks for rport with an empty value is told the port", () => {
		const message = read(invite({ Via: "SIP/2.0/UDP 10.0.0.1;rport=;branch=z9hG4bKa" })) as WireRequest;
		stampVia(message, "192.0.2.77", 1234);
		expect(message.getHeader("Via")).toBe(
			"SIP/2.0/UDP 10.0.0.1;rport=1234;branch=z9hG4bKa;received=192.0.2.77",
		);
	});

	test.each(["*", "* "])("with Contact: %s has none that leads anywhere", (contact) => {
		expect(read(invite({ Contact: contact })).parseHeader("contact")).toBeUndefined();
	});

	test.each(["tel:+1212", "urn:service:sos", "soap.beep://192.0.2.103:3002"])(
		"to %s can be read: whether anybody is meant by it is for others to say",
		(uri) => {
			const text = invite().replace("sip:bob@example.net SIP/2.0", `${uri} SIP/2.0`);
			expect((read(text) as WireRequest).ruri?.toString()).toBe(uri);
		},
	);

	test("with a body that is no description and has no type has text", () => {
		expect(facts(read(invite({}, "hello"))).bodyType).toBe("text/plain");
	});
});

describe("a response is read", () => {
	test.each([
		["SIP/2.0  180  Ringing", 180, " Ringing"],
		["SIP/2.0\t180\tRinging", 180, "Ringing"],
		["sip/2.0 180 Ringing", 180, "Ringing"],
		["SIP/2.0 180", 180, ""],
		["SIP/2.0 180 ", 180, ""],
	])("with the line '%s'", (line, statusCode, reasonPhrase) => {
		expect(read(response(line))).toMatchObject({ statusCode, reasonPhrase });
	});

	test("with a method of small letters in CSeq", () => {
		expect(read(response("SIP/2.0 200 OK", { CSeq: "1 invite" })).method).toBe("INVITE");
	});

	test.each(["", "*", "<>"])("with Contact: %s, as one without", (contact) => {
		expect(read(response("SIP/2.0 200 OK", { Contact: contact })).hasHeader("contact")).toBe(false);
	});
});

function without({ from: _from, contact: _contact, ...others }: typeof USUAL) {
	return others;
}
