import { describe, expect, test } from "bun:test";
import type { Leg } from "../../../../src/sip/leg/leg.ts";
import type { CallingDelegate } from "../../../../src/sip/leg/types.ts";
import { header, LegBench, PHONE_SDP, settle } from "../../../support/leg-bench.ts";

const RELIABLE = ["Require: 100rel", "RSeq: 7"];
const at = (port: number): string => PHONE_SDP.replace("4000", `${port}`);
const originOf = (text: string): number[] => /^o=\S+ (\d+) (\d+) /m.exec(text)?.slice(1).map(Number) ?? [];

/** An INVITE without offer whose early offers a test answers. */
async function calling() {
	const bench = new LegBench();
	const offers: string[] = [];
	const answers: ((sdp: string | undefined) => void)[] = [];
	const descriptions: (string | undefined)[] = [];
	const delegate: Partial<CallingDelegate> = {
		onEarlyOffer: (sdp, answer) => {
			offers.push(sdp);
			answers.push(answer);
		},
		onAnswered: (sdp, early) => {
			descriptions.push(sdp);
			bench.heard.push(early);
		},
	};
	const leg = await bench.call(false, delegate);
	const invite = bench.last("INVITE");
	/** The phone offers in a reliable 183, and gets our answer. */
	const offer = async (
		sdp = PHONE_SDP,
		tag = "phone",
		answer: string | undefined = at(9000),
	): Promise<void> => {
		await bench.respond(invite, 183, { headers: RELIABLE, sdp, tag });
		answers.at(-1)?.(answer);
		await settle();
	};
	return { bench, leg, invite, offers, answers, descriptions, offer };
}

const update = (bench: LegBench, leg: Leg, options: Parameters<LegBench["request"]>[2] = {}): Promise<void> =>
	bench.request(leg, "UPDATE", { cseq: 20, sdp: at(4002), ...options });

describe("an UPDATE with an offer before the phone has answered (RFC 3311 section 5.2)", () => {
	test("is an early offer, and its answer comes with the 200", async () => {
		const { bench, leg, invite, offers, answers, descriptions, offer } = await calling();
		await offer();
		await update(bench, leg);
		expect(offers).toEqual([PHONE_SDP, at(4002)]);
		expect(bench.last()).toStartWith("PRACK ");
		answers[1]?.(at(9002));
		const ok = bench.last("SIP/2.0 200");
		expect(ok).toEndWith(at(9002));
		expect(header(ok, "Contact")).toContain(leg.id);
		await bench.respond(invite, 200);
		expect([bench.heard.at(-1), descriptions]).toEqual(["agreed", [undefined]]);
	});

	test("is taken without an offer before it, too", async () => {
		const { bench, leg, invite, answers } = await calling();
		await bench.respond(invite, 180);
		await update(bench, leg);
		answers[0]?.(at(9002));
		expect(bench.last("SIP/2.0 200")).toEndWith(at(9002));
	});

	test("gets 500 with Retry-After while the one before has no answer", async () => {
		const { bench, leg, invite, offers } = await calling();
		await bench.respond(invite, 183, { headers: RELIABLE, sdp: PHONE_SDP });
		await update(bench, leg);
		expect(header(bench.last("SIP/2.0 500"), "Retry-After")).toMatch(/^\d+$/);
		expect(offers).toHaveLength(1);
	});

	test("that cannot be answered gets 488, and what was agreed on stays", async () => {
		const { bench, leg, invite, answers, descriptions, offer } = await calling();
		await offer();
		await update(bench, leg);
		answers[1]?.(undefined);
		expect(bench.last()).toStartWith("SIP/2.0 488");
		await bench.respond(invite, 200, { sdp: at(4002) });
		expect([bench.heard.at(-1), descriptions]).toEqual(["agreed", [at(4002)]]);
	});

	test("moves the phone's target", async () => {
		const { bench, leg, invite, answers, offer } = await calling();
		await offer();
		await update(bench, leg, { contact: false, headers: ["Contact: <sip:moved@192.0.2.77>"] });
		answers[1]?.(at(9002));
		await bench.respond(invite, 183, { headers: ["Require: 100rel", "RSeq: 8"] });
		expect(bench.last()).toStartWith("PRACK sip:moved@192.0.2.77 ");
	});

	test("is put in order, and one of nobody is refused", async () => {
		const { bench, leg, offer } = await calling();
		await offer();
		await update(bench, leg, { sdp: "" });
		expect(bench.last()).toStartWith("SIP/2.0 200");
		await update(bench, leg, { cseq: 19 });
		expect(bench.last()).toStartWith("SIP/2.0 500");
		await update(bench, leg, { cseq: 21, tag: "stranger" });
		expect(bench.last()).toStartWith("SIP/2.0 481");
	});

	test("whose body is no description gets 415", async () => {
		const { bench, leg, offer } = await calling();
		await offer();
		await update(bench, leg, { sdp: "", type: "text/plain", body: "x" });
		expect(header(bench.last("SIP/2.0 415"), "Accept")).toContain("application/sdp");
	});

	test("gets 504 when its answer takes too long; nothing is agreed on then", async () => {
		const { bench, leg, invite, answers, descriptions, offer } = await calling();
		await offer();
		await update(bench, leg);
		bench.clock.advance(30_000);
		expect(bench.last()).toStartWith("SIP/2.0 504");
		answers[1]?.(at(9002));
		expect(bench.last()).toStartWith("SIP/2.0 504");
		await bench.respond(invite, 200);
		expect([bench.heard.at(-1), descriptions]).toEqual(["refused", [undefined]]);
	});

	test("gets 487 when the phone refuses the call meanwhile", async () => {
		const { bench, leg, invite, answers, offer } = await calling();
		await offer();
		await update(bench, leg);
		await bench.respond(invite, 486);
		expect(bench.methods()).toContain("487");
		answers[1]?.(at(9002));
		expect(bench.methods().filter((method) => method === "200")).toEqual([]);
		expect(bench.timers).toBe(0);
	});

	test("makes the 200 wait for its answer", async () => {
		const { bench, leg, invite, answers, offer } = await calling();
		await offer();
		await update(bench, leg);
		await bench.respond(invite, 200);
		expect(bench.heard.at(-1)).toBe("progress 183");
		answers[1]?.(at(9002));
		expect(bench.heard.at(-1)).toBe("agreed");
		expect(bench.last("SIP/2.0 200")).toEndWith(at(9002));
	});

	test("to a phone that was made an offer gets an inactive answer, once that is answered", async () => {
		const bench = new LegBench();
		const leg = await bench.call();
		await bench.respond(bench.last("INVITE"), 183, { headers: RELIABLE, sdp: PHONE_SDP });
		await update(bench, leg);
		const ok = bench.last("SIP/2.0 200");
		expect(ok).toContain("m=audio 8000 RTP/AVP 0\r\na=inactive");
		const [session = 0, version = 0] = originOf(bench.last("INVITE"));
		expect(originOf(ok)).toEqual([session, version + 1]);
		await bench.respond(bench.last("INVITE"), 200);
		leg.reinvite(() => leg.local?.restate() ?? "", { onAccepted: () => {}, onRefused: () => {} });
		expect(originOf(bench.last("INVITE"))).toEqual([session, version + 1]);
	});
});

