import { describe, expect, test } from "bun:test";
import { Grammar, NameAddrHeader } from "sip.js/lib/grammar/index.js";
import { type BrokenRequest, readMessage } from "../../../../src/sip/message/reader.ts";
import { IncomingRequestMessage, IncomingResponseMessage } from "../../../../src/sip/sipjs/core.ts";
import { bytesOf, invite, raw, response, SDP } from "./wire-text.ts";

function readRequest(text: string): IncomingRequestMessage {
	const result = readMessage(bytesOf(text));
	if (result.kind !== "request") throw new Error(result.kind === "broken" ? result.reason : result.kind);
	return result.message;
}

function readResponse(text: string): IncomingResponseMessage {
	const result = readMessage(bytesOf(text));
	if (result.kind !== "response") throw new Error(result.kind === "broken" ? result.reason : result.kind);
	return result.message;
}

function refusal(text: string): { reason: string; reply: BrokenRequest | undefined } {
	const result = readMessage(bytesOf(text));
	if (result.kind !== "broken") throw new Error(`read as a ${result.kind}`);
	return { reason: result.reason, reply: result.reply };
}

describe("readMessage on good messages", () => {
	test("fills every field of a request", () => {
		const message = readRequest(invite({ "Content-Type": "application/sdp" }, SDP));
		expect(message).toBeInstanceOf(IncomingRequestMessage);
		expect(message.method).toBe("INVITE");
		expect(message.ruri?.toString()).toBe("sip:bob@example.net");
		expect(message.from.displayName).toBe("Alice");
		expect(message.fromTag).toBe("1928301774");
		expect(message.toTag).toBeUndefined();
		expect(message.callId).toBe("a84b4c76e66710");
		expect(message.cseq).toBe(314159);
		expect(message.viaBranch).toBe("z9hG4bKnashds8");
		expect(message.via).toMatchObject({ host: "192.0.2.1", port: 5060 });
		expect(message.body).toBe(SDP);
		expect(message.data).toBe("INVITE sip:bob@example.net SIP/2.0");
	});

	test("fills every field of a response, its method from CSeq", () => {
		const message = readResponse(response("SIP/2.0 180 Ringing far away"));
		expect(message).toBeInstanceOf(IncomingResponseMessage);
		expect(message.statusCode).toBe(180);
		expect(message.reasonPhrase).toBe("Ringing far away");
		expect(message.method).toBe("INVITE");
		expect(message.toTag).toBe("a6c85cf");
		expect(message.parseHeader("contact")).toBeInstanceOf(NameAddrHeader);
	});

	test("takes a Status-Line without the blank before its missing reason", () => {
		expect(readResponse(response("SIP/2.0 200"))).toMatchObject({ statusCode: 200, reasonPhrase: "" });
	});

	test.each([
		["v", "Via"],
		["f", "From"],
		["t", "To"],
		["i", "Call-ID"],
		["m", "Contact"],
		["l", "Content-Length"],
	])("takes the compact form %s for %s", (compact, name) => {
		const message = readRequest(invite().replace(`${name}:`, `${compact}:`));
		expect(message.headers[name]).toHaveLength(1);
	});

	test.each([
		["c", "application/sdp", "Content-Type"],
		["s", "Lunch", "Subject"],
		["k", "timer", "Supported"],
		["e", "gzip", "Content-Encoding"],
		["r", "<sip:c@d>", "Refer-To"],
		["o", "refer", "Event"],
		["u", "refer", "Allow-Events"],
		["x", "1800", "Session-Expires"],
		["b", "<sip:c@d>", "Referred-By"],
		["j", "*", "Reject-Contact"],
		["a", "*", "Accept-Contact"],
		["d", "proxy", "Request-Disposition"],
		["y", "abc", "Identity"],
	])("takes the compact form %s: %s for %s", (compact, value, name) => {
		expect(readRequest(invite({ [compact]: value })).getHeader(name)).toBe(value);
	});

	test("finds every field, whether it is taken from the text or from SIP.js's shape of all of them", () => {
		const message = readRequest(invite({ Allow: "INVITE", ALLOW: "BYE", k: "timer", "X-Other": "1" }));
		const facts = () => [
			message.getHeaders("allow"),
			[message.hasHeader("Supported"), message.getHeader("supported"), message.getHeader("k")],
			[message.getHeaders("x-other"), message.hasHeader("x-another"), message.getHeader("X-Another")],
			message.getHeaders("via"),
		];
		const atFirst = facts();
		expect(atFirst).toEqual([
			["INVITE", "BYE"],
			[true, "timer", "timer"],
			[["1"], false, undefined],
			["SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKnashds8"],
		]);
		expect(message.from).toBe(message.from);
		const { from } = message;
		expect(message.headers.From?.[0]?.parsed).toBe(from);
		expect(message.headers["X-Other"]).toMatchObject([{ raw: "1" }]);
		expect(facts()).toEqual(atFirst);
	});

	test("splits lists at their commas and keeps those in quotes and brackets", () => {
		const message = readRequest(
			invite({
				"Record-Route": "<sip:p1.example.com;lr>, <sip:p2.example.com;lr>",
				Contact: '"Doe, John" <sip:a,b@192.0.2.1>;q=0.5, <sip:c@192.0.2.2>',
			}),
		);
		expect(message.getHeaders("record-route")).toEqual([
			"<sip:p1.example.com;lr>",
			"<sip:p2.example.com;lr>",
		]);
		expect(message.getHeaders("contact")).toEqual([
			'"Doe, John" <sip:a,b@192.0.2.1>;q=0.5',
			"<sip:c@192.0.2.2>",
		]);
	});

	test("counts Content-Length in bytes and discards what follows", () => {
		const message = readRequest(`${invite({ "Content-Type": "text/plain" }, "Grüße")}rest`);
		expect(message.body).toBe("Grüße");
	});

	test("takes the rest of the datagram for the body without Content-Length", () => {
		expect(
			readRequest(invite({ "Content-Length": undefined, "Content-Type": "text/plain" }, "héllo")).body,
		).toBe("héllo");
	});

	test("keeps UTF-8 in the head, and reads Latin-1 where it is no UTF-8", () => {
		expect(readRequest(invite({ From: "Jürgen Groß <sip:j@example.com>;tag=1" })).from.displayName).toBe(
			"Jürgen Groß",
		);
		const latin1 = Uint8Array.from(
			Buffer.from(invite({ From: '"Jürgen" <sip:j@example.com>;tag=1' }), "latin1"),
		);
		const result = readMessage(latin1);
		if (result.kind !== "request") throw new Error(result.kind);
		expect(result.message.from.displayName).toBe("Jürgen");
	});

	test("skips a header field with a name that goes on and on", () => {
		const message = readRequest(invite({ [`X-${"x".repeat(255)}`]: "1", [`X-${"x".repeat(254)}`]: "2" }));
		expect(Object.keys(message.headers).filter((name) => name.startsWith("X"))).toEqual([
			`X-X${"x".repeat(253)}`,
		]);
	});

	test("skips line ends before the start line", () => {
		expect(readRequest(`\r\n\r\n${invite()}`).method).toBe("INVITE");
	});

	test("gives an RFC 2543 client's INVITE and its ACK one transaction, another CSeq another", () => {
		const branchOf = (changes: Record<string, string>, method = "INVITE") =>
			readRequest(
				invite({ Via: "SIP/2.0/UDP 192.0.2.1", CSeq: `7 ${method}`, ...changes }).replace("INVITE", method),
			).viaBranch;
		expect(branchOf({})).toBe(branchOf({ To: "<sip:bob@example.net>;tag=9" }, "ACK"));
		expect(branchOf({})).not.toBe(branchOf({ CSeq: "8 INVITE" }));
	});

	test("takes every spelling of application/sdp for it, since SIP.js's core compares letters", () => {
		const message = readRequest(invite({ "Content-Type": "Application/SDP ;charset=utf-8" }, SDP));
		expect(message.parseHeader("Content-Type")).toBe("application/sdp");
		expect(message.getHeader("Content-Type")).toBe("Application/SDP ;charset=utf-8");
	});

	test("gives a body without a type one, since SIP.js's core throws on it", () => {
		expect(readRequest(invite({}, "hello")).parseHeader("Content-Type")).toBe("text/plain");
	});

	test("does not take a header with an underscore for the one with a hyphen, nor trips over __proto__", () => {
		const message = readRequest(
			invite({ Content_Length: "5", __proto___: "x", ["__proto__"]: "y", constructor: "z" }),
		);
		expect(message.getHeaders("Content-Length")).toEqual(["0"]);
		expect(message.getHeader("constructor")).toBe("z");
	});

	test("drops a malformed Contact of a refusal: the refusal counts", () => {
		const message = readResponse(response("SIP/2.0 486 Busy Here", { Contact: "sip:nowhere at all" }));
		expect(message.hasHeader("Contact")).toBe(false);
	});

	test("drops a malformed Contact of any response, and keeps those that can be read", () => {
		const answer = readResponse(response("SIP/2.0 200 OK", { Contact: "sip:nowhere at all" }));
		expect(answer.hasHeader("Contact")).toBe(false);
		const moved = readResponse(response("SIP/2.0 302 Moved", { Contact: "<sip:b@[>, <sip:c@192.0.2.2>" }));
		expect(moved.getHeaders("Contact")).toEqual(["<sip:c@192.0.2.2>"]);
	});

	test("leaves the grammar out for every header that SIP.js's core asks for", () => {
		const parse = Grammar.parse;
		const asked: string[] = [];
		Grammar.parse = (input: string, rule: string) => {
			asked.push(rule);
			return parse(input, rule);
		};
		try {
			const message = readRequest(
				invite({
					"Max-Forwards": "0",
					Event: "refer",
					"Refer-To": "<sip:c@example.org>",
					"Subscription-State": "active",
					"Content-Disposition": "session",
					"Session-Expires": "1800",
					Require: "timer",
				}),
			);
			for (const name of Object.keys(message.headers)) message.parseHeader(name);
		} finally {
			Grammar.parse = parse;
		}
		expect(asked).toEqual([]);
	});
});

