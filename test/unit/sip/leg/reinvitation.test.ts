import { describe, expect, test } from "bun:test";
import type { Leg } from "../../../../src/sip/leg/leg.ts";
import type { OfferReply, RelayedRequest } from "../../../../src/sip/leg/types.ts";
import { answeredLeg, header, type LegBench, PHONE_SDP, settle } from "../../../support/leg-bench.ts";

const invites = (bench: LegBench): number => bench.methods().filter((method) => method === "INVITE").length;

/** Statuses of the final responses to a request of the phone. */
const answersTo = (bench: LegBench, cseq: string): string[] =>
	bench.sent
		.filter((text) => text.startsWith("SIP/2.0") && header(text, "CSeq") === cseq)
		.map((text) => text.slice(8, 11))
		.filter((status) => status !== "100");

/** A leg whose call answers no offer by itself, and what becomes of a re-INVITE of ours. */
async function open() {
	const replies: OfferReply[] = [];
	const made = await answeredLeg({}, { onOffer: (_sdp, reply) => replies.push(reply) });
	const ends: string[] = [];
	const listener = {
		onAccepted: () => ends.push("accepted"),
		onRefused: ({ status }: { status: number }) => ends.push(`${status}`),
	};
	return { ...made, replies, ends, listener };
}

/** The phone acknowledges our answer. */
const ack = (bench: LegBench, leg: Leg, cseq: number): Promise<void> => bench.request(leg, "ACK", { cseq });

describe("a re-INVITE of ours while the phone's own is under way", () => {
	test.each(["reinvite", "relayReinvite"] as const)(
		"goes out as soon as the phone has acknowledged our answer (%s)",
		async (method) => {
			const { bench, leg, replies, ends, listener } = await open();
			await bench.request(leg, "INVITE", { cseq: 20, sdp: PHONE_SDP });
			replies[0]?.accept(PHONE_SDP);
			leg[method](() => PHONE_SDP, listener);
			expect([invites(bench), leg.waiting]).toEqual([1, true]);
			await ack(bench, leg, 20);
			expect([invites(bench), leg.waiting]).toEqual([2, false]);
			await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
			expect(ends).toEqual(["accepted"]);
		},
	);

	test("goes out as soon as that has its answer, and makes its offer then", async () => {
		const { bench, leg, replies, listener } = await open();
		let offers = 0;
		const offer = (): string => {
			offers += 1;
			return PHONE_SDP;
		};
		for (const finish of [
			(reply?: OfferReply) => reply?.refuse(488),
			(reply?: OfferReply) => reply?.accept(PHONE_SDP),
		]) {
			const method = offers === 0 ? "INVITE" : "UPDATE";
			await bench.request(leg, method, { cseq: 20 + offers, sdp: PHONE_SDP });
			const before = offers;
			leg.reinvite(offer, listener);
			expect(offers).toBe(before);
			finish(replies.at(-1));
			expect(offers).toBe(before + 1);
			await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		}
		expect(offers).toBe(2);
	});

	test("goes out when the phone takes its own back", async () => {
		const { bench, leg, listener } = await open();
		await bench.request(leg, "INVITE", { cseq: 20, sdp: PHONE_SDP });
		leg.reinvite(() => PHONE_SDP, listener);
		await bench.request(leg, "CANCEL", { cseq: 20, branch: "z9hG4bKphone20INVITE" });
		expect(bench.methods().slice(-3)).toEqual(["200", "487", "INVITE"]);
	});

	test("that passes on an offer of the other phone is refused with 491: both would wait for each other", async () => {
		const { bench, leg, ends, listener } = await open();
		await bench.request(leg, "INVITE", { cseq: 20, sdp: PHONE_SDP });
		leg.relayReinvite(() => PHONE_SDP, listener);
		expect(ends).toEqual(["491"]);
	});

	test("is not sent when the phone hangs up instead", async () => {
		const { bench, leg, ends, listener } = await open();
		await bench.request(leg, "INVITE", { cseq: 20, sdp: PHONE_SDP });
		leg.reinvite(() => PHONE_SDP, listener);
		await bench.request(leg, "BYE", { cseq: 21 });
		expect([invites(bench), ends]).toEqual([1, ["487"]]);
		expect(bench.timers).toBe(0);
	});
});

