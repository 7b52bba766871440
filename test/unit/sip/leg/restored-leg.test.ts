import { describe, expect, test } from "bun:test";
import { type LegRecord, readLegRecord } from "../../../../src/sip/leg/leg-record.ts";
import type { ReferListener } from "../../../../src/sip/leg/types.ts";
import { answeredLeg, header, LegBench, PHONE_SDP, settle } from "../../../support/leg-bench.ts";

const wall = { now: () => 1_800_000_000_000 };
const how = { wall, jump: 100 };

/** What a leg says of itself, as another process reads it. */
function written(leg: { record(clock: typeof wall): LegRecord | undefined }): LegRecord {
	return readLegRecord(JSON.parse(JSON.stringify(leg.record(wall))));
}

/** A leg whose phone rings, and the INVITE as it got that. */
async function ringing(offer: boolean, protocol: "TCP" | "UDP" = "TCP", routeSet: readonly string[] = []) {
	const bench = benchOn(protocol);
	const leg = await bench.call(offer, {}, { routeSet });
	const invite = bench.last("INVITE");
	await bench.respond(invite, 180);
	const record = written(leg);
	const next = benchOn(protocol);
	return { invite, record, next, leg: next.restore(record, how) };
}

function benchOn(protocol: "TCP" | "UDP"): LegBench {
	const bench = new LegBench();
	Object.assign(bench.flow, { protocol, reliable: protocol === "TCP" });
	bench.targets = [{ protocol, address: "192.0.2.9", port: 5060 }];
	return bench;
}

/** The fields that a CANCEL, and the ACK to a refusal, share with their INVITE (RFC 3261 sections 9.1 and 17.1.1.3). */
function shared(text: string) {
	const [method = "", uri] = text.split(" ");
	const field = (name: string): string => header(text, name);
	const number = field("CSeq").replace(method, "");
	return [uri, field("Via"), field("Call-ID"), number, field("From"), field("Route")];
}

