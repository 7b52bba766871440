import { expect, test } from "bun:test";
import { readSip, targetOf, userOf } from "../../../../scripts/benchmark/sip-text.ts";

const REFER = [
	"REFER sip:i1@127.0.0.1:6000 SIP/2.0",
	"v: SIP/2.0/UDP 127.0.0.1:5072;branch=z9hG4bK1;rport",
	"Via: SIP/2.0/UDP 127.0.0.1:5073;branch=z9hG4bK2",
	'From: "A" <sip:a@example.com>;tag=1',
	"To: <sip:i1@127.0.0.1:6000>;tag=2",
	"CALL-ID: abc",
	"CSeq: 17 REFER",
	"Contact : <sip:leg@127.0.0.1:5072>;expires=3",
	"Refer-To: <sip:d1@127.0.0.1:6001>",
	"Content-Length: 0",
	"",
	"",
].join("\r\n");

test("a request is read in long and compact form, in any case", () => {
	expect(readSip(REFER)).toEqual({
		method: "REFER",
		status: 0,
		uri: "sip:i1@127.0.0.1:6000",
		vias:
			"v: SIP/2.0/UDP 127.0.0.1:5072;branch=z9hG4bK1;rport\r\n" +
			"Via: SIP/2.0/UDP 127.0.0.1:5073;branch=z9hG4bK2\r\n",
		from: '"A" <sip:a@example.com>;tag=1',
		to: "<sip:i1@127.0.0.1:6000>;tag=2",
		callId: "abc",
		cseq: 17,
		contact: "sip:leg@127.0.0.1:5072",
		referTo: "sip:d1@127.0.0.1:6001",
		inactive: false,
	});
});

test("a response has the method that its CSeq names", () => {
	const text = "SIP/2.0 180 Ringing\r\nCSeq: 2 INVITE\r\nm: sip:a@b\r\n\r\nv=0\r\na=inactive\r\n";
	expect(readSip(text)).toMatchObject({
		status: 180,
		method: "INVITE",
		cseq: 2,
		contact: "sip:a@b",
		uri: "",
	});
});

test("only a session description can be on hold", () => {
	expect(readSip("INVITE sip:a SIP/2.0\r\nSubject: a=inactive\r\n\r\n")?.inactive).toBeFalse();
	expect(readSip("INVITE sip:a SIP/2.0\r\nSubject: x\r\n\r\na=inactive\r\n")?.inactive).toBeTrue();
});

test.each(["", "\r\n\r\n", "INVITE sip:a SIP/2.0", "INVITE sip:a SIP/2.0\r\nTo: x\r\n"])(
	"%j is no message",
	(text) => expect(readSip(text)).toBeUndefined(),
);

test("a URI says where to send", () => {
	expect(targetOf("sip:d1@127.0.0.1:6001")).toEqual({ host: "127.0.0.1", port: 6001 });
	expect(targetOf("sip:127.0.0.1;transport=udp")).toEqual({ host: "127.0.0.1", port: 5060 });
	expect(userOf("sip:d1@127.0.0.1:6001")).toBe("d1");
	expect(userOf("sip:127.0.0.1:6001")).toBe("");
});
