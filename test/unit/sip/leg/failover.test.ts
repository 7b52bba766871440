import { describe, expect, test } from "bun:test";
import type { ReferListener } from "../../../../src/sip/leg/types.ts";
import { header, PHONE_SDP, settle } from "../../../support/leg-bench.ts";
import { RoutingBench } from "./routing-bench.ts";

/** Does not want to know what becomes of a REFER. */
const NOBODY: ReferListener = {
	onAccepted: () => {},
	onRefused: () => {},
	onReport: () => {},
	onUnreported: () => {},
	onLost: () => {},
};

const branchOf = (text: string): string => /;branch=([^;\r]+)/.exec(header(text, "Via"))?.[1] ?? "";

describe("an INVITE whose connection closes", () => {
	test("before anything was heard goes to the next target at once", async () => {
		const bench = new RoutingBench(5060, 5062);
		await bench.call();
		await bench.close(5060);
		expect(bench.trace).toEqual(["5060 INVITE", "5062 INVITE"]);
		expect(branchOf(bench.sent[0] ?? "")).not.toBe(branchOf(bench.sent[1] ?? ""));
		expect(bench.failed.map(({ port }) => port)).toEqual([5060]);
	});

	test("fails with 503 at once when there is no other target, and nothing is acknowledged", async () => {
		const bench = new RoutingBench(5060);
		await bench.call();
		await bench.close(5060);
		expect(bench.heard).toEqual(["failed 503"]);
		expect(bench.methods()).toEqual(["INVITE"]);
		expect(bench.endpoint.legs).toBe(0);
	});

	test("that had been open before is sent once more by a new connection, with a new branch", async () => {
		const bench = new RoutingBench(5060);
		await bench.answered();
		await bench.call();
		const first = bench.last("INVITE");
		await bench.close(5060);
		const second = bench.last("INVITE");
		expect(bench.lines).toHaveLength(2);
		expect(branchOf(second)).not.toBe(branchOf(first));
		expect(second.replace(branchOf(second), "")).toBe(first.replace(branchOf(first), ""));
		await bench.respond(second, 180);
		await bench.respond(second, 200, { sdp: PHONE_SDP });
		expect(bench.heard.slice(-2)).toEqual(["progress 180", "answered sdp"]);
		expect(bench.line(5060).sent.at(-1)).toStartWith("ACK ");
	});

	test("hears no refusal of the first try while the second one is out, but an answer", async () => {
		const bench = new RoutingBench(5060);
		await bench.answered();
		await bench.call();
		const first = bench.last("INVITE");
		await bench.close(5060);
		const second = bench.last("INVITE");
		await bench.respond(first, 487);
		expect(branchOf(bench.last("ACK"))).toBe(branchOf(first));
		await bench.respond(second, 180);
		expect(bench.heard.at(-1)).toBe("progress 180");
		await bench.respond(second, 200, { sdp: PHONE_SDP });
		expect(bench.heard.at(-1)).toBe("answered sdp");
	});

	test("again after that fails: it is not tried for ever", async () => {
		const bench = new RoutingBench(5060);
		await bench.answered();
		await bench.call();
		await bench.close(5060);
		await bench.close(5060);
		expect(bench.heard.at(-1)).toBe("failed 503");
		expect(bench.lines).toHaveLength(2);
	});

	test("after a provisional response waits on, when the phone can still be reached", async () => {
		const bench = new RoutingBench(5060, 5062);
		await bench.call();
		const invite = bench.last("INVITE");
		await bench.respond(invite, 180);
		await bench.close(5060);
		expect(bench.methods()).toEqual(["INVITE"]);
		expect(bench.lines).toHaveLength(2);
		await bench.respond(invite, 200, { sdp: PHONE_SDP });
		expect(bench.heard).toEqual(["progress 180", "answered sdp"]);
	});

	test("after a provisional response fails when the phone cannot be reached any more", async () => {
		const bench = new RoutingBench(5060);
		await bench.call();
		await bench.respond(bench.last("INVITE"), 180);
		bench.dead.add(5060);
		await bench.close(5060);
		expect(bench.heard).toEqual(["progress 180", "failed 503"]);
		expect(bench.methods()).toEqual(["INVITE"]);
	});

	test("a CANCEL follows it by a new connection to the same target", async () => {
		const bench = new RoutingBench(5060, 5062);
		const leg = await bench.call();
		const invite = bench.last("INVITE");
		await bench.respond(invite, 180);
		await bench.close(5060);
		leg.end();
		await settle();
		expect(bench.trace).toEqual(["5060 INVITE", "5060 CANCEL"]);
		expect(branchOf(bench.last("CANCEL"))).toBe(branchOf(invite));
	});

	test("a CANCEL of one that was sent again has its new branch", async () => {
		const bench = new RoutingBench(5060);
		await bench.answered();
		const leg = await bench.call();
		await bench.close(5060);
		const invite = bench.last("INVITE");
		await bench.respond(invite, 180);
		leg.end();
		await settle();
		expect(branchOf(bench.last("CANCEL"))).toBe(branchOf(invite));
		await bench.respond(bench.last("CANCEL"), 200);
		await bench.respond(invite, 487);
		expect(branchOf(bench.last("ACK"))).toBe(branchOf(invite));
		expect(bench.endpoint.legs).toBe(1);
	});
});