describe("a re-INVITE that the phone has refused with 491", () => {
	test("is sent again at once when the phone's own, which was in the way, is done", async () => {
		const { bench, leg, replies, ends, listener } = await open();
		leg.reinvite(() => PHONE_SDP, listener);
		await bench.respond(bench.last("INVITE"), 491);
		await bench.request(leg, "INVITE", { cseq: 20, sdp: PHONE_SDP });
		replies[0]?.accept(PHONE_SDP);
		expect(invites(bench)).toBe(2);
		await ack(bench, leg, 20);
		expect(invites(bench)).toBe(3);
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		expect(ends).toEqual(["accepted"]);
		expect(bench.clock.now()).toBe(0);
	});

	test("waits when the phone's own is refused: then it is the phone's turn", async () => {
		const { bench, leg, replies, listener } = await open();
		leg.reinvite(() => PHONE_SDP, listener);
		await bench.respond(bench.last("INVITE"), 491);
		await bench.request(leg, "INVITE", { cseq: 20, sdp: PHONE_SDP });
		replies[0]?.refuse(491);
		bench.clock.advance(2090);
		expect(invites(bench)).toBe(2);
		bench.clock.advance(1910);
		expect(invites(bench)).toBe(3);
	});
});

describe("a re-INVITE that is refused with Retry-After", () => {
	const busy = (bench: LegBench, status: number, seconds: string): Promise<void> =>
		bench.respond(bench.last("INVITE"), status, { headers: [`Retry-After: ${seconds}`] });

	test.each(["reinvite", "relayReinvite"] as const)(
		"and 500 is sent again after that time (%s)",
		async (method) => {
			const { bench, leg, ends, listener } = await open();
			leg[method](() => PHONE_SDP, listener);
			await busy(bench, 500, "3 (busy);duration=60");
			bench.clock.advance(2999);
			expect(invites(bench)).toBe(2);
			bench.clock.advance(1);
			expect(invites(bench)).toBe(3);
			await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
			expect(ends).toEqual(["accepted"]);
		},
	);

	test("and 500 is tried a few times, with a pause before each", async () => {
		const { bench, leg, ends, listener } = await open();
		leg.reinvite(() => PHONE_SDP, listener);
		for (let tries = 2; tries <= 6; tries += 1) {
			expect([invites(bench), ends]).toEqual([tries, []]);
			await busy(bench, 500, "0");
			expect(invites(bench)).toBe(tries);
			bench.clock.advance(500);
		}
		expect(ends).toEqual(["500"]);
	});

	test.each([503, 504])("and %d is sent again once", async (status) => {
		const { bench, leg, ends, listener } = await open();
		leg.reinvite(() => PHONE_SDP, listener);
		await busy(bench, status, "2");
		bench.clock.advance(2000);
		await settle();
		expect(invites(bench)).toBe(3);
		await busy(bench, status, "2");
		bench.clock.advance(10_000);
		expect([invites(bench), ends]).toEqual([3, [`${status}`]]);
	});

	test.each([
		[500, "11"],
		[500, "soon"],
		[503, "3600"],
		[486, "2"],
		[603, "2"],
	])("is refused when it is %d and %s seconds", async (status, seconds) => {
		const { bench, leg, ends, listener } = await open();
		leg.reinvite(() => PHONE_SDP, listener);
		await busy(bench, status, seconds);
		expect(ends).toEqual([`${status}`]);
	});

	test("waits as long as the phone says, whatever else the phone asks", async () => {
		const { bench, leg, replies, listener } = await open();
		leg.reinvite(() => PHONE_SDP, listener);
		await busy(bench, 500, "5");
		await bench.request(leg, "UPDATE", { cseq: 20, sdp: PHONE_SDP });
		replies[0]?.accept(PHONE_SDP);
		expect(invites(bench)).toBe(2);
		bench.clock.advance(5000);
		expect(invites(bench)).toBe(3);
	});
});

describe("a phone that hangs up", () => {
	test.each(["INVITE", "UPDATE"])(
		"gets 487 for its %s that waits, before the call hears of the end",
		async (method) => {
			const { bench, leg, replies } = await open();
			await bench.request(leg, method, { cseq: 20, sdp: PHONE_SDP });
			await bench.request(leg, "BYE", { cseq: 21 });
			replies[0]?.refuse(481);
			expect(answersTo(bench, `20 ${method}`)).toEqual(["487"]);
			expect(answersTo(bench, "21 BYE")).toEqual(["200"]);
			expect(bench.heard.at(-1)).toBe("ended bye");
			expect(bench.endpoint.legs).toBe(0);
		},
	);

	test("gets 487 for what was passed on and is not answered", async () => {
		const relayed: RelayedRequest[] = [];
		const { bench, leg } = await answeredLeg({}, { onRequest: (request) => relayed.push(request) });
		await bench.request(leg, "INFO", { cseq: 20, type: "text/plain", body: "x" });
		await bench.request(leg, "MESSAGE", { cseq: 21, type: "text/plain", body: "y" });
		relayed[0]?.reply(200);
		await bench.request(leg, "BYE", { cseq: 22 });
		relayed[1]?.reply(200);
		expect([answersTo(bench, "20 INFO"), answersTo(bench, "21 MESSAGE")]).toEqual([["200"], ["487"]]);
	});

	test("gets 487 when we hang up, too", async () => {
		const { bench, leg } = await open();
		await bench.request(leg, "INVITE", { cseq: 20, sdp: PHONE_SDP });
		leg.end();
		expect(answersTo(bench, "20 INVITE")).toEqual(["487"]);
	});
});

