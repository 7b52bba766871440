import { describe, expect, test } from "bun:test";
import type { Leg } from "../../../../src/sip/leg/leg.ts";
import type { OfferReply } from "../../../../src/sip/leg/types.ts";
import { answeredLeg, header, type LegBench, PHONE_SDP, settle } from "../../../support/leg-bench.ts";

/** A REFER of ours; what becomes of it is in the list. */
function refer(leg: Leg): string[] {
	const reports: string[] = [];
	leg.refer("sip:bob@192.0.2.3", "<sip:click2call@example.com>", {
		onAccepted: () => reports.push("accepted"),
		onRefused: ({ status }) => reports.push(`refused ${status}`),
		onReport: (status) => reports.push(`report ${status}`),
		onUnreported: () => reports.push("unreported"),
		onLost: (status) => reports.push(`lost ${status}`),
	});
	return reports;
}

function notify(bench: LegBench, leg: Leg, status: number, cseq: number, tag = "phone"): Promise<void> {
	return bench.request(leg, "NOTIFY", {
		cseq,
		tag,
		headers: ["Event: refer", `Subscription-State: ${status < 200 ? "active" : "terminated"}`],
		type: "message/sipfrag;version=2.0",
		body: `SIP/2.0 ${status} Whatever\r\n`,
	});
}

describe("the order of requests in a dialog (RFC 3261 section 12.2.2)", () => {
	test("an UPDATE that comes after a later one gets 500 and changes nothing", async () => {
		const { bench, leg } = await answeredLeg();
		await bench.request(leg, "UPDATE", { cseq: 20, sdp: PHONE_SDP });
		const heard = bench.heard.length;
		await bench.request(leg, "UPDATE", { cseq: 19, sdp: PHONE_SDP });
		expect(bench.last()).toStartWith("SIP/2.0 500");
		expect(header(bench.last(), "CSeq")).toBe("19 UPDATE");
		expect(bench.heard).toHaveLength(heard);
	});

	test("a NOTIFY that comes after a later one gets 500 and reports nothing", async () => {
		const { bench, leg } = await answeredLeg();
		const reports = refer(leg);
		await notify(bench, leg, 180, 20);
		await notify(bench, leg, 183, 19);
		expect(bench.last()).toStartWith("SIP/2.0 500");
		expect(reports).toEqual(["report 180"]);
	});

	test.each(["UPDATE", "NOTIFY"])("an INFO that comes after a later %s gets 500", async (method) => {
		const { bench, leg } = await answeredLeg();
		refer(leg);
		if (method === "NOTIFY") await notify(bench, leg, 100, 20);
		else await bench.request(leg, "UPDATE", { cseq: 20 });
		await bench.request(leg, "INFO", { cseq: 19, type: "text/plain", body: "late" });
		expect(bench.last()).toStartWith("SIP/2.0 500");
		expect(bench.heard).not.toContain("INFO late");
	});

	test("an UPDATE that comes after a later INFO gets 500", async () => {
		const { bench, leg } = await answeredLeg();
		await bench.request(leg, "INFO", { cseq: 20, type: "text/plain", body: "x" });
		await bench.request(leg, "UPDATE", { cseq: 19 });
		expect(bench.last()).toStartWith("SIP/2.0 500");
	});

	test("numbers may be left out", async () => {
		const { bench, leg } = await answeredLeg();
		await bench.request(leg, "UPDATE", { cseq: 20 });
		await bench.request(leg, "UPDATE", { cseq: 90 });
		expect(bench.last()).toStartWith("SIP/2.0 200");
	});
});

describe("a request with the tag of another phone", () => {
	test("is no part of the dialog: an UPDATE gets 481", async () => {
		const { bench, leg } = await answeredLeg();
		const heard = bench.heard.length;
		await bench.request(leg, "UPDATE", { sdp: PHONE_SDP, tag: "stranger" });
		expect(bench.last()).toStartWith("SIP/2.0 481");
		expect(bench.heard).toHaveLength(heard);
	});

	test("is no part of the dialog: a NOTIFY gets 481", async () => {
		const { bench, leg } = await answeredLeg();
		const reports = refer(leg);
		await notify(bench, leg, 200, 20, "stranger");
		expect(bench.last()).toStartWith("SIP/2.0 481");
		expect(reports).toEqual([]);
		await notify(bench, leg, 200, 19);
		expect(reports).toEqual(["report 200"]);
	});
});

