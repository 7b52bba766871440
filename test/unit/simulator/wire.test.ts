import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parameterOf, parseUri, splitList, uriOf } from "../../../src/simulator/addresses.ts";
import { writeRequest, writeResponse } from "../../../src/simulator/outgoing.ts";
import { FramingError, StreamFramer } from "../../../src/simulator/stream-framer.ts";
import { readMessage, WireError, writeMessage } from "../../../src/simulator/wire.ts";

describe("reading a message", () => {
	test("finds headers in any case, short or folded, and lists in one line or many", () => {
		const text =
			"INVITE sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP h;branch=1, SIP/2.0/TCP i;branch=2\r\nVIA: SIP/2.0/UDP j\r\n" +
			'm: "A, B" <sip:a@b;x=1,2>;q=1\r\nSubject: one\r\n two\r\nCSeq: 7 INVITE\r\n\r\n';
		const message = readMessage(text);
		expect(message).toMatchObject({ method: "INVITE", uri: "sip:a@b", status: 0, cseq: 7, defects: [] });
		expect(message.list("via")).toEqual([
			"SIP/2.0/UDP h;branch=1",
			"SIP/2.0/TCP i;branch=2",
			"SIP/2.0/UDP j",
		]);
		expect(message.list("contact")).toEqual(['"A, B" <sip:a@b;x=1,2>;q=1']);
		expect(message.header("subject")).toBe("one two");
	});

	test.each(["", "\r\n\r\n", "INVITE sip:a SIP/2.0\r\n", "HELLO\r\n\r\n", "SIP/2.0 20 OK\r\n\r\n"])(
		"%j is no message",
		(text) => expect(() => readMessage(text)).toThrow(WireError),
	);

	test("no text makes it throw anything but a WireError", () => {
		fc.assert(
			fc.property(fc.string({ maxLength: 200 }), (text) => {
				try {
					readMessage(`OPTIONS sip:a@b SIP/2.0\r\n${text}\r\n\r\n`);
				} catch (error) {
					expect(error).toBeInstanceOf(WireError);
				}
			}),
		);
	});
});

describe("cutting a stream", () => {
	const frames = [
		writeMessage(["OPTIONS sip:a@b SIP/2.0", "Call-ID: 1"]),
		writeMessage(["SIP/2.0 200 OK", "Call-ID: 2"], "v=0\r\n\r\nContent-Length: 99\r\n"),
		"INVITE sip:a@b SIP/2.0\r\nl :  3\r\n\r\nabc",
	];

	test("gives the same messages wherever the stream is cut", () => {
		const stream = frames.join("\r\n");
		fc.assert(
			fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
				const seen: string[] = [];
				const framer = new StreamFramer({ onFrame: (text) => seen.push(text), onPing() {} });
				let from = 0;
				for (const cut of [...cuts.sort((a, b) => a - b), stream.length]) {
					framer.push(stream.slice(from, cut));
					from = cut;
				}
				expect(seen).toEqual(frames);
			}),
		);
	});

	test("hears a double CRLF between messages as a keep-alive", () => {
		let pings = 0;
		let seen = 0;
		const framer = new StreamFramer({ onFrame: () => seen++, onPing: () => pings++ });
		for (const chunk of ["\r\n", "\r\n", frames[0] ?? "", "\r\n\r\n"]) framer.push(chunk);
		expect({ pings, seen }).toEqual({ pings: 2, seen: 1 });
	});

	test.each(["OPTIONS sip:a@b SIP/2.0\r\nTo: x\r\n\r\n", "x".repeat(70_000)])("gives up on %.20s", (text) => {
		const framer = new StreamFramer({ onFrame() {}, onPing() {} });
		expect(() => framer.push(text)).toThrow(FramingError);
	});
});

describe("addresses", () => {
	test.each([
		[
			"sip:bob@[2001:db8::1]:5070;transport=tcp?Replaces=x",
			"bob",
			"2001:db8::1",
			5070,
			";transport=tcp",
			"Replaces=x",
		],
		["sips:example.com", "", "example.com", 0, "", ""],
		["SIP:a;b@h:1", "a;b", "h", 1, "", ""],
	])("%s is taken apart", (uri, user, host, port, parameters, headers) => {
		expect(parseUri(uri)).toMatchObject({ user, host, port, parameters, headers });
	});

	test.each(["tel:123", "sip:", "sip:a@h:70000", "sip:a@h:x"])("%s is no SIP URI", (uri) => {
		expect(parseUri(uri)).toBeUndefined();
	});

	test("parameters of the URI are not those of the header field", () => {
		const value = '"x;tag=0 <" <sip:a@b;tag=1>;TAG = "2";lr';
		expect(uriOf(value)).toBe("sip:a@b;tag=1");
		expect(parameterOf(value, "tag")).toBe("2");
		expect(parameterOf(value, "lr")).toBe("");
		expect(parameterOf(value, "x")).toBeUndefined();
		expect(splitList("<sip:a@b;x=,>, c")).toEqual(["<sip:a@b;x=,>", "c"]);
	});
});

test("a response copies what it has to and marks the source in the top Via only", () => {
	const request = readMessage(
		writeRequest({
			method: "INVITE",
			uri: "sip:a@b",
			sentBy: { address: "h", port: 5060 },
			protocol: "UDP",
			branch: "z9hG4bK1",
			from: "<sip:f@h>;tag=f",
			to: "<sip:t@h>",
			callId: "c",
			cseq: 3,
			routes: [],
			lines: ["Via: SIP/2.0/UDP j;rport", "Record-Route: <sip:p;lr>"],
		}),
	);
	const text = writeResponse(request, { address: "192.0.2.9", port: 7 }, { status: 180, toTag: "t" });
	expect(text).toBe(
		"SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP h:5060;branch=z9hG4bK1;rport=7;received=192.0.2.9\r\n" +
			"Via: SIP/2.0/UDP j;rport\r\nRecord-Route: <sip:p;lr>\r\nFrom: <sip:f@h>;tag=f\r\nTo: <sip:t@h>;tag=t\r\n" +
			"Call-ID: c\r\nCSeq: 3 INVITE\r\nContent-Length: 0\r\n\r\n",
	);
});
