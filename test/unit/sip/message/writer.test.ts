import { describe, expect, test } from "bun:test";
import { type BrokenRequest, readMessage } from "../../../../src/sip/message/reader.ts";
import { reasonPhrase } from "../../../../src/sip/message/reasons.ts";
import type { WireRequest } from "../../../../src/sip/message/wire-message.ts";
import {
	assertHeaderText,
	byteLength,
	HeaderValueError,
	headerLine,
	inspectOutgoing,
	makeBrokenResponse,
	makeResponse,
	OutgoingMessageError,
	quoteDisplayName,
	stampVia,
} from "../../../../src/sip/message/writer.ts";
import { bytesOf, invite } from "./wire-text.ts";

function request(changes: Readonly<Record<string, string | undefined>> = {}): WireRequest {
	const result = readMessage(bytesOf(invite(changes)));
	if (result.kind !== "request") throw new Error(result.kind === "broken" ? result.reason : result.kind);
	return result.message;
}

describe("makeResponse", () => {
	test("copies Via, From, Call-ID and CSeq, and adds a tag to To", () => {
		const text = makeResponse(request({ Via: "SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/UDP b" }), 486, {
			toTag: "t1",
		});
		expect(text).toBe(
			[
				"SIP/2.0 486 Busy Here",
				"Via: SIP/2.0/UDP a;branch=z9hG4bK1",
				"Via: SIP/2.0/UDP b",
				'From: "Alice" <sip:alice@example.com>;tag=1928301774',
				"To: <sip:bob@example.net>;tag=t1",
				"Call-ID: a84b4c76e66710",
				"CSeq: 314159 INVITE",
				"Content-Length: 0",
				"",
				"",
			].join("\r\n"),
		);
	});

	test("leaves a tag in To alone, and gives a 100 none but the request's Timestamp", () => {
		expect(makeResponse(request({ To: "<sip:b@h>;tag=x" }), 200, { toTag: "t1" })).toContain(
			"\r\nTo: <sip:b@h>;tag=x\r\n",
		);
		const trying = makeResponse(request({ Timestamp: "54" }), 100);
		expect(trying).toContain("\r\nTo: <sip:bob@example.net>\r\n");
		expect(trying).toContain("\r\nTimestamp: 54\r\n");
		expect(makeResponse(request({ Timestamp: "54" }), 200)).not.toContain("Timestamp");
	});

	test("makes a new tag of 96 random bits when none is given", () => {
		const tags = [1, 2].map(() => /To: .*;tag=([0-9a-f]{24})\r/.exec(makeResponse(request(), 404))?.[1]);
		expect(tags[0]).toBeDefined();
		expect(tags[0]).not.toBe(tags[1]);
	});

	test("copies Record-Route into a response that can begin a dialog, and into no refusal", () => {
		const routed = request({ "Record-Route": "<sip:p1;lr>, <sip:p2;lr>" });
		expect(makeResponse(routed, 180)).toContain(
			"\r\nRecord-Route: <sip:p1;lr>\r\nRecord-Route: <sip:p2;lr>\r\n",
		);
		expect(makeResponse(routed, 486)).not.toContain("Record-Route");
	});

	test("writes reason, Contact, more headers and the body with its length in bytes", () => {
		const text = makeResponse(request(), 200, {
			reason: "Fine",
			contact: "<sip:me@192.0.2.2>",
			headers: ["Allow: INVITE, ACK"],
			body: { type: "text/plain", content: "Grüße" },
		});
		expect(text).toStartWith("SIP/2.0 200 Fine\r\n");
		expect(text).toContain("\r\nContact: <sip:me@192.0.2.2>\r\nAllow: INVITE, ACK\r\n");
		expect(text).toEndWith("\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nGrüße");
	});

	test.each([
		["reason", { reason: "a\r\nX: y" }],
		["headers", { headers: ["A: b\r\nX: y"] }],
		["a header without a name", { headers: ["nothing"] }],
		["contact", { contact: "<sip:a@b>\nX: y" }],
		["toTag", { toTag: "a\0" }],
		["body type", { body: { type: "a/b\r\nX: y", content: "" } }],
	])("refuses a line break in %s", (_what, options) => {
		expect(() => makeResponse(request(), 200, options)).toThrow(HeaderValueError);
	});

	test.each([99, 700, Number.NaN])("refuses status %d", (status) => {
		expect(() => makeResponse(request(), status)).toThrow(RangeError);
	});
});

describe("makeBrokenResponse", () => {
	const reply: BrokenRequest = {
		status: 400,
		method: "INVITE",
		via: ["SIP/2.0/UDP a;branch=z9hG4bK1"],
		from: "<sip:a@b>;tag=1",
		to: "<sip:c@d>",
		callId: undefined,
		cseq: "99999999999 INVITE",
	};

	test("writes what is there, and a tag into a readable To", () => {
		expect(makeBrokenResponse(reply, 400, "Missing Call-ID header field")).toMatch(
			/^SIP\/2\.0 400 Missing Call-ID header field\r\nVia: SIP\/2\.0\/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=[0-9a-f]{24}\r\nCSeq: 99999999999 INVITE\r\nContent-Length: 0\r\n\r\n$/,
		);
	});

	test("leaves an unreadable To alone", () => {
		expect(makeBrokenResponse({ ...reply, to: '"x <sip:c@d>' }, 400, "Bad")).toContain(
			'\r\nTo: "x <sip:c@d>\r\n',
		);
	});
});