describe("a body in a request of the phone", () => {
	const MIXED = "multipart/mixed;boundary=b";
	const body = (more: string): string =>
		`--b\r\nContent-Type: application/sdp\r\n\r\n${PHONE_SDP}\r\n--b\r\n${more}\r\n\r\nx\r\n--b--\r\n`;

	test.each(["INVITE", "UPDATE"])("that is no description gets 415 with Accept in an %s", async (method) => {
		const { bench, leg, replies } = await open();
		await bench.request(leg, method, { cseq: 20, type: "application/rs-metadata+xml", body: "<recording/>" });
		expect(answersTo(bench, `20 ${method}`)).toEqual(["415"]);
		expect(header(bench.last("SIP/2.0 415"), "Accept")).toBe(
			"application/sdp, multipart/mixed, multipart/alternative",
		);
		expect(replies).toEqual([]);
	});

	test.each(["INVITE", "UPDATE"])("that is optional is passed over in an %s", async (method) => {
		const { bench, leg } = await answeredLeg();
		const heard = bench.heard.length;
		await bench.request(leg, method, {
			cseq: 20,
			type: "application/rs-metadata+xml",
			headers: ["Content-Disposition: recording-session;handling=optional"],
			body: "<recording/>",
		});
		expect(answersTo(bench, `20 ${method}`)).toEqual(["200"]);
		expect(bench.heard.slice(heard)).toEqual(method === "INVITE" ? ["offer"] : []);
	});

	test.each(["INVITE", "UPDATE"])(
		"with a description among its parts is an offer in an %s",
		async (method) => {
			const offers: (string | undefined)[] = [];
			const { bench, leg } = await answeredLeg({}, { onOffer: (sdp) => offers.push(sdp) });
			await bench.request(leg, method, {
				cseq: 20,
				type: MIXED,
				body: body("Content-Type: application/pidf+xml"),
			});
			expect(offers).toEqual([PHONE_SDP]);
			await bench.request(leg, "BYE", { cseq: 21 });
		},
	);

	test("that is compressed gets 415 with the encoding that is taken", async () => {
		const { bench, leg } = await open();
		await bench.request(leg, "UPDATE", { sdp: PHONE_SDP, headers: ["Content-Encoding: gzip"] });
		expect(header(bench.last("SIP/2.0 415"), "Accept-Encoding")).toBe("identity");
	});

	test("is an answer in an ACK and in a 200, too", async () => {
		const answers: (string | undefined)[] = [];
		const { bench, leg } = await answeredLeg(
			{},
			{ onOffer: (_sdp, reply) => reply.accept(PHONE_SDP), onAnswer: (sdp) => answers.push(sdp) },
		);
		await bench.request(leg, "INVITE", { cseq: 20 });
		await bench.request(leg, "ACK", { cseq: 20, type: MIXED, body: body("Content-Type: a/b") });
		leg.reinvite(() => PHONE_SDP, { onAccepted: (sdp) => answers.push(sdp), onRefused: () => {} });
		await bench.respond(bench.last("INVITE"), 200, {
			headers: [`Content-Type: ${MIXED}`],
			body: body("Content-Type: a/b"),
		});
		expect(answers).toEqual([PHONE_SDP, PHONE_SDP]);
	});

	test("is said to be understood where we ask for a description, and where we answer one", async () => {
		const { bench, leg, listener } = await open();
		leg.reinvite(undefined, listener);
		const accepted = bench.sent
			.filter((text) => text.startsWith("INVITE"))
			.map((text) => header(text, "Accept"));
		const all = "application/sdp, multipart/mixed, multipart/alternative";
		expect(accepted).toEqual(["", all]);
		const other = await answeredLeg();
		await other.bench.request(other.leg, "UPDATE", { sdp: PHONE_SDP });
		expect(header(other.bench.last("SIP/2.0 200"), "Accept")).toBe(all);
	});
});
