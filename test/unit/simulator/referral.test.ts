import { afterEach, describe, expect, test } from "bun:test";
import type { RawCaller } from "../../support/raw-caller.ts";
import { bodyOf, headerOf } from "../../support/raw-peer.ts";
import { caller, phone, stopAll } from "./support.ts";

/** Takes NOTIFYs until the subscription ends. @returns what they said. */
async function notices(call: RawCaller): Promise<string[]> {
	const seen: string[] = [];
	for (;;) {
		const notify = await call.peer.next("NOTIFY");
		call.reply(notify, "200 OK");
		seen.push(bodyOf(notify).trim());
		if (headerOf(notify, "Subscription-State").startsWith("terminated")) return seen;
	}
}

function refer(target: string) {
	return { lines: [`Refer-To: <${target}>`, "Referred-By: <sip:server@127.0.0.1>"] };
}

afterEach(stopAll);

describe("a phone that is referred", () => {
	test.each(["UDP", "TCP"] as const)("calls the target over %s and reports each step", async (protocol) => {
		const first = await phone({ protocol: "both" });
		const second = await phone({ protocol: "both" });
		const call = await caller(first, "answer");
		await call.connect();
		await call.ask("REFER", 202, refer(second.uri("answer", protocol)));
		expect(await notices(call)).toEqual(["SIP/2.0 100 Trying", "SIP/2.0 180 Ringing", "SIP/2.0 200 OK"]);
		await call.ask("BYE", 200);
		const [, made] = first.calls;
		const [taken] = second.calls;
		expect(made).toMatchObject({ direction: "outgoing", state: "answered", openDialogs: 1 });
		expect(taken).toMatchObject({ direction: "incoming", state: "answered", openDialogs: 1 });
		expect(made?.remoteSdp?.media[0]?.port).toBe(taken?.mediaPort);
		expect(taken?.remoteSdp?.media[0]?.port).toBe(made?.mediaPort);
		expect(taken?.messages[0]?.text).toContain("Referred-By: <sip:server@127.0.0.1>");
		second.hangup();
		await Promise.all([first.idle(), second.idle()]);
		expect(made).toMatchObject({ state: "ended", endedBy: "remote" });
		expect([...first.faults, ...second.faults]).toEqual([]);
	});

	test("reports the code when the target refuses", async () => {
		const first = await phone();
		const second = await phone();
		const call = await caller(first, "answer");
		await call.connect();
		await call.ask("REFER", 202, refer(second.uri("busy")));
		expect(await notices(call)).toEqual(["SIP/2.0 100 Trying", "SIP/2.0 486 Busy Here"]);
		expect([...first.faults, ...second.faults]).toEqual([]);
	});

	test.each(["redirect", "fork"])("copes with a target that does %s", async (user) => {
		const first = await phone();
		const second = await phone();
		const call = await caller(first, "answer");
		await call.connect();
		await call.ask("REFER", 202, refer(second.uri(user)));
		expect((await notices(call)).at(-1)).toBe("SIP/2.0 200 OK");
		await call.ask("BYE", 200);
		first.hangup();
		await Promise.all([first.idle(), second.idle()]);
		expect([...first.faults, ...second.faults]).toEqual([]);
	});

	test.each([
		["norefer", 501],
		["norefer405", 405],
		["norefer603", 603],
	])("%s refuses with %i and stays in the call", async (user, status) => {
		const first = await phone();
		const call = await caller(first, user);
		await call.connect();
		await call.ask("REFER", status, refer("sip:nobody@127.0.0.1"));
		await call.ask("BYE", 200);
		await first.idle();
		expect(first.calls).toHaveLength(1);
		expect(first.faults).toEqual([]);
	});

	test("refer-busy reports 486 and calls nobody", async () => {
		const first = await phone();
		const call = await caller(first, "refer-busy");
		await call.connect();
		await call.ask("REFER", 202, refer("sip:nobody@127.0.0.1"));
		expect(await notices(call)).toEqual(["SIP/2.0 100 Trying", "SIP/2.0 486 Busy Here"]);
		expect(first.calls).toHaveLength(1);
	});

	test("refer-bye hangs up at once and notifies on (RFC 5057)", async () => {
		const first = await phone();
		const second = await phone();
		const call = await caller(first, "refer-bye");
		await call.connect();
		await call.ask("REFER", 202, refer(second.uri("answer")));
		call.reply(await call.peer.next("BYE"), "200 OK");
		expect((await notices(call)).at(-1)).toBe("SIP/2.0 200 OK");
		first.hangup();
		await Promise.all([first.idle(), second.idle()]);
		expect([...first.faults, ...second.faults]).toEqual([]);
	});

	test.each([
		["accept-refer-silent", false],
		["refer-bye-silent", true],
	])("%s never notifies (BYE: %p)", async (user, bye) => {
		const first = await phone();
		const call = await caller(first, user);
		await call.connect();
		await call.ask("REFER", 202, refer("sip:nobody@127.0.0.1"));
		if (bye) call.reply(await call.peer.next("BYE"), "200 OK");
		else await call.ask("BYE", 200);
		await first.idle();
		expect(call.peer.received.some((text) => text.startsWith("NOTIFY"))).toBe(false);
		expect(first.calls).toHaveLength(1);
	});

	test("refer-unreported ends its reports with 100 and hangs up once the target has answered", async () => {
		const first = await phone();
		const second = await phone();
		const call = await caller(first, "refer-unreported");
		await call.connect();
		await call.ask("REFER", 202, refer(second.uri("answer")));
		expect(await notices(call)).toEqual(["SIP/2.0 100 Trying"]);
		call.reply(await call.peer.next("BYE"), "200 OK");
		expect(first.openDialogs).toBe(1);
		first.hangup();
		await Promise.all([first.idle(), second.idle()]);
		expect(call.peer.received.filter((text) => text.startsWith("NOTIFY"))).toHaveLength(1);
		expect([...first.faults, ...second.faults]).toEqual([]);
	});

	test("refer-early503 fails the first REFER and carries out the next one", async () => {
		const first = await phone();
		const second = await phone();
		const call = await caller(first, "refer-early503");
		await call.connect();
		await call.ask("REFER", 202, refer(second.uri("answer")));
		expect(await notices(call)).toEqual(["SIP/2.0 503 Service Unavailable"]);
		await call.ask("REFER", 202, refer(second.uri("answer")));
		expect((await notices(call)).at(-1)).toBe("SIP/2.0 200 OK");
	});

	test("refer-early-refused500 refuses the first REFER, refer-never fails each", async () => {
		const refusing = await caller(await phone(), "refer-early-refused500");
		await refusing.connect();
		await refusing.ask("REFER", 500, refer("sip:nobody@127.0.0.1"));
		await refusing.ask("REFER", 202, refer("sip:nobody@127.0.0.1"));
		const failing = await caller(await phone(), "refer-never");
		await failing.connect();
		for (const _time of [1, 2, 3]) {
			await failing.ask("REFER", 202, refer("sip:nobody@127.0.0.1"));
			expect(await notices(failing)).toEqual(["SIP/2.0 400 Bad Request"]);
		}
	});

	test("a target that nothing listens at over TCP is reported as 503", async () => {
		const gone = await phone({ protocol: "TCP" });
		const uri = gone.uri("answer");
		await gone.stop();
		const first = await phone({ protocol: "both" });
		const call = await caller(first, "answer");
		await call.connect();
		await call.ask("REFER", 202, refer(uri));
		expect((await notices(call)).at(-1)).toBe("SIP/2.0 503 Service Unavailable");
	});

	test("Replaces in Refer-To ends the call it names (RFC 3891)", async () => {
		const first = await phone();
		const second = await phone();
		const consulted = await caller(second, "answer");
		await consulted.connect();
		const call = await caller(first, "answer");
		await call.connect();
		const replaces = `${consulted.callId};to-tag=${consulted.toTag};from-tag=${consulted.fromTag}`;
		await call.ask("REFER", 202, refer(`${second.uri("answer")}?Replaces=${encodeURIComponent(replaces)}`));
		expect((await notices(call)).at(-1)).toBe("SIP/2.0 200 OK");
		consulted.reply(await consulted.peer.next("BYE"), "200 OK");
		expect(second.calls.map(({ state }) => state)).toEqual(["ended", "answered"]);
	});
});

