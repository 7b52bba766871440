import { describe, expect, test } from "bun:test";
import type { Leg } from "../../../../src/sip/leg/leg.ts";
import { answeredLeg, header, type LegBench, PHONE_SDP, settle } from "../../../support/leg-bench.ts";

/** Time in seconds that the tests ask for; the bench asks phones for 1800 s. */
const seconds = (bench: LegBench, count: number): void => bench.clock.advance(count * 1000);
const invites = (bench: LegBench): number => bench.methods().filter((method) => method === "INVITE").length;

/** Sends an offer of ours; what becomes of it is in the list. */
function offer(leg: Leg, relayed = false): string[] {
	const heard: string[] = [];
	const listener = {
		onAccepted: () => heard.push("accepted"),
		onRefused: ({ status }: { status: number }) => heard.push(`refused ${status}`),
	};
	if (relayed) leg.relayReinvite(() => PHONE_SDP, listener);
	else leg.reinvite(() => PHONE_SDP, listener);
	return heard;
}

describe("a request with an interval shorter than ours (RFC 4028 section 9)", () => {
	test.each(["INVITE", "UPDATE"])(
		"%s with an offer gets 422 with Min-SE, and nobody hears of it",
		async (method) => {
			const { bench, leg } = await answeredLeg();
			const heard = bench.heard.length;
			await bench.request(leg, method, { sdp: PHONE_SDP, headers: ["Session-Expires: 89;refresher=uac"] });
			expect(bench.last()).toStartWith("SIP/2.0 422 ");
			expect(header(bench.last(), "Min-SE")).toBe("90");
			expect(bench.heard).toHaveLength(heard);
		},
	);

	test("UPDATE without offer gets 422, and the timer runs on as it did", async () => {
		const { bench, leg } = await answeredLeg({ headers: ["Session-Expires: 120;refresher=uac"] });
		await bench.request(leg, "UPDATE", { headers: ["x: 30"] });
		expect(header(bench.last("SIP/2.0 422"), "Min-SE")).toBe("90");
		seconds(bench, 60);
		expect(invites(bench)).toBe(2);
	});

	test("is taken at 90", async () => {
		const { bench, leg } = await answeredLeg();
		await bench.request(leg, "UPDATE", { headers: ["Supported: timer", "Session-Expires: 90"] });
		expect(header(bench.last("SIP/2.0 200"), "Session-Expires")).toBe("90;refresher=uac");
		expect(header(bench.last("SIP/2.0 200"), "Require")).toBe("timer");
	});
});

describe("a re-INVITE of ours that gets a 422 (RFC 4028 section 7.3)", () => {
	test.each([true, false])(
		"is sent again once with the interval asked for (relayed: %p)",
		async (relayed) => {
			const { bench, leg } = await answeredLeg();
			const heard = offer(leg, relayed);
			await bench.respond(bench.last("INVITE"), 422, { headers: ["Min-SE: 3600"] });
			expect(invites(bench)).toBe(3);
			expect(header(bench.last("INVITE"), "Session-Expires")).toStartWith("3600;");
			expect(header(bench.last("INVITE"), "Min-SE")).toBe("3600");
			expect(bench.last("INVITE")).toEndWith(PHONE_SDP);
			await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
			expect(heard).toEqual(["accepted"]);
		},
	);

	test("and another one is refused", async () => {
		const { bench, leg } = await answeredLeg();
		const heard = offer(leg);
		await bench.respond(bench.last("INVITE"), 422, { headers: ["Min-SE: 3600"] });
		await bench.respond(bench.last("INVITE"), 422, { headers: ["Min-SE: 7200"] });
		expect(heard).toEqual(["refused 422"]);
	});

	test.each([[], ["Min-SE: 80"], ["Min-SE: 1000000"], ["Min-SE: soon"]])(
		"without an interval that could be taken is refused (%p)",
		async (...headers) => {
			const { bench, leg } = await answeredLeg();
			const heard = offer(leg);
			await bench.respond(bench.last("INVITE"), 422, { headers });
			expect(heard).toEqual(["refused 422"]);
			expect(invites(bench)).toBe(2);
		},
	);

	test("a refresh keeps the session, too", async () => {
		const { bench, leg } = await answeredLeg({ headers: ["Session-Expires: 100;refresher=uac"] });
		seconds(bench, 50);
		await bench.respond(bench.last("INVITE"), 422, { headers: ["Min-SE: 200"] });
		expect(header(bench.last("INVITE"), "Session-Expires")).toBe("200;refresher=uac");
		await bench.respond(bench.last("INVITE"), 200, {
			sdp: PHONE_SDP,
			headers: ["Session-Expires: 200;refresher=uac"],
		});
		seconds(bench, 99);
		expect(leg.state).toBe("confirmed");
	});
});

