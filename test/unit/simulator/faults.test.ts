import { afterEach, describe, expect, test } from "bun:test";
import type { RawCaller, RawRequest } from "../../support/raw-caller.ts";
import { bodyOf, headerOf } from "../../support/raw-peer.ts";
import { caller, phone, stopAll } from "./support.ts";

afterEach(stopAll);

function without(name: string): RawRequest {
	return { spoil: (text) => text.replace(new RegExp(`^${name}: .*\r\n`, "m"), "") };
}

function swapped(from: string | RegExp, to: string): RawRequest {
	return { spoil: (text) => text.replace(from, to) };
}

describe("faults of an INVITE that are noticed", () => {
	test.each<[string, RawRequest, string]>([
		["no Max-Forwards", without("Max-Forwards"), "Max-Forwards is missing"],
		["no Contact", without("Contact"), "Contact is missing"],
		["no Content-Type", without("Content-Type"), "Content-Type is missing"],
		["no From tag", swapped(";tag=caller", ""), "From has no tag"],
		["a branch without cookie", { branch: "1234" }, "lacks the magic cookie"],
		["the wrong transport in Via", swapped("SIP/2.0/UDP", "SIP/2.0/TCP"), 'Via says "SIP/2.0/TCP" on UDP'],
		["another method in CSeq", swapped("1 INVITE", "1 REFER"), "CSeq names REFER"],
		[
			"a Content-Length too long",
			swapped(/Content-Length: \d+/, "Content-Length: 9999"),
			"Content-Length is 9999",
		],
		[
			"a Content-Length too short",
			swapped(/Content-Length: \d+/, "Content-Length: 3"),
			"Content-Length is 3",
		],
		["0.0.0.0 in Via", swapped(/UDP [\d.]+/, "UDP 0.0.0.0"), "Via has the address 0.0.0.0"],
		[
			"a mapped address in Contact",
			swapped("Contact: <sip:server@127", "Contact: <sip:server@[::ffff:127"),
			"nobody can reach",
		],
		["0.0.0.0 in SDP", swapped("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0"), "address 0.0.0.0 in its c= line"],
		["a mapped address in SDP", swapped("o=raw 77 1 IN IP4 ", "o=raw 77 1 IN IP6 ::ffff:"), "in its o= line"],
		["an injected header field", { lines: ["X-Injected: 1"] }, "unexpected header field x-injected"],
		["a bare LF in a header", { lines: ["Subject: a\nb"] }, "CR or LF inside the header line"],
		["a repeated header field", { lines: ["Max-Forwards: 1"] }, "max-forwards is there twice"],
		["a header line without a name", { lines: ["nonsense"] }, "header line without a name"],
		["a Request-URI of someone else", { uri: "sip:answer@127.0.0.1:1" }, "is not of this phone"],
		["SDP that does not begin with v=0", swapped("v=0\r\n", "v=1\r\n"), "SDP does not begin with v=0"],
		["SDP without t=", swapped("t=0 0\r\n", "b=AS:1\r\n"), "SDP has no t= line"],
		["SDP with bare LF", swapped("s=-\r\n", "s=-\n"), "SDP line without a type"],
	])("%s", async (_title, request, expected) => {
		const called = await phone({ behaviour: { status: 486 } });
		const call = await caller(called);
		const branch = call.send("INVITE", { body: call.sdp(), ...request });
		const refusal = await call.peer.next("SIP/2.0 4");
		call.toTag = /tag=([^;\r]+)\r\nCall-ID/.exec(refusal)?.[1] ?? "";
		call.send("ACK", { branch, ...(request.spoil === undefined ? {} : { spoil: request.spoil }) });
		await called.idle();
		expect(called.faults.join("\n")).toContain(expected);
		expect(called.calls[0]?.faults.join("\n")).toContain(expected);
	});
});