describe("a phone that rang when the process died", () => {
	test("was in a record that was to be written at once, before it could ring", async () => {
		const bench = new LegBench();
		const told: (boolean | undefined)[] = [];
		const leg = await bench.call(true, {}, { watch: { changed: (soon) => told.push(soon) } });
		expect(told).toContain(true);
		expect(written(leg).stage).toBe("calling");
		told.length = 0;
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		leg.reinvite(undefined, { onAccepted: () => {}, onRefused: () => {} });
		await settle();
		expect(bench.methods()).toEqual(["INVITE", "ACK", "INVITE"]);
		expect(told).not.toContain(true);
	});

	test("gets a BYE if it had answered in the last moment, and takes the CANCEL for late", async () => {
		const { invite, next, leg } = await ringing(true, "UDP");
		leg.end();
		await settle();
		await next.respond(next.last("CANCEL"), 200);
		next.clock.advance(7000);
		await settle();
		expect(next.methods()).toEqual(["CANCEL"]);
		next.clock.advance(1200);
		await settle();
		expect(next.methods()).toEqual(["CANCEL", "BYE"]);
		const bye = next.last("BYE");
		expect(header(bye, "To")).toContain("tag=phone");
		expect(header(bye, "Call-ID")).toBe(header(invite, "Call-ID"));
		expect(Number.parseInt(header(bye, "CSeq"), 10)).toBe(Number.parseInt(header(invite, "CSeq"), 10) + 100);
		expect(bye.split(" ")[1]).toBe(invite.split(" ")[1] ?? "");
		expect(next.endpoint.legs).toBe(0);
	});

	test.each([
		["TCP", []],
		["UDP", []],
		["UDP", ["<sip:proxy.example.com;lr>"]],
	] as const)(
		"gets the CANCEL of its INVITE on %s %j, and the ACK to its refusal",
		async (protocol, routes) => {
			const { invite, next, leg } = await ringing(true, protocol, routes);
			leg.end();
			await settle();
			expect(next.methods()).toEqual(["CANCEL"]);
			const cancel = next.last("CANCEL");
			expect(shared(cancel)).toEqual(shared(invite));
			expect(header(cancel, "To")).toBe(header(invite, "To"));
			await next.respond(cancel, 200);
			await next.respond(invite, 487);
			expect(next.methods()).toEqual(["CANCEL", "ACK"]);
			expect(shared(next.last("ACK"))).toEqual(shared(invite));
			expect(header(next.last("ACK"), "To")).toContain("tag=phone");
			expect(next.endpoint.legs).toBe(0);
			expect(next.timers).toBe(0);
		},
	);

	test.each([true, false])(
		"and answers as it is cancelled is in a record until its BYE is answered (offer in INVITE: %p)",
		async (offer) => {
			const bench = benchOn("UDP");
			const told: (boolean | undefined)[] = [];
			const leg = await bench.call(offer, {}, { watch: { changed: (soon) => told.push(soon) } });
			const invite = bench.last("INVITE");
			await bench.respond(invite, 180);
			leg.end();
			told.length = 0;
			await bench.respond(invite, 200, { sdp: PHONE_SDP });
			expect(bench.methods()).toEqual(["INVITE", "CANCEL", "ACK", "BYE"]);
			expect(told).toContain(true);
			const record = written(leg);
			expect([record.stage, record.dialog.remoteTag]).toEqual(["confirmed", "phone"]);
			// Its BYE was lost with the process.
			const next = benchOn("UDP");
			next.restore(record, how).end();
			await settle();
			expect(next.methods()).toEqual(["BYE"]);
			expect(header(next.last("BYE"), "To")).toBe(header(bench.last("BYE"), "To"));
			await bench.respond(bench.last("BYE"), 200);
			expect(leg.record(wall)).toBeUndefined();
			expect(bench.endpoint.legs).toBe(0);
			bench.clock.advance(100_000);
			expect(bench.timers).toBe(0);
		},
	);

	test("gets the CANCEL again on UDP while it is silent, and we give up", async () => {
		const { next, leg } = await ringing(true, "UDP");
		leg.end();
		await settle();
		next.clock.advance(3000);
		expect(next.methods()).toEqual(["CANCEL", "CANCEL", "CANCEL"]);
		next.clock.advance(100_000);
		expect(next.endpoint.legs).toBe(0);
		expect(next.timers).toBe(0);
	});

	test.each([true, false])(
		"and answers as it is cancelled gets ACK and BYE (offer in INVITE: %p)",
		async (offer) => {
			const { invite, next, leg, record } = await ringing(offer);
			leg.end();
			await settle();
			await next.respond(invite, 200, { sdp: PHONE_SDP });
			expect(next.methods()).toEqual(["CANCEL", "ACK", "BYE"]);
			const ack = next.last("ACK");
			expect(header(ack, "CSeq")).toBe("1 ACK");
			expect(ack.includes("m=audio 0 ")).toBe(!offer);
			expect(header(next.last("BYE"), "CSeq")).toBe(`${record.dialog.localCSeq + 101} BYE`);
			await next.respond(next.last("BYE"), 200);
			next.clock.advance(64_000);
			expect(next.endpoint.legs).toBe(0);
		},
	);

	test("gets another CANCEL when that process dies, too", async () => {
		const { invite, next, leg } = await ringing(true);
		leg.end();
		await settle();
		const third = new LegBench();
		third.restore(written(leg), how).end();
		await settle();
		expect(next.methods()).toEqual(["CANCEL"]);
		expect(shared(third.last("CANCEL"))).toEqual(shared(invite));
	});

	test("was called with a password in its address: that is not written down, and the CANCEL goes without", async () => {
		const bench = new LegBench();
		const leg = await bench.call(true, {}, { to: "sip:phone:secret@192.0.2.9" });
		expect(JSON.stringify(leg.record(wall))).not.toContain("secret");
		const next = new LegBench();
		next.restore(written(leg), how).end();
		await settle();
		expect(next.last("CANCEL")).toStartWith("CANCEL sip:phone@192.0.2.9 SIP/2.0");
		expect(header(next.last("CANCEL"), "Via")).toBe(header(bench.last("INVITE"), "Via"));
	});

	test("was called again with credentials: the CANCEL belongs to the latest INVITE", async () => {
		const bench = new LegBench([{ user: "u", password: "p", realm: "r" }]);
		const leg = await bench.call();
		await bench.respond(bench.last("INVITE"), 407, {
			headers: ['Proxy-Authenticate: Digest realm="r", nonce="n", algorithm=MD5'],
		});
		await bench.respond(bench.last("INVITE"), 180);
		const next = new LegBench();
		next.restore(written(leg), how).end();
		await settle();
		expect(header(next.last("CANCEL"), "CSeq")).toBe("2 CANCEL");
		expect(shared(next.last("CANCEL"))).toEqual(shared(bench.last("INVITE")));
	});
});