describe("offers of the phone that overlap", () => {
	/** A leg whose call answers no offer by itself. */
	async function open() {
		const made = await answeredLeg({}, { onOffer: (_sdp, reply) => replies.push(reply) });
		const replies: OfferReply[] = [];
		return { ...made, replies };
	}
	const answersTo = (bench: LegBench, cseq: string): string[] =>
		bench.sent
			.filter((text) => text.startsWith("SIP/2.0") && header(text, "CSeq") === cseq)
			.map((text) => text.slice(8, 11))
			.filter((status) => status !== "100");

	test.each([
		["INVITE", "UPDATE"],
		["UPDATE", "INVITE"],
		["UPDATE", "UPDATE"],
	])("an %s that is not answered yet makes an %s wait: 500 with Retry-After", async (first, second) => {
		const { bench, leg, replies } = await open();
		await bench.request(leg, first, { cseq: 20, sdp: PHONE_SDP });
		await bench.request(leg, second, { cseq: 21, sdp: PHONE_SDP });
		expect(answersTo(bench, `21 ${second}`)).toEqual(["500"]);
		expect(header(bench.last("SIP/2.0 500"), "Retry-After")).toMatch(/^\d+$/);
		expect(replies).toHaveLength(1);
		replies[0]?.accept(PHONE_SDP);
		expect(answersTo(bench, `20 ${first}`)).toEqual(["200"]);
	});

	test("a re-INVITE of ours waits until the phone's UPDATE is answered", async () => {
		const { bench, leg, replies } = await open();
		await bench.request(leg, "UPDATE", { cseq: 20, sdp: PHONE_SDP });
		const refused: number[] = [];
		const listener = {
			onAccepted: () => {},
			onRefused: ({ status }: { status: number }) => refused.push(status),
		};
		leg.relayReinvite(() => PHONE_SDP, listener);
		expect(refused).toEqual([491]);
		leg.reinvite(() => PHONE_SDP, listener);
		const count = bench.methods().filter((method) => method === "INVITE").length;
		replies[0]?.accept(PHONE_SDP);
		bench.clock.advance(4000);
		expect(bench.methods().filter((method) => method === "INVITE")).toHaveLength(count + 1);
	});

	test("an UPDATE that comes before the answer to our offer gets 491", async () => {
		const { bench, leg, replies } = await open();
		await bench.request(leg, "INVITE", { cseq: 20 });
		replies[0]?.accept(PHONE_SDP);
		await bench.request(leg, "UPDATE", { cseq: 21, sdp: PHONE_SDP });
		expect(bench.last()).toStartWith("SIP/2.0 491");
		await bench.request(leg, "ACK", { cseq: 20, sdp: PHONE_SDP });
		await bench.request(leg, "UPDATE", { cseq: 22, sdp: PHONE_SDP });
		expect(replies).toHaveLength(2);
	});

	test("an UPDATE that the call does not answer gets 504 before the phone gives it up (RFC 3311 section 5.2)", async () => {
		const { bench, leg, replies } = await open();
		await bench.request(leg, "UPDATE", { cseq: 20, sdp: PHONE_SDP });
		bench.clock.advance(29_999);
		expect(replies[0]?.open).toBe(true);
		bench.clock.advance(1);
		expect(replies[0]?.open).toBe(false);
		replies[0]?.accept(PHONE_SDP);
		expect(answersTo(bench, "20 UPDATE")).toEqual(["504"]);
	});

	test("a re-INVITE may wait longer", async () => {
		const { bench, leg, replies } = await open();
		await bench.request(leg, "INVITE", { cseq: 20, sdp: PHONE_SDP });
		bench.clock.advance(60_000);
		replies[0]?.accept(PHONE_SDP);
		expect(answersTo(bench, "20 INVITE")).toEqual(["200"]);
	});

	test("a CANCEL with the number of an UPDATE has no effect on it", async () => {
		const { bench, leg, replies } = await open();
		await bench.request(leg, "UPDATE", { cseq: 20, sdp: PHONE_SDP });
		await bench.request(leg, "CANCEL", { cseq: 20, branch: "z9hG4bKphone20UPDATE" });
		expect(answersTo(bench, "20 UPDATE")).toEqual([]);
		replies[0]?.accept(PHONE_SDP);
		expect(answersTo(bench, "20 UPDATE")).toEqual(["200"]);
	});
});

describe("a REFER that times out here", () => {
	test("was taken all the same when the phone has sent a NOTIFY (RFC 3515 section 2.4.4)", async () => {
		const { bench, leg } = await answeredLeg();
		const reports = refer(leg);
		await notify(bench, leg, 180, 20);
		bench.clock.advance(33_000);
		await settle();
		await notify(bench, leg, 200, 21);
		expect(reports).toEqual(["report 180", "report 200"]);
	});

	test("was not taken when no NOTIFY came", async () => {
		const { bench, leg } = await answeredLeg();
		const reports = refer(leg);
		bench.clock.advance(33_000);
		expect(reports).toEqual(["refused 408"]);
	});
});

describe("an exception while a request is dealt with", () => {
	test.each(["INVITE", "UPDATE", "INFO", "REFER"])("answers the %s with 500, once", async (method) => {
		const fail = (): never => {
			throw new Error("the call is broken");
		};
		const { bench, leg } = await answeredLeg({}, { onOffer: fail, onRequest: fail, onTransfer: fail });
		const sent = bench.sent.length;
		await bench.request(leg, method, {
			sdp: PHONE_SDP,
			headers: method === "REFER" ? ["Refer-To: <sip:carol@192.0.2.4>"] : [],
		});
		const answers = bench
			.methods()
			.slice(sent)
			.filter((status) => status !== "100");
		expect(answers).toEqual(["500"]);
		expect(bench.log.lines.join("\n")).toContain("the call is broken");
		await bench.request(leg, method, {
			sdp: PHONE_SDP,
			headers: method === "REFER" ? ["Refer-To: <sip:carol@192.0.2.4>"] : [],
		});
		expect(
			bench
				.methods()
				.slice(sent)
				.filter((status) => status === "500"),
		).toHaveLength(2);
	});

	test("after the answer adds none", async () => {
		const { bench, leg } = await answeredLeg(
			{},
			{
				onOffer: (_sdp, reply) => {
					reply.accept(PHONE_SDP);
					throw new Error("too late");
				},
			},
		);
		const sent = bench.sent.length;
		await bench.request(leg, "UPDATE", { sdp: PHONE_SDP });
		expect(bench.methods().slice(sent)).toEqual(["200"]);
	});
});