describe("faults in a dialog that are noticed", () => {
	test.each<[string, string, RawRequest, number, string]>([
		["a CSeq that stays", "INFO", { cseq: 1 }, 500, "CSeq 1 does not go up"],
		[
			"a Request-URI that is not our Contact",
			"INFO",
			{ uri: "sip:x@127.0.0.1" },
			200,
			"instead of our Contact",
		],
		[
			"a From that changes",
			"INFO",
			swapped("sip:server@", "sip:other@"),
			200,
			"From changed within the dialog",
		],
		["a Call-ID that changes", "INFO", swapped("Call-ID: ", "Call-ID: x"), 200, "Call-ID changed"],
		["a REFER without target", "REFER", {}, 400, "Refer-To is missing"],
		["a PRACK for nothing", "PRACK", { lines: ["RAck: 1 1 INVITE"] }, 481, "was not reliable"],
	])("%s", async (_title, method, request, status, expected) => {
		const called = await phone();
		const call = await caller(called);
		await call.connect();
		await call.ask(method, status, request);
		expect(called.faults).toHaveLength(1);
		expect(called.faults[0]).toContain(expected);
	});

	test.each<[string, (sdp: string) => string, string]>([
		["an origin that changes", (sdp) => sdp.replace("o=raw 77", "o=raw 78"), "SDP origin changed"],
		["a version that stays", (sdp) => sdp.replace("raw 77 2", "raw 77 1"), "its version stayed 1"],
		["a version that jumps", (sdp) => sdp.replace("raw 77 2", "raw 77 5"), "went from 1 to 5"],
	])("%s", async (_title, spoil, expected) => {
		const called = await phone();
		const call = await caller(called);
		await call.connect();
		await call.ask("INVITE", 200, { body: spoil(call.sdp("sendrecv")) });
		expect(called.faults).toHaveLength(1);
		expect(called.faults[0]).toContain(expected);
	});

	test("an m-line that is gone", async () => {
		const called = await phone();
		const call = await caller(called);
		const two = "m=video 9000 RTP/AVP 96\r\nm=audio 8000 RTP/AVP 0";
		await call.connect({ body: call.sdp("sendrecv", two) });
		await call.ask("INVITE", 200, { body: call.sdp() });
		expect(called.faults[0]).toContain("SDP has 1 m-lines where there were 2");
	});

	test.each<[string, (call: RawCaller) => RawRequest, string]>([
		["no answer in the ACK", () => ({}), "ACK has no answer"],
		[
			"an answer with another number of m-lines",
			(call) => ({ body: call.sdp("sendrecv", "m=audio 1 RTP/AVP 0\r\nm=video 0 RTP/AVP 1") }),
			"SDP answer has 2 m-lines, the offer had 1",
		],
		[
			"an answer of another medium",
			(call) => ({ body: call.sdp("sendrecv", "m=video 1 RTP/AVP 0") }),
			"another medium in m-line 1",
		],
		[
			"the branch of the INVITE in the ACK",
			(call) => ({ body: call.sdp(), branch: "z9hG4bKsame" }),
			"the branch of",
		],
	])("%s", async (_title, ack, expected) => {
		const called = await phone();
		const call = await caller(called);
		call.send("INVITE", { branch: "z9hG4bKsame" });
		await call.response(200);
		call.send("ACK", ack(call));
		await call.ask("BYE", 200);
		expect(called.faults).toHaveLength(1);
		expect(called.faults[0]).toContain(expected);
	});

	test("a description in an ACK that nobody asked for", async () => {
		const called = await phone();
		const call = await caller(called);
		call.send("INVITE", { body: call.sdp() });
		await call.response(200);
		call.send("ACK", { body: call.sdp() });
		await call.ask("BYE", 200);
		expect(called.faults[0]).toContain("that no offer asked for");
	});

	test("a PRACK that names another response, or lacks the answer", async () => {
		const called = await phone();
		const call = await caller(called, "reliable");
		call.send("INVITE", { lines: ["Supported: 100rel"] });
		await call.response(180);
		await call.ask("PRACK", 481, { lines: ["RAck: 9 1 INVITE"] });
		await call.ask("PRACK", 200, { lines: ["RAck: 1 1 INVITE"] });
		expect(called.faults).toHaveLength(2);
		expect(called.faults[0]).toContain('RAck "9 1 INVITE" instead of "1 1 INVITE"');
		expect(called.faults[1]).toContain("PRACK has no answer");
	});

	test("an answer that speaks where we hold", async () => {
		const called = await phone();
		const call = await caller(called);
		await call.connect({ body: call.sdp("sendrecv") });
		const done = called.calls[0]?.hold();
		const invite = await call.peer.next("INVITE");
		call.reply(invite, "200 OK", [], call.sdp("sendrecv"));
		expect(await done).toBe(200);
		expect(called.faults[0]).toContain("SDP answer is sendrecv although the offer was sendonly");
	});

	test("a 200 to a re-INVITE without answer and without Contact", async () => {
		const called = await phone();
		const call = await caller(called);
		await call.connect({ body: call.sdp("sendrecv") });
		const done = called.calls[0]?.hold();
		const invite = await call.peer.next("INVITE");
		const kept = ["Via", "From", "To", "Call-ID", "CSeq"].map((name) => `${name}: ${headerOf(invite, name)}`);
		call.peer.send(`SIP/2.0 200 OK\r\n${kept.join("\r\n")}\r\nContent-Length: 0\r\n\r\n`, called.port);
		expect(await done).toBe(200);
		expect(called.faults.join("\n")).toContain("Contact is missing");
		expect(called.faults.join("\n")).toContain("has no answer");
	});
});