describe("two phones", () => {
	test.each(["127.0.0.1", "::1"])("call each other on %s, hold, resume and hang up", async (address) => {
		for (const protocol of ["UDP", "TCP"] as const) {
			const first = await phone({ address, protocol });
			const second = await phone({ address, protocol });
			const ready = Promise.all([second.when("media"), first.when("media")]);
			const call = first.call(second.uri("answer"), { user: "alice" });
			const [taken] = await ready;
			expect(await call.hold()).toBe(200);
			expect(taken.remoteSdp?.media[0]?.direction).toBe("sendonly");
			expect(await taken.hold()).toBe(200);
			expect(taken.localSdp).toContain("a=sendonly");
			expect(call.localSdp).toContain("a=inactive");
			expect(await call.resume()).toBe(200);
			expect(await taken.resume()).toBe(200);
			expect(taken.remoteSdp?.media[0]?.direction).toBe("sendrecv");
			expect(await call.request("INFO", "Signal=1\r\n", "application/dtmf-relay")).toBe(200);
			taken.hangup();
			await Promise.all([first.idle(), second.idle()]);
			expect([...first.faults, ...second.faults]).toEqual([]);
			expect(first.openDialogs + second.openDialogs).toBe(0);
		}
	});

	test("a caller that gives up sends CANCEL", async () => {
		const first = await phone();
		const second = await phone();
		const rings = first.when("ringing");
		const call = first.call(second.uri("ring"));
		await rings;
		call.hangup();
		await Promise.all([first.idle(), second.idle()]);
		expect(call).toMatchObject({ state: "ended", endedBy: "local", status: 487 });
		expect([...first.faults, ...second.faults]).toEqual([]);
	});

	test("a transfer by one phone is carried out by the other", async () => {
		const [first, second, third] = [await phone(), await phone(), await phone()];
		const call = first.call(second.uri("answer"));
		await first.when("media");
		const arrives = third.when("answered");
		expect(await call.transfer(third.uri("answer"))).toBe(202);
		await arrives;
		call.hangup();
		third.hangup();
		await Promise.all([first.idle(), second.idle(), third.idle()]);
		expect([...first.faults, ...second.faults, ...third.faults]).toEqual([]);
	});

	test("the light mode keeps no texts and forgets calls that are over", async () => {
		const first = await phone({ record: false });
		const second = await phone({ record: false });
		for (let count = 0; count < 50; count++) {
			const call = first.call(second.uri("answer"));
			await first.when("answered");
			expect(call.messages).toEqual([]);
			call.hangup();
		}
		await Promise.all([first.idle(), second.idle()]);
		expect([...first.calls, ...second.calls]).toEqual([]);
		expect(second.counters).toMatchObject({ incoming: 50, answered: 50, ended: 50, repeatedIn: 0 });
	});
});
