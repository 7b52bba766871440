import { afterEach, describe, expect, test } from "bun:test";
import { RawCaller } from "../../support/raw-caller.ts";
import { bodyOf, headerOf } from "../../support/raw-peer.ts";
import { caller, phone, rawPeer, stopAll } from "./support.ts";

afterEach(stopAll);

describe("a phone that is called", () => {
	test("rings, answers with its description, and takes a BYE", async () => {
		const called = await phone();
		const call = await caller(called, "answer");
		call.send("INVITE", { body: call.sdp(), lines: ["Record-Route: <sip:127.0.0.1:9;lr>"] });
		const ringing = await call.response(180);
		const ok = await call.response(200);
		expect(headerOf(ringing, "To")).toBe(headerOf(ok, "To"));
		expect(headerOf(ok, "Via")).toContain(`;rport=${call.peer.port};received=127.0.0.1`);
		expect(headerOf(ok, "Record-Route")).toBe("<sip:127.0.0.1:9;lr>");
		expect(bodyOf(ok)).toContain("a=inactive");
		call.send("ACK");
		await call.ask("BYE", 200);
		await called.idle();
		expect(called.openDialogs).toBe(0);
		expect(called.faults).toEqual([]);
		expect(called.calls[0]).toMatchObject({ state: "ended", endedBy: "remote", status: 200, user: "answer" });
	});

	test.each([
		["busy", 486],
		["decline", 603],
		["notfound", 404],
		["unavailable", 503],
		["status480", 480],
		["noanswer408-1ms", 408],
	])("%s refuses with %i and takes the ACK", async (user, status) => {
		const called = await phone();
		const call = await caller(called, user);
		const branch = call.send("INVITE", { body: call.sdp() });
		await call.response(status);
		call.send("ACK", { branch });
		await called.idle();
		expect(called.faults).toEqual([]);
		expect(called.calls[0]).toMatchObject({ state: "ended", endedBy: "local", status });
	});

	test("ring goes on until CANCEL, then answers 200 and 487", async () => {
		const called = await phone();
		const call = await caller(called, "ring");
		const branch = call.send("INVITE", { body: call.sdp() });
		await call.response(180);
		call.send("CANCEL", { branch });
		await call.peer.next("SIP/2.0 200", "CSeq: 1 CANCEL");
		await call.response(487);
		call.send("ACK", { branch });
		await called.idle();
		expect(called.faults).toEqual([]);
		expect(called.calls[0]).toMatchObject({ state: "ended", endedBy: "remote", status: 487 });
	});

	test("silent never answers a packet", async () => {
		const called = await phone();
		const silent = await caller(called, "silent");
		const branch = silent.send("INVITE", { body: silent.sdp() });
		silent.send("INVITE", { body: silent.sdp(), branch, cseq: 1 });
		const busy = await caller(called, "busy");
		busy.send("INVITE");
		await busy.response(486);
		expect(silent.peer.received).toEqual([]);
		expect(called.calls[0]?.messages.map(({ direction }) => direction)).toEqual(["in", "in"]);
	});

	test("redirect names the contact it was given", async () => {
		const called = await phone({ redirectTo: "sip:bob@192.0.2.1" });
		const call = await caller(called, "redirect");
		call.send("INVITE");
		expect(headerOf(await call.response(302), "Contact")).toBe("<sip:bob@192.0.2.1>");
	});

	test("fork answers twice with different tags, and each wants its ACK", async () => {
		const called = await phone();
		const call = await caller(called, "fork");
		call.send("INVITE", { body: call.sdp() });
		await call.response(200);
		const first = call.toTag;
		call.send("ACK");
		await call.response(200);
		expect(call.toTag).not.toBe(first);
		call.send("ACK");
		await call.ask("BYE", 200);
		expect(called.openDialogs).toBe(1);
		call.toTag = first;
		await call.ask("BYE", 200);
		await called.idle();
		expect(called.faults).toEqual([]);
	});

	test("nosdp answers without a description", async () => {
		const called = await phone();
		const call = await caller(called, "nosdp");
		call.send("INVITE");
		expect(bodyOf(await call.response(200))).toBe("");
		call.send("ACK");
		await call.ask("BYE", 200);
		await called.idle();
		expect(called.faults).toEqual([]);
	});

	test("offers in its 200 when the INVITE did not, and takes the answer from the ACK", async () => {
		const called = await phone();
		const call = await caller(called, "answer");
		call.send("INVITE");
		const offer = bodyOf(await call.response(200));
		expect(offer).toContain("m=audio");
		expect(offer).toContain("a=sendrecv");
		const connected = called.when("media");
		call.send("ACK", { body: call.sdp("sendrecv") });
		expect((await connected).remoteSdp?.media[0]?.port).toBe(8000);
		expect(called.faults).toEqual([]);
	});

	test("minse refuses a short session with 422 and agrees to a longer one", async () => {
		const called = await phone();
		const call = await caller(called, "minse");
		const timer = (seconds: number) => ({ lines: ["Supported: timer", `Session-Expires: ${seconds}`] });
		const branch = call.send("INVITE", { body: call.sdp(), ...timer(1800) });
		expect(headerOf(await call.response(422), "Min-SE")).toBe("3600");
		call.send("ACK", { branch });
		call.toTag = "";
		call.send("INVITE", { body: call.sdp(), ...timer(3600) });
		expect(headerOf(await call.response(200), "Session-Expires")).toBe("3600;refresher=uac");
		call.send("ACK");
		await call.ask("BYE", 200);
		await called.idle();
		expect(called.faults).toEqual([]);
	});

	test("early carries the same description in 183 and 200", async () => {
		const called = await phone();
		const call = await caller(called, "early-1ms");
		call.send("INVITE", { body: call.sdp() });
		const early = bodyOf(await call.response(183));
		expect(early).toContain("m=audio");
		expect(bodyOf(await call.response(200))).toBe(early);
	});

	test("reliable offers in the 180, takes the answer from PRACK, and only then answers", async () => {
		const called = await phone();
		const call = await caller(called, "reliable");
		call.send("INVITE", { lines: ["Supported: 100rel"] });
		const ringing = await call.response(180);
		expect(headerOf(ringing, "Require")).toBe("100rel");
		const lines = [`RAck: ${headerOf(ringing, "RSeq")} 1 INVITE`];
		await call.ask("PRACK", 200, { lines, body: call.sdp("sendrecv") });
		expect(bodyOf(await call.response(200))).toBe("");
		call.send("ACK", { cseq: 1 });
		await call.ask("BYE", 200);
		await called.idle();
		expect(called.faults).toEqual([]);
	});

	test("hangup hangs up by itself after the ACK", async () => {
		const called = await phone();
		const call = await caller(called, "hangup-1ms");
		await call.connect();
		call.reply(await call.peer.next("BYE"), "200 OK");
		await called.idle();
		expect(called.faults).toEqual([]);
		expect(called.calls[0]).toMatchObject({ state: "ended", endedBy: "local" });
	});

	test("names join with + and a phone can define its own", async () => {
		const called = await phone({
			behaviours: { tired: { ringing: undefined, status: 480, reason: "Tired" } },
		});
		called.defineBehaviour("rude", { reason: "Go away" });
		const call = await caller(called, "tired+rude");
		call.send("INVITE");
		expect(await call.response(480)).toStartWith("SIP/2.0 480 Go away\r\n");
	});

	test("answers OPTIONS, and 481 to a BYE that belongs nowhere", async () => {
		const called = await phone();
		const call = await caller(called, "answer");
		expect(headerOf(await call.ask("OPTIONS", 200), "Allow")).toContain("INVITE");
		await call.ask("BYE", 481);
	});

	test("works over IPv6", async () => {
		const called = await phone({ address: "::1" });
		const peer = await rawPeer("::1");
		const call = new RawCaller(peer, called.uri("answer"));
		expect(call.target).toBe(`sip:answer@[::1]:${called.port}`);
		expect(await call.connect()).toContain("c=IN IP6 ::1");
		await call.ask("BYE", 200);
		await called.idle();
		expect(called.faults).toEqual([]);
	});
});

