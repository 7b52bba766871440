import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readAnyMessage } from "../../../../src/sip/message/any-message.ts";
import { decodeAscii, decodeMessage } from "../../../../src/sip/message/decode.ts";
import { readPlainMessage } from "../../../../src/sip/message/plain-message.ts";
import type { WireRequest, WireResponse } from "../../../../src/sip/message/wire-message.ts";
import { VALID } from "./torture-valid.ts";
import { bytesOf, invite, response, SDP, wire } from "./wire-text.ts";

type Message = WireRequest | WireResponse;

const INSTANCE = '<sip:bob@192.0.2.7:5060;transport=udp>;reg-id=1;+sip.instance="<urn:uuid:0-1>"';

/** As a telephone writes them. */
const USUAL = [
	response("SIP/2.0 100 Trying", { To: "<sip:bob@example.net>", Contact: undefined }),
	response("SIP/2.0 180 Ringing", { "User-Agent": "phone/1.0", Allow: "INVITE, ACK, BYE" }),
	response(
		"SIP/2.0 200 OK",
		{ "Record-Route": "<sip:p1;lr>", Contact: INSTANCE, "Content-Type": "application/sdp" },
		SDP,
	),
	response("SIP/2.0 486 Busy here", { Warning: '399 phone "Busy"', "X-Phone": "1" }),
	invite({ "Content-Type": "application/sdp", Supported: "timer,100rel" }, SDP),
	invite({ Route: "<sip:p1.example.com;lr>", Privacy: "id", "Content-Length": undefined }),
	wire(
		[
			"NOTIFY sip:18c71b3aaf31d94d@127.0.0.1:40179 SIP/2.0",
			"v: SIP/2.0/UDP 127.0.0.1:38885;branch=z9hG4bKu05x2;rport",
			"Via: SIP/2.0/UDP [2001:db8::1];branch=z9hG4bKother",
			"max-forwards: 70",
			"f: <sip:i1@127.0.0.1:38885>;tag=u05x1",
			't: "Click, to call" <sip:click2call@example.com>;tag=33ae',
			"i:   df33784f6e5e0f477f8b1fbf1910ea915b9d  ",
			"CSeq: 1  NOTIFY",
			"m: <sip:i1@127.0.0.1:38885>",
			"o: refer",
			"Subscription-State: active;expires=60",
			"c: message/sipfrag;version=2.0",
		],
		"SIP/2.0 100 Trying\r\n",
	),
];

const SAMPLES = [...USUAL, ...VALID.map(({ text }) => text)];

/** A sample in which some pieces are replaced, inserted or cut out. */
const changed = fc
	.record({
		sample: fc.constantFrom(...SAMPLES),
		edits: fc.array(
			fc.record({
				at: fc.nat(800),
				remove: fc.nat(2),
				insert: fc.constantFrom(
					...["\r\n", "\r", "\n", "\r\n ", ";", ",", '"', "<", ">", "%", "@", ":", " ", "\t", "\0", "é", "="],
					...["\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1", "\r\nTo: <sip:a@b>", "\r\nl: 3", "\r\nX-A: b", ""],
				),
			}),
			{ maxLength: 3 },
		),
	})
	.map(({ sample, edits }) => {
		let text = sample;
		for (const { at, remove, insert } of edits) {
			const place = at % (text.length + 1);
			text = text.slice(0, place) + insert + text.slice(place + remove);
		}
		return text;
	});

function factsOf(message: Message, names: readonly string[]) {
	const { method, callId, cseq, fromTag, toTag, viaBranch, body, data } = message;
	const start = "statusCode" in message ? [message.statusCode, message.reasonPhrase] : [String(message.ruri)];
	return {
		start,
		...{ method, callId, cseq, fromTag, toTag, viaBranch, body, data },
		fields: names.map((name) => [name, message.getHeader(name), message.getHeaders(name)]),
		missing: [
			message.hasHeader("X-Missing"),
			message.getHeader("Warp"),
			message.getHeaders("Session-Expires"),
		],
	};
}

function parsedBy(message: Message, names: readonly string[]): string {
	return JSON.stringify(names.map((name) => (name === "Call-Info" ? "" : message.parseHeader(name))));
}

function rawFields({ headers }: Message) {
	return Object.entries(headers).map(([name, slots]) => [name, slots.map(({ raw }) => raw)]);
}

/** @returns whether the text is of the usual form. */
function compare(text: string): boolean {
	const bytes = bytesOf(text);
	const ascii = decodeAscii(bytes);
	const plain = ascii === undefined ? undefined : readPlainMessage(ascii);
	if (!plain) return false;
	const any = readAnyMessage(decodeMessage(bytes, ascii));
	if (any.kind === "broken") throw new Error(`${any.reason}: ${JSON.stringify(text)}`);
	const names = Object.keys(any.message.headers);
	expect(factsOf(plain, names)).toEqual(factsOf(any.message, names));
	expect(parsedBy(plain, names)).toBe(parsedBy(any.message, names));
	expect(rawFields(plain)).toEqual(rawFields(any.message));
	expect(factsOf(plain, names)).toEqual(factsOf(any.message, names));
	return true;
}

describe("a message of the usual form", () => {
	test.each(USUAL.map((text) => [text.slice(0, text.indexOf("\r")), text]))(
		"is recognized and read as any other: %s",
		(_name, text) => {
			expect(compare(text)).toBe(true);
		},
	);

	test("is never one that is malformed or says something else when it is read with more care", () => {
		let plain = 0;
		fc.assert(
			fc.property(changed, (text) => {
				if (compare(text)) plain++;
			}),
			{ numRuns: 3000 },
		);
		expect(plain).toBeGreaterThan(100);
	});
});