describe("a phone that had answered when the process died", () => {
	test.each([true, false])("without its ACK gets that, and a BYE (offer in INVITE: %p)", async (offer) => {
		const bench = new LegBench();
		const leg = await bench.call(offer, { onAnswered: () => {} });
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		expect(leg.state).toBe("answered");
		const next = new LegBench();
		next.restore(written(leg), how).end();
		await settle();
		expect(next.methods()).toEqual(["ACK", "BYE"]);
		expect(header(next.last("ACK"), "CSeq")).toBe("1 ACK");
		expect(next.last("ACK").includes("m=audio 0 ")).toBe(!offer);
		await next.respond(next.last("BYE"), 200);
		expect(next.endpoint.legs).toBe(0);
		expect(next.timers).toBe(0);
	});

	test("and was being told goodbye gets another BYE", async () => {
		const bench = new LegBench();
		const leg = await bench.call();
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		leg.end();
		await settle();
		const next = new LegBench();
		next.restore(written(leg), how).end();
		await settle();
		expect(header(next.last("BYE"), "CSeq")).toBe("103 BYE");
		await next.respond(next.last("BYE"), 481);
		expect(next.endpoint.legs).toBe(0);
	});
});

describe("a REFER of a process that died", () => {
	/** A leg whose phone was asked to call somebody else, in the next process. */
	async function referred(
		step: (bench: LegBench, leg: { id: string; callId: string; localTag: string }) => Promise<void>,
	) {
		const bench = new LegBench();
		const leg = await bench.call();
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		const nobody = { onAccepted() {}, onRefused() {}, onReport() {}, onUnreported() {}, onLost() {} };
		leg.refer("sip:bob@192.0.2.3", "<sip:click2call@example.com>", nobody);
		await settle();
		await step(bench, leg);
		const next = new LegBench();
		const heard: string[] = [];
		const listener: ReferListener = {
			onAccepted: () => heard.push("accepted"),
			onRefused: ({ status }) => heard.push(`refused ${status}`),
			onReport: (status) => heard.push(`report ${status}`),
			onUnreported: () => heard.push("unreported"),
			onLost: (status = 0) => heard.push(`lost ${status || "unknown"}`),
		};
		const restored = next.restore(written(leg), how);
		expect(restored.resumeRefer(listener)).toBeDefined();
		return { next, leg: restored, heard };
	}
	const notify = (state: string) => ({
		headers: ["Event: refer;id=2", `Subscription-State: ${state}`],
		type: "message/sipfrag",
	});

	test.each([
		["before its 202", async () => {}],
		["after its 202", (bench: LegBench) => bench.respond(bench.last("REFER"), 202)],
	])("%s: reports that come still tell the outcome", async (_name, step) => {
		const { next, leg, heard } = await referred(step);
		await next.request(leg, "NOTIFY", { ...notify("active"), body: "SIP/2.0 180 Ringing" });
		await next.request(leg, "NOTIFY", { ...notify("terminated"), body: "SIP/2.0 200 OK" });
		expect(heard).toEqual(["report 180", "report 200"]);
		expect(next.methods()).toEqual(["200", "200"]);
		leg.end();
		await settle();
		expect(header(next.last("BYE"), "CSeq")).toBe("103 BYE");
	});

	test("a phone that stays silent is lost after 64*T1", async () => {
		const { next, heard } = await referred(async () => {});
		next.clock.advance(31_999);
		expect(heard).toEqual([]);
		next.clock.advance(1);
		expect(heard).toEqual(["lost 408"]);
	});

	const hasRung = async (bench: LegBench, first: { id: string; callId: string; localTag: string }) => {
		await bench.respond(bench.last("REFER"), 202);
		await bench.request(first, "NOTIFY", { ...notify("active"), body: "SIP/2.0 180 Ringing" });
	};

	test("is asked for a report by a SUBSCRIBE that names the REFER and says where we are", async () => {
		const { next, leg, heard } = await referred(hasRung);
		const outcomes: string[] = [];
		leg.probe((outcome) => outcomes.push(outcome));
		await settle();
		const subscribe = next.last("SUBSCRIBE");
		expect(next.methods()).toEqual(["SUBSCRIBE"]);
		expect([header(subscribe, "Event"), header(subscribe, "CSeq")]).toEqual(["refer;id=2", "103 SUBSCRIBE"]);
		expect(header(subscribe, "Contact")).toContain(`<sip:${leg.id}@`);
		expect(Number(header(subscribe, "Expires"))).toBeGreaterThan(60);
		await next.respond(subscribe, 200);
		await next.request(leg, "NOTIFY", { ...notify("terminated"), cseq: 900, body: "SIP/2.0 200 OK" });
		expect([outcomes, heard]).toEqual([["taken"], ["report 200"]]);
	});

	test.each([405, 481, 489, 503])(
		"that refuses the SUBSCRIBE with %d may report all the same",
		async (status) => {
			const { next, leg, heard } = await referred(hasRung);
			const outcomes: string[] = [];
			leg.probe((outcome) => outcomes.push(outcome));
			await settle();
			await next.respond(next.last("SUBSCRIBE"), status);
			expect([outcomes, heard, leg.state]).toEqual([["refused"], [], "confirmed"]);
			await next.request(leg, "NOTIFY", {
				...notify("terminated"),
				cseq: 900,
				body: "SIP/2.0 486 Busy Here",
			});
			expect(heard).toEqual(["report 486"]);
		},
	);

	test.each([405, 481])(
		"that refuses it with %d has nothing more to report only if that is 481",
		async (status) => {
			const { next, leg, heard } = await referred(hasRung);
			leg.probe(() => {});
			await settle();
			await next.respond(next.last("SUBSCRIBE"), status);
			next.clock.advance(31_999);
			expect(heard).toEqual([]);
			next.clock.advance(1);
			expect(heard).toEqual(status === 481 ? ["lost unknown"] : []);
			leg.end();
		},
	);

	test("that has hung up is asked, too; if it says nothing, the outcome is unknown", async () => {
		const { next, leg, heard } = await referred(async (bench, first) => {
			await hasRung(bench, first);
			await bench.request(first, "BYE");
		});
		leg.probe(() => {});
		await settle();
		expect(next.methods()).toEqual(["SUBSCRIBE"]);
		await next.respond(next.last("SUBSCRIBE"), 481);
		next.clock.advance(31_999);
		expect(heard).toEqual([]);
		next.clock.advance(1);
		expect(heard).toEqual(["lost unknown"]);
		leg.end();
		expect(next.endpoint.legs).toBe(0);
		expect(next.timers).toBe(0);
	});

	test("that hangs up without another word has failed only if it has reported since", async () => {
		for (const reports of [false, true]) {
			const { next, leg, heard } = await referred(hasRung);
			if (reports)
				await next.request(leg, "NOTIFY", { ...notify("active"), cseq: 900, body: "SIP/2.0 180 Ringing" });
			await next.request(leg, "BYE", { cseq: 901 });
			next.clock.advance(32_000);
			expect(heard).toEqual(reports ? ["report 180", "lost 487"] : ["lost unknown"]);
		}
	});

	test("the reports of a phone that has hung up before still tell the outcome", async () => {
		const { next, leg, heard } = await referred(async (bench, first) => {
			await bench.respond(bench.last("REFER"), 202);
			await bench.request(first, "BYE");
		});
		await next.request(leg, "NOTIFY", { ...notify("terminated"), cseq: 900, body: "SIP/2.0 486 Busy Here" });
		expect(heard).toEqual(["report 486"]);
		expect(next.methods()).toEqual(["200"]);
		leg.end();
		expect(next.endpoint.legs).toBe(0);
		expect(next.timers).toBe(0);
	});
});

