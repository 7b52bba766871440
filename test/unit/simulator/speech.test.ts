import { afterEach, describe, expect, test } from "bun:test";
import { bodyOf } from "../../support/raw-peer.ts";
import { caller, phone, stopAll } from "./support.ts";

afterEach(stopAll);

const BOTH = "m=audio 8000 RTP/AVP 0 8";
const CRYPTO = `a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:${"A".repeat(40)}`;
const SECURE = `m=audio 8000 RTP/SAVP 0\r\n${CRYPTO}`;

describe("a phone that speaks PCMA only", () => {
	test("takes it out of an offer", async () => {
		const call = await caller(await phone(), "pcma");
		expect(await call.connect({ body: call.sdp("sendrecv", BOTH) })).toMatch(
			/m=audio \d+ RTP\/AVP 8\r\na=rtpmap:8 PCMA\/8000\r\n/,
		);
	});

	test("refuses an offer without it", async () => {
		const call = await caller(await phone(), "pcma");
		call.send("INVITE", { body: call.sdp() });
		await call.response(488);
	});
});

describe("a phone that takes secure streams only", () => {
	test("refuses an offer without keys, and one with keys for a stream that is not secure", async () => {
		for (const media of [BOTH, `${BOTH}\r\n${CRYPTO}`, "m=audio 8000 RTP/SAVP 0"]) {
			const call = await caller(await phone(), "srtp");
			call.send("INVITE", { body: call.sdp("sendrecv", media) });
			await call.response(488);
		}
	});

	test("takes up the suite that is offered, with a key of its own", async () => {
		const call = await caller(await phone(), "srtp");
		const answer = await call.connect({ body: call.sdp("sendrecv", SECURE) });
		expect(answer).toMatch(
			/m=audio \d+ RTP\/SAVP 0\r\na=rtpmap:0 PCMU\/8000\r\na=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:[\w+/]{40}\r\n/,
		);
		expect(answer).not.toContain(CRYPTO);
	});

	test("notices an answer without a key", async () => {
		const called = await phone();
		const call = await caller(called, "srtp");
		call.send("INVITE");
		expect(bodyOf(await call.response(200))).toContain("a=crypto:1 ");
		call.send("ACK", { body: call.sdp("sendrecv", SECURE) });
		await call.ask("BYE", 200);
		expect(called.faults).toHaveLength(1);
		expect(called.faults[0]).toContain("SDP answer has no key for m-line 1");
	});
});

test("a phone that goes for direct media sends a re-INVITE when it has its ACK", async () => {
	const called = await phone();
	const call = await caller(called, "direct");
	await call.connect({ body: call.sdp("sendrecv") });
	const invite = await call.peer.next("INVITE");
	expect(bodyOf(invite)).toContain("a=sendrecv");
	const accepted = bodyOf(invite).includes("telephone-event") ? "0 101" : "0";
	call.reply(invite, "200 OK", [], call.sdp("sendrecv", `m=audio 8000 RTP/AVP ${accepted}`));
	await call.peer.next("ACK");
	expect(called.faults).toEqual([]);
});

test("a version that a refused offer has had is noticed", async () => {
	const called = await phone();
	const call = await caller(called, "noreinvite");
	await call.connect();
	await call.ask("INVITE", 488, { body: call.sdp("sendonly") });
	call.send("ACK");
	await call.ask("UPDATE", 200, { body: call.sdp("sendrecv").replace("raw 77 3", "raw 77 2") });
	expect(called.faults).toHaveLength(1);
	expect(called.faults[0]).toContain("SDP changed but its version stayed 2");
});