describe("a request in the dialog", () => {
	test("goes to the next target when the first one cannot be reached", async () => {
		const bench = new RoutingBench(5060);
		const leg = await bench.answered();
		await bench.close(5060);
		bench.leadTo("TCP", 5061, 5062);
		bench.dead.add(5061);
		leg.end();
		await settle();
		expect(bench.trace.at(-1)).toBe("5062 BYE");
	});

	test("goes to the next target after a 503, with a new branch and the same number", async () => {
		const bench = new RoutingBench(5060, 5062);
		const leg = await bench.answered();
		leg.end();
		await settle();
		const first = bench.last("BYE");
		await bench.respond(first, 503);
		const second = bench.last("BYE");
		expect(bench.trace.slice(-2)).toEqual(["5060 BYE", "5062 BYE"]);
		expect(branchOf(second)).not.toBe(branchOf(first));
		expect(header(second, "CSeq")).toBe(header(first, "CSeq"));
		expect(bench.endpoint.legs).toBe(1);
		await bench.respond(second, 200);
		expect(bench.endpoint.legs).toBe(0);
	});

	test("that every target answers with 503 is refused with that", async () => {
		const bench = new RoutingBench(5060, 5062);
		const leg = await bench.answered();
		leg.end();
		await settle();
		await bench.respond(bench.last("BYE"), 503);
		await bench.respond(bench.last("BYE"), 503);
		expect(bench.methods().filter((method) => method === "BYE")).toHaveLength(2);
		expect(bench.endpoint.legs).toBe(0);
	});

	test("over a lost connection is sent once more by a new one, then to the next target, then fails", async () => {
		const bench = new RoutingBench(5060, 5062);
		const leg = await bench.answered();
		leg.end();
		await settle();
		await bench.close(5060);
		await bench.close(5060);
		await bench.close(5062);
		expect(bench.trace.slice(2)).toEqual(["5060 BYE", "5060 BYE", "5062 BYE"]);
		expect(bench.endpoint.legs).toBe(0);
	});

	test("a re-INVITE fails over, too, and its ACK goes where it was answered", async () => {
		const bench = new RoutingBench(5060, 5062);
		const leg = await bench.answered();
		const answers: string[] = [];
		leg.reinvite(() => PHONE_SDP, {
			onAccepted: () => answers.push("accepted"),
			onRefused: ({ status }) => answers.push(`refused ${status}`),
		});
		await settle();
		await bench.respond(bench.last("INVITE"), 503);
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		expect(answers).toEqual(["accepted"]);
		expect(bench.trace.slice(2)).toEqual(["5060 INVITE", "5060 ACK", "5062 INVITE", "5062 ACK"]);
	});

	test("a re-INVITE that is refused with 503 everywhere is acknowledged once each", async () => {
		const bench = new RoutingBench(5060);
		const leg = await bench.answered();
		const answers: number[] = [];
		leg.reinvite(() => PHONE_SDP, {
			onAccepted: () => {},
			onRefused: ({ status }) => answers.push(status),
		});
		await settle();
		await bench.respond(bench.last("INVITE"), 503);
		expect(answers).toEqual([503]);
		expect(bench.trace.slice(2)).toEqual(["5060 INVITE", "5060 ACK"]);
	});

	test("a BYE that nobody answers is sent to the next target, though the leg is over", async () => {
		const bench = new RoutingBench(5060);
		bench.leadTo("UDP", 5060, 5062);
		const leg = await bench.answered();
		leg.end();
		await settle();
		leg.drop();
		bench.clock.advance(32_010);
		await settle();
		expect(bench.trace.at(-1)).toBe("5062 BYE");
		expect(bench.failed.map(({ port }) => port)).toEqual([5060]);
	});

	test("a BYE goes elsewhere at once when an earlier request has timed out at its target", async () => {
		const bench = new RoutingBench(5060);
		bench.leadTo("UDP", 5060, 5062);
		const leg = await bench.answered();
		leg.refer("sip:b@192.0.2.7", "<sip:a@192.0.2.1>", NOBODY);
		await settle();
		bench.clock.advance(31_990);
		leg.end();
		await settle();
		expect(bench.trace.at(-1)).toBe("5060 BYE");
		bench.clock.advance(20);
		await settle();
		expect(bench.trace.at(-1)).toBe("5062 BYE");
		const sent = bench.sent.length;
		await bench.respond(bench.last("BYE"), 200);
		bench.clock.advance(40_000);
		expect(bench.sent).toHaveLength(sent);
	});

	test("a BYE is not given up when an earlier request has timed out and there is nowhere else", async () => {
		const bench = new RoutingBench(5060);
		bench.leadTo("UDP", 5060);
		const leg = await bench.answered();
		leg.refer("sip:b@192.0.2.7", "<sip:a@192.0.2.1>", NOBODY);
		await settle();
		bench.clock.advance(31_990);
		leg.end();
		await settle();
		bench.clock.advance(20);
		await settle();
		expect(bench.endpoint.legs).toBe(1);
		const byes = (): number => bench.trace.filter((line) => line === "5060 BYE").length;
		const before = byes();
		bench.clock.advance(20_000);
		expect(byes()).toBeGreaterThan(before);
		await bench.respond(bench.last("BYE"), 200);
		expect(bench.endpoint.legs).toBe(0);
	});

	test("goes by the connection of the call when the Contact leads nowhere", async () => {
		const bench = new RoutingBench(5060);
		const leg = await bench.call();
		bench.leadTo("TCP", 5999);
		bench.dead.add(5999);
		const headers = ["Contact: <sip:phone@10.0.0.7:5999;transport=tcp>"];
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP, contact: false, headers });
		leg.end();
		await settle();
		expect(bench.trace).toEqual(["5060 INVITE", "5060 ACK", "5060 BYE"]);
	});
});