describe("the description in a 200 after a reliable 183", () => {
	test.each([
		["is no news when it is the same", PHONE_SDP, undefined],
		["is news when it is another one", at(4002), at(4002)],
	])("%s", async (_what, sdp, news) => {
		const { bench, invite, descriptions, offer } = await calling();
		await offer();
		await bench.respond(invite, 200, { sdp });
		expect([bench.heard.at(-1), descriptions]).toEqual(["agreed", [news]]);
	});
});

describe("two early dialogs that offer in turn", () => {
	async function forked() {
		const made = await calling();
		await made.offer();
		await made.bench.respond(made.invite, 183, { headers: RELIABLE, sdp: at(4002), tag: "second" });
		return made;
	}

	test("when the second answers, its offer counts as refused, and the ACK holds nothing", async () => {
		const { bench, leg, invite, descriptions } = await forked();
		const refusal = bench.last("PRACK");
		expect(refusal).toContain("m=audio 0 RTP/AVP 0");
		await bench.respond(invite, 200, { sdp: at(4002), tag: "second" });
		expect([bench.heard.at(-1), descriptions]).toEqual(["refused", [at(4002)]]);
		leg.acknowledge();
		expect(bench.last("ACK")).toEndWith("Content-Length: 0\r\n\r\n");
		const [session = 0, version = 0] = originOf(refusal);
		expect(originOf(leg.local?.inactive(PHONE_SDP) ?? "")).toEqual([session, version + 1]);
	});

	test("when the first answers, all is agreed, and its own origin line goes on", async () => {
		const { bench, leg, invite } = await calling();
		await bench.respond(invite, 183, { headers: RELIABLE, sdp: PHONE_SDP });
		const early = leg.local?.inactive(PHONE_SDP) ?? "";
		await bench.respond(invite, 183, { headers: RELIABLE, sdp: at(4002), tag: "second" });
		await bench.respond(invite, 200);
		const [session = 0, version = 0] = originOf(early);
		expect(originOf(leg.local?.inactive(at(4004)) ?? "")).toEqual([session, version]);
		expect(originOf(leg.local?.refuse(at(4004)) ?? "")).toEqual([session, version + 1]);
	});

	test("an UPDATE of the second is refused", async () => {
		const { bench, leg } = await forked();
		await update(bench, leg, { tag: "second" });
		expect(bench.last()).toStartWith("SIP/2.0 488");
	});

	test("a second that answers after the first gets an ACK without a description, and a BYE", async () => {
		const { bench, invite } = await forked();
		await bench.respond(invite, 200);
		await bench.respond(invite, 200, { sdp: at(4002), tag: "second" });
		expect(bench.methods().slice(-2)).toEqual(["ACK", "BYE"]);
		expect(bench.last("ACK")).toEndWith("Content-Length: 0\r\n\r\n");
	});
});
