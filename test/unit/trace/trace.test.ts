import { expect, test } from "bun:test";
import { drawLadder } from "../../../src/trace/ladder.ts";
import { readLogEntries } from "../../../src/trace/log-entries.ts";
import { writePcap } from "../../../src/trace/pcap.ts";
import { isMessage, readTracedCalls } from "../../../src/trace/traced-call.ts";
import { branchOf, fieldOf, readTracedMessage } from "../../../src/trace/traced-message.ts";
import { ANCHORED_LOG, logged } from "./support.ts";

const calls = readTracedCalls(readLogEntries(ANCHORED_LOG));

test("a call has the messages of both legs, and what belongs to no call stands last by its Call-ID", () => {
	expect(calls.map(({ id, callIds }) => [id, ...callIds])).toEqual([
		["aaaa", "leg-1", "leg-2"],
		["stranger", "stranger"],
	]);
	expect(calls[0]?.events.filter(isMessage)).toHaveLength(5);
	expect(calls[0]?.events).toHaveLength(9);
});

test("header fields are found folded, in compact form and in any case", () => {
	const [entry] = readLogEntries(
		logged("01.000", "TLS received from 192.0.2.1:5061", "BYE sip:a@b SIP/2.0", {
			v: "SIP/2.0/TLS 192.0.2.9:5073\n     ;branch=z9",
			I: "abc",
		}),
	);
	const message = entry && readTracedMessage(entry);
	expect(message).toMatchObject({ protocol: "TLS", direction: "received", callId: "abc", body: "" });
	expect(message && branchOf(message)).toBe("z9");
	expect(message && fieldOf(message, "CSeq")).toBeUndefined();
});

test("the ladder has the server between the two legs, and marks what was sent again", () => {
	const [call] = calls;
	const lines = call ? drawLadder(call) : [];
	const text = lines.join("\n");
	expect(lines[4]).toMatch(/^ +192\.0\.2\.1:5060 UDP +server +\[2001:db8::2\]:5061 TCP$/);
	expect(text).toMatch(/05:22:01\.002 +│◀─+ INVITE \+SDP ─+│ +│/);
	expect(text).toMatch(/05:22:01\.502 +│◀─+ INVITE \+SDP \(again\) ─+│ +│/);
	expect(text).toMatch(/05:22:01\.700 +│─+ 200 OK \(INVITE\) \+SDP ─+▶│ +│/);
	expect(text).toMatch(/05:22:01\.703 +│ +│─+ INVITE \+SDP ─+▶│/);
	expect(text).toMatch(/05:22:01\.900 +│ +│◀─+ 486 Busy Here \(INVITE\) ─+│/);
	expect(text).toContain("05:22:01.701  * 200 Initiator: Connected to initiator");
	// Every row with an arrow is as wide as the lifelines.
	const arrows = lines.filter((line) => /[▶◀]/.test(line));
	expect(arrows).toHaveLength(5);
	expect(new Set(arrows.map((line) => line.length)).size).toBe(1);
});

test("a re-INVITE is told from an INVITE, and a NOTIFY says what the REFER has come to", () => {
	const inside = {
		Via: "SIP/2.0/UDP 192.0.2.9:5072;branch=b1",
		To: "<sip:a@b>;tag=1",
		"Call-ID": "x",
		CSeq: "2 INVITE",
	};
	const log = [
		logged("01.000", "UDP sent to 192.0.2.1:5060", "INVITE sip:a@b SIP/2.0", inside),
		logged(
			"02.000",
			"UDP received from 192.0.2.1:5060",
			"NOTIFY sip:a@b SIP/2.0",
			inside,
			"SIP/2.0 180 Ringing",
		),
	].join("");
	const [call] = readTracedCalls(readLogEntries(log));
	const text = call ? drawLadder(call).join("\n") : "";
	expect(text).toContain(" re-INVITE ");
	expect(text).toContain(' NOTIFY "180 Ringing" ');
});

test("the capture has a packet for each message, with both ends and the message as it was", () => {
	const messages = calls[0]?.events.filter(isMessage) ?? [];
	const file = Buffer.from(writePcap(messages));
	expect(file.readUInt32LE(0)).toBe(0xa1b2c3d4);
	expect(file.readUInt32LE(20)).toBe(101);
	const packets: Buffer[] = [];
	for (let at = 24; at < file.length; ) {
		const length = file.readUInt32LE(at + 8);
		packets.push(file.subarray(at + 16, at + 16 + length));
		at += 16 + length;
	}
	expect(packets).toHaveLength(5);
	const [invite = Buffer.alloc(0), , answer = Buffer.alloc(0), toBob = Buffer.alloc(0)] = packets;
	expect([...invite.subarray(12, 20)]).toEqual([192, 0, 2, 9, 192, 0, 2, 1]);
	expect([invite.readUInt16BE(20), invite.readUInt16BE(22)]).toEqual([5072, 5060]);
	expect(invite.readUInt16BE(24)).toBe(invite.length - 20);
	expect(invite.subarray(28).toString()).toStartWith("INVITE sip:alice@192.0.2.1 SIP/2.0\r\nVia: ");
	expect(invite.toString()).toEndWith("\r\n\r\nv=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\n");
	// The sum of an IPv4 header with its checksum is all ones (RFC 1071).
	let sum = 0;
	for (let at = 0; at < 20; at += 2) sum += invite.readUInt16BE(at);
	expect((sum & 0xffff) + (sum >>> 16)).toBe(0xffff);
	expect([...answer.subarray(12, 20)]).toEqual([192, 0, 2, 1, 192, 0, 2, 9]);
	expect(toBob.subarray(8, 24).toString("hex")).toBe("20010db8000000000000000000000009");
	expect(toBob.subarray(24, 40).toString("hex")).toBe("20010db8000000000000000000000002");
	expect(toBob.toString()).toContain(
		`Content-Length: ${"v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\n".length}\r\n`,
	);
	// The answer of a stream goes on where its request ended.
	const [, , , , busy = Buffer.alloc(0)] = packets;
	expect(busy.readUInt32BE(40 + 8)).toBe(1 + toBob.length - 60);
});