describe("a phone that waits for the outcome of its transfer when the process dies", () => {
	async function transferring(...headers: readonly string[]) {
		const { bench, leg } = await answeredLeg();
		await bench.request(leg, "REFER", { headers: ["Refer-To: <sip:carol@192.0.2.4>", ...headers] });
		const next = new LegBench();
		const restore = () => next.restore(written(leg), how);
		return { bench, next, restore };
	}

	test("is told that it has failed, once, and the call goes on", async () => {
		const { next, restore } = await transferring();
		const leg = restore();
		await settle();
		expect(next.methods()).toEqual(["NOTIFY"]);
		const notify = next.last("NOTIFY");
		expect(header(notify, "Event")).toBe("refer");
		expect(header(notify, "Subscription-State")).toBe("terminated;reason=noresource");
		expect(notify).toEndWith("\r\n\r\nSIP/2.0 503 Service Unavailable\r\n");
		await next.respond(notify, 200);
		expect(leg.state).toBe("confirmed");
		expect(written(leg).transfer).toBeUndefined();
		// Its next REFER is the second one of the dialog.
		await next.request(leg, "REFER", { headers: ["Refer-To: <sip:carol@192.0.2.4>"], cseq: 900 });
		expect(header(next.last("NOTIFY"), "Event")).toBe("refer;id=900");
	});

	test("is not told again what it knows", async () => {
		const { bench, next, restore } = await transferring();
		bench.transfer?.report(486);
		restore();
		await settle();
		expect(next.methods()).toEqual([]);
	});

	test("is told nothing if it wants no reports", async () => {
		const { next, restore } = await transferring("Refer-Sub: false");
		restore();
		await settle();
		expect(next.methods()).toEqual([]);
	});
});