describe("what never comes is noticed", () => {
	const timers = { t1: 2, t2: 8 };

	test("an ACK to a 200: the phone repeats it, then hangs up (RFC 3261 section 13.3.1.4)", async () => {
		const called = await phone({ timers });
		const call = await caller(called);
		call.send("INVITE", { body: call.sdp() });
		call.reply(await call.peer.next("BYE"), "200 OK");
		await called.idle();
		expect(called.faults).toEqual([expect.stringContaining("no ACK came to our 200")]);
		expect(call.peer.received.filter((text) => text.startsWith("SIP/2.0 200")).length).toBeGreaterThan(2);
	});

	test("an ACK to a refusal, which is repeated on UDP", async () => {
		const called = await phone({ timers });
		const call = await caller(called, "busy");
		call.send("INVITE");
		await call.response(486);
		await called.idle();
		expect(called.faults).toEqual([expect.stringContaining("no ACK came to the 486")]);
		expect(call.peer.received.length).toBeGreaterThan(2);
	});

	test("a PRACK: the call is refused", async () => {
		const called = await phone({ timers });
		const call = await caller(called, "reliable");
		const branch = call.send("INVITE", { lines: ["Supported: 100rel"] });
		await call.response(504);
		call.send("ACK", { branch });
		await called.idle();
		expect(called.faults).toEqual([expect.stringContaining("no PRACK came")]);
	});

	test("an answer to a BYE, which is repeated until then", async () => {
		const called = await phone({ timers });
		const call = await caller(called, "hangup-1ms");
		await call.connect();
		await called.idle();
		expect(called.faults).toEqual([expect.stringContaining("no answer came to our BYE")]);
		expect(call.peer.received.filter((text) => text.startsWith("BYE")).length).toBeGreaterThan(2);
	});

	test("a BYE or an ACK before the phone stops", async () => {
		const called = await phone();
		const call = await caller(called);
		call.send("INVITE", { body: call.sdp() });
		await call.response(200);
		await called.stop();
		expect(called.faults).toEqual([
			expect.stringContaining("stopped before an ACK came"),
			expect.stringContaining("stopped before a BYE came"),
		]);
	});
});

describe("messages out of place are noticed", () => {
	test("a request in a dialog that never was", async () => {
		const called = await phone();
		const call = await caller(called);
		call.toTag = "nothing";
		await call.ask("BYE", 481);
		expect(called.faults).toEqual([expect.stringContaining("in a dialog that never was")]);
	});

	test("a CANCEL without INVITE, a response without request, and plain noise", async () => {
		const called = await phone();
		const call = await caller(called);
		call.cseq = 1;
		await call.ask("CANCEL", 481, { cseq: 1 }).catch(() => {});
		call.peer.send("noise\r\n\r\n", called.port);
		call.peer.send("\r\n\r\n", called.port);
		const parts = ["Via: SIP/2.0/UDP x;branch=z9hG4bKx", "To: <sip:a@b>;tag=1", "From: <sip:a@b>;tag=2"];
		call.peer.send(
			`SIP/2.0 200 OK\r\n${parts.join("\r\n")}\r\nCall-ID: x\r\nCSeq: 1 BYE\r\n\r\n`,
			called.port,
		);
		await call.ask("OPTIONS", 200);
		expect(called.faults).toHaveLength(3);
		expect(called.faults[0]).toContain("it matches no INVITE");
		expect(called.faults[1]).toContain('no start line of SIP/2.0: "noise"');
		expect(called.faults[2]).toContain("no such request was sent");
	});

	test("a late repetition is absorbed and answered again, and is no fault", async () => {
		const called = await phone();
		const call = await caller(called);
		const branch = call.send("INVITE", { body: call.sdp() });
		const first = await call.response(200);
		call.cseq = 0;
		call.send("INVITE", { branch, spoil: (text) => text.replace(/;tag=(?!caller).*/, "") });
		expect(bodyOf(await call.response(200))).toBe(bodyOf(first));
		call.send("ACK");
		await call.ask("BYE", 200, { branch: "z9hG4bKbye" });
		await call.ask("BYE", 200, { branch: "z9hG4bKbye", cseq: call.cseq });
		await called.idle();
		expect(called.faults).toEqual([]);
		expect(called.counters.repeatedIn).toBe(2);
		expect(called.calls).toHaveLength(1);
	});
});
