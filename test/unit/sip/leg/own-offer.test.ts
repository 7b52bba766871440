import { describe, expect, test } from "bun:test";
import { answeredLeg, header, LegBench, PHONE_SDP } from "../../../support/leg-bench.ts";

const KEY = Buffer.alloc(30, 1).toString("base64");
const SECURE = PHONE_SDP.replace("RTP/AVP", "RTP/SAVP").replace(
	"a=sendrecv",
	`a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}`,
);
const bodyOf = (text: string): string => text.slice(text.indexOf("\r\n\r\n") + 4);

/** A bench with a phone that takes no offer of ours. */
async function refused(status = 488) {
	const bench = new LegBench();
	const leg = await bench.call();
	const first = bench.last("INVITE");
	await bench.respond(first, status);
	return { bench, leg, first };
}

describe("an initiator that takes no offer", () => {
	test.each([415, 488, 606])(
		"but says %d is asked for its own, in a new INVITE of the same call",
		async (status) => {
			const { bench, first } = await refused(status);
			const second = bench.last("INVITE");
			expect(bodyOf(second)).toBe("");
			expect(header(second, "CSeq")).toBe("2 INVITE");
			expect(header(second, "Call-ID")).toBe(header(first, "Call-ID"));
			expect(bench.methods()).toEqual(["INVITE", "ACK", "INVITE"]);
			expect(bench.heard).toEqual([]);
		},
	);

	test("is answered inactive in the ACK, with keys where it wants them", async () => {
		const { bench, leg } = await refused();
		await bench.respond(bench.last("INVITE"), 200, { sdp: SECURE });
		const answer = bodyOf(bench.last("ACK"));
		expect(answer).toContain("m=audio 8000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:");
		expect(answer).toEndWith("a=inactive\r\n");
		expect(answer).not.toContain(KEY);
		expect(leg.state).toBe("confirmed");
	});

	test("may offer in a reliable 183, and is answered inactive in the PRACK", async () => {
		const { bench } = await refused();
		const invite = bench.last("INVITE");
		await bench.respond(invite, 183, { sdp: SECURE, headers: ["Require: 100rel", "RSeq: 1"] });
		expect(bodyOf(bench.last("PRACK"))).toContain("m=audio 8000 RTP/SAVP 0");
		await bench.respond(invite, 200);
		expect(bench.heard.at(-1)).toBe("answered agreed");
		expect(bodyOf(bench.last("ACK"))).toBe("");
	});

	test("is asked once", async () => {
		const { bench } = await refused();
		await bench.respond(bench.last("INVITE"), 488);
		expect(bench.methods()).toEqual(["INVITE", "ACK", "INVITE", "ACK"]);
		expect(bench.heard).toEqual(["failed 488"]);
		expect(bench.endpoint.legs).toBe(0);
	});

	test("and refuses the second INVITE has refused the call", async () => {
		const { bench } = await refused();
		await bench.respond(bench.last("INVITE"), 486);
		expect(bench.heard).toEqual(["failed 486"]);
	});

	test("and sends no description of its own either is in the call all the same", async () => {
		const { bench } = await refused();
		await bench.respond(bench.last("INVITE"), 200);
		expect(bodyOf(bench.last("ACK"))).toBe("");
		expect(bench.heard).toEqual(["answered"]);
	});

	test("is not asked when the call was given up before its refusal came", async () => {
		const bench = new LegBench();
		const leg = await bench.call();
		await bench.respond(bench.last("INVITE"), 180);
		leg.end();
		await bench.respond(bench.last("INVITE"), 488);
		expect(bench.methods()).toEqual(["INVITE", "CANCEL", "ACK"]);
		expect(bench.endpoint.legs).toBe(0);
	});

	test("and hangs up before it has its ACK gets one with an answer", async () => {
		const bench = new LegBench();
		const leg = await bench.call(true, { onAnswered: () => {} });
		await bench.respond(bench.last("INVITE"), 488);
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		await bench.request(leg, "BYE");
		expect(bodyOf(bench.last("ACK"))).toContain("m=audio 8000 RTP/AVP 0");
		expect(bench.endpoint.legs).toBe(0);
	});

	test("behind a forking proxy: another one that answers gets its offer refused", async () => {
		const { bench } = await refused();
		const invite = bench.last("INVITE");
		await bench.respond(invite, 200, { sdp: PHONE_SDP });
		await bench.respond(invite, 200, { sdp: PHONE_SDP, tag: "second" });
		expect(bench.methods().slice(-2)).toEqual(["ACK", "BYE"]);
		expect(bodyOf(bench.last("ACK"))).toContain("m=audio 0 RTP/AVP 0");
	});

	test("is offered what the other phone has from then on, in one session", async () => {
		const { bench, leg } = await refused();
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		const originOf = (text: string): number[] =>
			/^o=\S+ (\d+) (\d+) /m.exec(text)?.slice(1).map(Number) ?? [];
		const [session = 0, version = 0] = originOf(bench.last("ACK"));
		expect(originOf(leg.local?.refuse(PHONE_SDP) ?? "")).toEqual([session, version + 1]);
	});
});

test("a destination that refuses the INVITE without an offer is not asked again", async () => {
	const bench = new LegBench();
	await bench.call(false);
	await bench.respond(bench.last("INVITE"), 488);
	expect(bench.heard).toEqual(["failed 488"]);
});

test("a re-INVITE that is refused with 488 is not sent again", async () => {
	const { bench, leg } = await answeredLeg();
	const refusals: number[] = [];
	leg.reinvite(() => PHONE_SDP, { onAccepted: () => {}, onRefused: ({ status }) => refusals.push(status) });
	await bench.respond(bench.last("INVITE"), 488);
	expect(refusals).toEqual([488]);
});