describe("a phone that is asked whether it is still there", () => {
	async function probed() {
		const bench = new LegBench();
		const first = await bench.call();
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		const next = new LegBench();
		const leg = next.restore(written(first), how);
		let gone = 0;
		const outcomes: string[] = [];
		leg.probe((outcome) => {
			outcomes.push(outcome);
			if (outcome === "gone") gone += 1;
		});
		await settle();
		return { next, leg, gone: () => gone, outcomes, described: first.local?.current };
	}

	test("gets what it knows already, and goes on", async () => {
		const { next, leg, gone, described } = await probed();
		const invite = next.last("INVITE");
		const body = invite.slice(invite.indexOf("\r\n\r\n") + 4);
		expect(body).toBe(described ?? "");
		expect(header(invite, "CSeq")).toBe("102 INVITE");
		await next.respond(invite, 200, { sdp: PHONE_SDP });
		expect(next.methods()).toEqual(["INVITE", "ACK"]);
		expect([leg.state, gone()]).toEqual(["confirmed", 0]);
	});

	test.each([481, 408])("and says %d has left: the leg ends", async (status) => {
		const { next, leg, gone } = await probed();
		await next.respond(next.last("INVITE"), status);
		expect([leg.state, gone()]).toEqual(["ended", 1]);
		expect(next.heard).toEqual(["ended failure"]);
		expect(next.methods()).toEqual(["INVITE", "ACK", "BYE"]);
	});

	test("and does not answer has left", async () => {
		const { next, leg, gone } = await probed();
		next.clock.advance(64_000);
		await settle();
		expect([leg.state, gone()]).toEqual(["ended", 1]);
		expect(next.heard).toEqual(["ended failure"]);
	});

	test.each([
		[403, ["refused"]],
		[488, ["refused"]],
		[491, []],
		[500, ["busy"]],
		[503, ["busy"]],
		[600, ["refused"]],
	])("and says %d is still there", async (status, expected) => {
		const { next, leg, gone, outcomes } = await probed();
		await next.respond(next.last("INVITE"), status);
		next.clock.advance(2000);
		expect(outcomes).toEqual(expected);
		next.clock.advance(8000);
		expect([leg.state, gone()]).toEqual(["confirmed", 0]);
		expect(next.heard).toEqual([]);
	});

	test("and hangs up instead has hung up, and is not lost", async () => {
		const { next, leg, gone } = await probed();
		await next.request(leg, "BYE", { cseq: 900 });
		await next.respond(next.last("INVITE"), 487);
		expect([leg.state, gone()]).toEqual(["ended", 0]);
		expect(next.heard).toEqual(["ended bye"]);
	});
});

test("a leg tells the call that it belongs to of its changes, until nothing of it is left", async () => {
	const bench = new LegBench();
	const told: string[] = [];
	const leg = await bench.call(true, {}, { watch: { changed: () => told.push("first") } });
	expect(told.splice(0)).toContain("first");
	await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
	told.length = 0;
	leg.adopt(leg.listener ?? expect.unreachable(), { changed: () => told.push("second") });
	leg.reinvite(undefined, { onAccepted: () => {}, onRefused: () => {} });
	await settle();
	await bench.respond(bench.last("INVITE"), 488);
	leg.end();
	await settle();
	expect(new Set(told.splice(0))).toEqual(new Set(["second"]));
	const bye = bench.last("BYE");
	await bench.respond(bye, 200);
	expect(leg.record(wall)).toBeUndefined();
	expect(new Set(told.splice(0))).toEqual(new Set(["second"]));
	await bench.respond(bye, 200);
	expect(told).toEqual([]);
});
