import { describe, expect, test } from "bun:test";
import { CallIds } from "../../../src/sip/leg/call-ids.ts";
import { readLegRecord } from "../../../src/sip/leg/leg-record.ts";
import { header, LegBench, PHONE_SDP, type PhoneOptions, settle } from "../../support/leg-bench.ts";

const wall = { now: () => 1_800_000_000_000 };

/** An INVITE of a process that died before anything was written down, and the process after it. */
async function forgotten(callIds?: CallIds) {
	const first = new LegBench([], callIds);
	await first.call(false);
	return { invite: first.last("INVITE"), next: new LegBench() };
}

describe("an answer to an INVITE of a process that died", () => {
	test("gets an ACK each time it comes, and one BYE", async () => {
		const { invite, next } = await forgotten();
		const options: PhoneOptions = { sdp: PHONE_SDP, headers: ["Record-Route: <sip:proxy.example.com;lr>"] };
		for (let times = 0; times < 3; times += 1) await next.respond(invite, 200, options);
		expect(next.methods()).toEqual(["ACK", "BYE", "ACK", "ACK"]);
		const [ack = "", bye = ""] = next.sent;
		expect(ack).toStartWith("ACK sip:phone@192.0.2.9:5060 SIP/2.0");
		expect(header(ack, "CSeq")).toBe("1 ACK");
		expect(header(bye, "CSeq")).toBe("2 BYE");
		for (const text of [ack, bye]) {
			expect(header(text, "Call-ID")).toBe(header(invite, "Call-ID"));
			expect(header(text, "From")).toBe(header(invite, "From"));
			expect(header(text, "To")).toBe(`${header(invite, "To")};tag=phone`);
			expect(header(text, "Route")).toBe("<sip:proxy.example.com;lr>");
		}
		expect(next.endpoint.legs).toBe(0);
	});

	test("of several phones ends each of their dialogs", async () => {
		const { invite, next } = await forgotten();
		for (const tag of ["a", "b", "a", "b"]) await next.respond(invite, 200, { tag });
		expect(next.methods()).toEqual(["ACK", "BYE", "ACK", "BYE", "ACK", "ACK"]);
	});

	test("is remembered for as long as phones repeat it, and no longer", async () => {
		const { invite, next } = await forgotten();
		await next.respond(invite, 200);
		await next.respond(next.last("BYE"), 200);
		next.clock.advance(200_000);
		expect(next.clock.pending).toBe(0);
	});

	test("that refuses it gets its ACK with the branch of the INVITE", async () => {
		const { invite, next } = await forgotten();
		await next.respond(invite, 486);
		expect(next.methods()).toEqual(["ACK"]);
		expect(header(next.last("ACK"), "Via")).toBe(header(invite, "Via"));
		expect(header(next.last("ACK"), "To")).toContain(";tag=phone");
	});

	test("that says that the phone rings is answered by a CANCEL, once", async () => {
		const { invite, next } = await forgotten();
		await next.respond(invite, 100);
		await next.respond(invite, 180);
		await next.respond(invite, 180);
		expect(next.methods()).toEqual(["CANCEL"]);
		const cancel = next.last("CANCEL");
		for (const name of ["Via", "From", "To", "Call-ID"])
			expect(header(cancel, name)).toBe(header(invite, name));
		expect(header(cancel, "CSeq")).toBe("1 CANCEL");
	});

	test.each<[string, (callId: string) => string]>([
		["of another key", () => new CallIds().next()],
		["with one digit changed", (id) => (id.startsWith("0") ? "1" : "0") + id.slice(1)],
		["with its code changed", (id) => id.slice(0, -1) + (id.endsWith("0") ? "1" : "0")],
		["cut off", (id) => id.slice(0, -1)],
		["with more behind", (id) => `${id}0`],
		["in capitals", (id) => id.toUpperCase().replace(/^[^A-F]*$/, "A")],
		["of some phone", () => "a84b4c76e66710@pc33.example.com"],
	])("with a Call-ID %s gets nothing", async (_name, forge) => {
		const { invite, next } = await forgotten();
		const forged = invite.replace(/Call-ID: (\S+)/, (_line, id: string) => `Call-ID: ${forge(id)}`);
		for (const status of [180, 200, 486]) await next.respond(forged, status, { sdp: PHONE_SDP });
		expect(next.sent).toEqual([]);
	});

	test("to other requests gets nothing", async () => {
		const { invite, next } = await forgotten();
		await next.respond(invite.replace("CSeq: 1 INVITE", "CSeq: 2 BYE"), 200);
		expect(next.sent).toEqual([]);
	});
});

describe("an answer whose ACK died with the process", () => {
	test.each([true, false])("gets it again, as the call goes on (offer in the INVITE: %p)", async (offer) => {
		const first = new LegBench();
		const leg = await first.call(offer);
		const invite = first.last("INVITE");
		await first.respond(invite, 200, { sdp: PHONE_SDP });
		if (!offer) leg.acknowledge(leg.local?.inactive(PHONE_SDP));
		await settle();
		const next = new LegBench();
		next.restore(readLegRecord(JSON.parse(JSON.stringify(leg.record(wall)))), { wall, jump: 100 });
		for (let times = 0; times < 2; times += 1) await next.respond(invite, 200, { sdp: PHONE_SDP });
		await settle();
		expect(next.methods()).toEqual(["ACK", "ACK"]);
		const body = (text: string): string => text.slice(text.indexOf("\r\n\r\n"));
		expect(body(next.last("ACK"))).toBe(body(first.last("ACK")));
		expect(header(next.last("ACK"), "CSeq")).toBe("1 ACK");
		expect(next.heard).toEqual([]);
	});

	test("of another phone behind a proxy that forks ends that phone's dialog only", async () => {
		const first = new LegBench();
		const leg = await first.call();
		const invite = first.last("INVITE");
		await first.respond(invite, 200, { sdp: PHONE_SDP });
		const next = new LegBench();
		next.restore(readLegRecord(JSON.parse(JSON.stringify(leg.record(wall)))), { wall, jump: 100 });
		for (let times = 0; times < 2; times += 1) await next.respond(invite, 200, { tag: "other" });
		expect(next.methods()).toEqual(["ACK", "BYE", "ACK"]);
		expect(header(next.last("BYE"), "To")).toContain(";tag=other");
		expect(next.endpoint.legs).toBe(1);
	});
});