describe("a phone that knows no session timer", () => {
	test("is asked for a sign of life at half of the interval that we wanted", async () => {
		const { bench } = await answeredLeg();
		seconds(bench, 899);
		expect(invites(bench)).toBe(1);
		seconds(bench, 1);
		expect(invites(bench)).toBe(2);
		expect(header(bench.last("INVITE"), "Session-Expires")).toBe("1800;refresher=uac");
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		seconds(bench, 900);
		expect(invites(bench)).toBe(3);
	});

	test.each([408, 481])("has vanished when it answers %d: BYE, and the call hears of it", async (status) => {
		const { bench } = await answeredLeg();
		seconds(bench, 900);
		await bench.respond(bench.last("INVITE"), status);
		expect(bench.last()).toStartWith("BYE ");
		expect(bench.heard.at(-1)).toBe("ended failure");
	});

	test("has vanished when it does not answer: within the interval", async () => {
		const { bench } = await answeredLeg();
		seconds(bench, 1799);
		await settle();
		expect(bench.methods()).toContain("BYE");
		expect(bench.heard.at(-1)).toBe("ended failure");
	});

	test("is there when it refuses: the call goes on and it is asked again", async () => {
		const { bench, leg } = await answeredLeg();
		for (let round = 0; round < 4; round += 1) {
			seconds(bench, 900);
			expect(invites(bench)).toBe(round + 2);
			await bench.respond(bench.last("INVITE"), 488);
		}
		expect(leg.state).toBe("confirmed");
	});

	test("is still watched after a request of its own without interval", async () => {
		const { bench, leg } = await answeredLeg();
		await bench.request(leg, "UPDATE", { sdp: PHONE_SDP });
		expect(bench.last("SIP/2.0 200")).not.toContain("Session-Expires");
		seconds(bench, 900);
		expect(invites(bench)).toBe(2);
	});

	test("a phone that knows it and speaks of none is told that we are in charge", async () => {
		const { bench, leg } = await answeredLeg();
		await bench.request(leg, "UPDATE", { headers: ["Supported: replaces, timer", "Min-SE: 2000"] });
		expect(header(bench.last("SIP/2.0 200"), "Session-Expires")).toBe("2000;refresher=uas");
		expect(bench.last("SIP/2.0 200")).not.toContain("Require");
		seconds(bench, 1000);
		expect(invites(bench)).toBe(2);
	});
});

test("a refresh that fails after the phone has taken charge leaves no timer of its own behind", async () => {
	const { bench, leg } = await answeredLeg({ headers: ["Session-Expires: 100;refresher=uac"] });
	seconds(bench, 50);
	await bench.respond(bench.last("INVITE"), 491);
	await bench.request(leg, "UPDATE", { headers: ["Supported: timer", "Session-Expires: 90;refresher=uac"] });
	seconds(bench, 5);
	await bench.respond(bench.last("INVITE"), 500);
	leg.end();
	await bench.respond(bench.last("BYE"), 200);
	seconds(bench, 33);
	expect(bench.clock.pending).toBe(0);
});