describe("a connection on which a whole transaction had no answer", () => {
	test("is closed, and the INVITE goes once more by a new one while there is time", async () => {
		const bench = new RoutingBench(5060);
		await bench.answered();
		bench.silent.add(5060);
		await bench.call();
		const first = bench.last("INVITE");
		bench.clock.advance(32_000);
		await settle();
		const second = bench.last("INVITE");
		expect(bench.lines).toHaveLength(2);
		expect(branchOf(second)).not.toBe(branchOf(first));
		await bench.respond(second, 200, { sdp: PHONE_SDP });
		expect(bench.heard.at(-1)).toBe("answered sdp");
		expect(bench.failed).toEqual([]);
	});

	test("that was opened for the request is not opened again: the INVITE has timed out", async () => {
		const bench = new RoutingBench(5060);
		bench.silent.add(5060);
		await bench.call();
		bench.clock.advance(32_000);
		await settle();
		expect(bench.methods()).toEqual(["INVITE"]);
		expect(bench.heard).toEqual(["failed 408"]);
	});

	test("takes along what other calls have sent on it", async () => {
		const bench = new RoutingBench(5060);
		await bench.answered();
		bench.silent.add(5060);
		await bench.call();
		bench.clock.advance(10_000);
		await bench.call();
		bench.clock.advance(22_000);
		await settle();
		expect(bench.lines).toHaveLength(2);
		expect(bench.line(5060).sent.map((text) => text.split(" ")[0])).toEqual(["INVITE", "INVITE"]);
	});

	test.each(["BYE", "REFER", "re-INVITE"])("is left behind by a %s", async (method) => {
		const bench = new RoutingBench(5060);
		const leg = await bench.answered();
		leg.acknowledge();
		await settle();
		bench.silent.add(5060);
		if (method === "BYE") leg.end();
		else if (method === "REFER") leg.refer("sip:other@192.0.2.9", "sip:us@192.0.2.1", NOBODY);
		else leg.reinvite(() => PHONE_SDP, { onAccepted: () => {}, onRefused: () => {} });
		await settle();
		bench.clock.advance(32_000);
		await settle();
		expect(bench.lines).toHaveLength(2);
		expect(bench.line(5060).sent[0]).toStartWith(method.replace("re-", ""));
	});
});