describe("stampVia", () => {
	function stamped(via: string, address = "192.0.2.9", port = 40000): { raw: string; parsed: unknown } {
		const message = request({ Via: via });
		stampVia(message, address, port);
		return { raw: message.getHeader("Via") ?? "", parsed: message.parseHeader("Via") };
	}

	test.each([
		[
			"leaves a Via alone that tells the truth",
			"SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK1",
			"SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK1",
		],
		[
			"adds received to another address",
			"SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1",
			"SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;received=192.0.2.9",
		],
		[
			"adds received to a name",
			"SIP/2.0/UDP host.example.com;branch=z9hG4bK1",
			"SIP/2.0/UDP host.example.com;branch=z9hG4bK1;received=192.0.2.9",
		],
		[
			"adds both when rport is asked for",
			"SIP/2.0/UDP 192.0.2.9;rport;branch=z9hG4bK1",
			"SIP/2.0/UDP 192.0.2.9;rport=40000;branch=z9hG4bK1;received=192.0.2.9",
		],
		[
			"replaces what the sender made up",
			'SIP/2.0/UDP 10.0.0.1;Received=1.1.1.1;RPORT = 7;x=";received="',
			'SIP/2.0/UDP 10.0.0.1;rport=40000;x=";received=";received=192.0.2.9',
		],
		[
			"takes out a made-up received that is not needed",
			"SIP/2.0/UDP 192.0.2.9;received=1.1.1.1;branch=z9hG4bK1",
			"SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1",
		],
	])("%s", (_rule, via, expected) => {
		expect(stamped(via).raw).toBe(expected);
	});

	test("changes the parsed value alike", () => {
		const { parsed } = stamped("SIP/2.0/UDP 10.0.0.1;rport;branch=z9hG4bK1");
		expect(parsed).toMatchObject({
			host: "10.0.0.1",
			received: "192.0.2.9",
			rport: "40000",
			branch: "z9hG4bK1",
		});
	});

	test("compares IPv6 addresses without brackets and case", () => {
		expect(stamped("SIP/2.0/UDP [2001:DB8::1];branch=z9hG4bK1", "2001:db8::1").raw).not.toContain("received");
		expect(stamped("SIP/2.0/UDP [2001:DB8::1];branch=z9hG4bK1", "2001:db8::2").raw).toEndWith(
			";received=2001:db8::2",
		);
	});

	test("a stamped twice is a stamped once", () => {
		const message = request({ Via: "SIP/2.0/UDP 10.0.0.1;rport;branch=z9hG4bK1" });
		stampVia(message, "192.0.2.9", 1);
		stampVia(message, "192.0.2.9", 2);
		expect(message.getHeader("Via")).toBe("SIP/2.0/UDP 10.0.0.1;rport=2;branch=z9hG4bK1;received=192.0.2.9");
	});
});

describe("header text", () => {
	test.each(["a\rb", "a\nb", "a\0b", "\r\n"])("%j is refused", (value) => {
		expect(() => assertHeaderText("Subject", value)).toThrow(HeaderValueError);
	});

	test.each(["", "Sub ject", "Subject:", "Sub\r\nject"])("the name %j is refused", (name) => {
		expect(() => headerLine(name, "x")).toThrow(HeaderValueError);
	});

	test("the error names the header and does not repeat the value", () => {
		expect(() => assertHeaderText("Authorization", "secret\r\n")).toThrow(/"Authorization"/);
		expect(() => assertHeaderText("Authorization", "secret\r\n")).not.toThrow(/secret/);
	});

	test("a display name is escaped and loses its control characters", () => {
		expect(quoteDisplayName('Say "hi" \\ \r\n\t\u0000bye\u007f\u2028\ud800')).toBe(
			'Say \\"hi\\" \\\\ bye\ufffd',
		);
	});

	test("a length is counted in bytes", () => {
		expect(byteLength("Grüße 🙂")).toBe(12);
	});
});

describe("inspectOutgoing", () => {
	test("summarises a request", () => {
		const text = invite({ To: "<sip:b@h;tag=no>;x=1;tag=t1" });
		expect(inspectOutgoing(text)).toEqual({
			method: "INVITE",
			branch: "z9hG4bKnashds8",
			callId: "a84b4c76e66710",
			cseq: 314159,
			toTag: "t1",
		});
	});

	test("gives no tag where there is none", () => {
		expect(inspectOutgoing(invite({ To: "<sip:b@h;tag=no>" }))).not.toHaveProperty("toTag");
	});

	test("says which header is missing", () => {
		expect(() => inspectOutgoing(invite({ "Call-ID": undefined }))).toThrow(OutgoingMessageError);
		expect(() => inspectOutgoing(invite({ "Call-ID": undefined }))).toThrow(/Call-ID/);
	});
});

test("a status without a registered phrase gets that of its class", () => {
	expect(reasonPhrase(486)).toBe("Busy Here");
	expect(reasonPhrase(499)).toBe("Bad Request");
	expect(reasonPhrase(299)).toBe("OK");
});