describe("a dialog with a phone", () => {
	test("a re-INVITE changes the media, hold and resume change its direction", async () => {
		const called = await phone();
		const call = await caller(called, "answer");
		const first = await call.connect();
		const second = bodyOf(await call.ask("INVITE", 200, { body: call.sdp("sendonly") }));
		call.send("ACK");
		expect(second).toContain("a=recvonly");
		const version = (sdp: string) => Number(/^o=\S+ \d+ (\d+)/m.exec(sdp)?.[1]);
		expect(version(second)).toBe(version(first) + 1);
		const same = bodyOf(await call.ask("INVITE", 200, { body: call.sdp("sendonly") }));
		call.send("ACK");
		expect(version(same)).toBe(version(second));
		expect(called.calls[0]?.remoteSdp?.media[0]?.direction).toBe("sendonly");
		expect(called.faults).toEqual([]);
	});

	test("glare refuses the first re-INVITE, and one that comes again too soon is a fault", async () => {
		const called = await phone();
		const call = await caller(called, "glare");
		await call.connect();
		const branch = call.send("INVITE", { body: call.sdp() });
		await call.response(491);
		call.send("ACK", { branch });
		await call.ask("INVITE", 200, { body: call.sdp() });
		call.send("ACK");
		await call.ask("BYE", 200);
		await called.idle();
		expect(called.faults).toHaveLength(1);
		expect(called.faults[0]).toContain("instead of 2100 to 4000");
	});

	test("hold and resume send re-INVITEs with the right directions", async () => {
		const called = await phone();
		const call = await caller(called, "answer");
		await call.connect({ body: call.sdp("sendrecv") });
		const [ours] = called.calls;
		for (const [action, offered, answer] of [
			["hold", "sendonly", "recvonly"],
			["resume", "sendrecv", "sendrecv"],
		] as const) {
			const done = ours?.[action]();
			const invite = await call.peer.next("INVITE");
			expect(bodyOf(invite)).toContain(`a=${offered}`);
			const accepted = bodyOf(invite).includes("telephone-event") ? "0 101" : "0";
			call.reply(invite, "200 OK", [], call.sdp(answer, `m=audio 8000 RTP/AVP ${accepted}`));
			await call.peer.next("ACK");
			expect(await done).toBe(200);
		}
		expect(called.faults).toEqual([]);
	});

	test("UPDATE is answered with a description when it offers one", async () => {
		const called = await phone();
		const call = await caller(called, "answer");
		await call.connect();
		expect(bodyOf(await call.ask("UPDATE", 200))).toBe("");
		expect(bodyOf(await call.ask("UPDATE", 200, { body: call.sdp("sendrecv") }))).toContain("a=sendrecv");
		expect(called.faults).toEqual([]);
	});

	test("a medium it does not speak keeps its place with port 0", async () => {
		const called = await phone();
		const call = await caller(called, "answer");
		const media = "m=video 9000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\nm=audio 8000 RTP/AVP 0 97";
		const answer = await call.connect({ body: call.sdp("sendrecv", media) });
		expect(answer).toContain("m=video 0 RTP/AVP 96\r\nm=audio ");
	});

	test("an offer without PCMU is refused with 488", async () => {
		const called = await phone();
		const call = await caller(called, "answer");
		call.send("INVITE", { body: call.sdp("sendrecv", "m=audio 8000 RTP/AVP 8") });
		await call.response(488);
	});
});