describe("readMessage on broken messages", () => {
	test.each(["Via", "From", "To", "Call-ID", "CSeq"])("refuses a message without %s", (name) => {
		expect(refusal(invite({ [name]: undefined })).reason).toBe(`Missing ${name} header field`);
		expect(refusal(response("SIP/2.0 200 OK", { [name]: undefined })).reply).toBeUndefined();
	});

	test.each([
		["From", "<sip:x@y>;tag=1"],
		["To", "<sip:x@y>"],
		["Call-ID", "other"],
		["CSeq", "314159 INVITE"],
	])("refuses a repeated %s", (name, value) => {
		const text = invite().replace("\r\n\r\n", `\r\n${name}: ${value}\r\n\r\n`);
		expect(refusal(text)).toMatchObject({ reason: `Repeated ${name} header field`, reply: { status: 400 } });
	});

	test.each([
		["CSeq", "2147483648 INVITE"],
		["CSeq", "-1 INVITE"],
		["CSeq", "INVITE"],
		["CSeq", "1"],
		["CSeq", "1 INV ITE"],
		["Call-ID", "a b"],
		["Call-ID", ""],
		["From", "<sip:x@>;tag=1"],
		["From", "<sip:alice@example.com"],
		["To", "<sip:bob@example.net>tag"],
		["To", "<sip:bob@exa mple.net>"],
		["To", ""],
		["Record-Route", "<sip:p;lr>,*"],
		["Via", "SIP/2.0/UDP"],
		["Content-Length", "1e1"],
		["Content-Length", ""],
	])("refuses %s: %s", (name, value) => {
		const { reason, reply } = refusal(invite({ [name]: value }));
		expect(reason).toBe(`Malformed ${name} header field`);
		expect(reply?.status).toBe(name === "Via" ? (undefined as unknown as number) : 400);
	});

	test("takes CSeq 0 and 2147483647", () => {
		expect(readRequest(invite({ CSeq: "0 INVITE" })).cseq).toBe(0);
		expect(readRequest(invite({ CSeq: "2147483647 INVITE" })).cseq).toBe(2147483647);
	});

	test.each(["099", "700", "20", "2000", "2x0", ""])("drops a response with status code '%s'", (code) => {
		expect(refusal(response(`SIP/2.0 ${code} Odd`)).reply).toBeUndefined();
	});

	test("never answers an ACK", () => {
		const text = invite({ CSeq: "1 ACK", To: undefined }).replace("INVITE", "ACK");
		expect(refusal(text).reply).toBeUndefined();
	});

	test.each([
		["a lone LF", "Subject: a\nX-Evil: b"],
		["a lone CR", "Subject: a\rX-Evil: b"],
		["a NUL", "Subject: a\0b"],
		["a line without a colon", "Subject"],
		["a name with a blank", "Sub ject: a"],
		["a line without a name", ": a"],
	])("refuses %s in the head", (_what, line) => {
		const text = invite().replace("Max-Forwards: 70", line);
		const { reply } = refusal(text);
		for (const value of Object.values(reply ?? {}).flat()) expect(String(value)).not.toMatch(/[\r\n\0]/);
	});

	test("refuses a head that does not end", () => {
		expect(refusal(invite().slice(0, -2))).toMatchObject({
			reason: "No empty line after the headers",
			reply: { status: 400 },
		});
	});

	test("gives the answer the headers of the request", () => {
		const { reply } = refusal(
			invite({ Via: "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1, SIP/2.0/UDP 192.0.2.8", To: "nobody" }),
		);
		expect(reply).toEqual({
			status: 400,
			method: "INVITE",
			via: ["SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1", "SIP/2.0/UDP 192.0.2.8"],
			from: '"Alice" <sip:alice@example.com>;tag=1928301774',
			to: "nobody",
			callId: "a84b4c76e66710",
			cseq: "314159 INVITE",
		});
	});

	test.each([";", "", ";;,;,,"])("answers 400 when '%s' follows the first Via", (rest) => {
		const { reason, reply } = refusal(invite({ Via: `SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa,${rest}` }));
		expect(reason).toBe("Malformed Via header field");
		expect(reply?.via).toEqual(["SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa"]);
	});

	test.each([
		["INVITE sip:bob@example.net SIP/3.0", 505],
		["INVITE sip:bob@example.net HTTP/1.1", 400],
		["INVITE sip:bob@example.net", 400],
		["INVITE bob SIP/2.0", 400],
		["INVITE sip:bob@ SIP/2.0", 400],
		["INVITE sip:bob@300.0.0.1 SIP/2.0", 400],
	])("answers '%s' with %d", (line, status) => {
		expect(refusal(invite().replace(/^.*\r\n/, `${line}\r\n`)).reply?.status).toBe(status);
	});

	test.each(["", "\r\n\r\n", "\0\0\0\0", "hello", raw(["IN VITE"]), raw(["<INVITE> sip:a@b SIP/2.0"])])(
		"drops what is no SIP message: %j",
		(text) => {
			expect(refusal(text).reply).toBeUndefined();
		},
	);
});
