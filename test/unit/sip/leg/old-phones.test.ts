import { describe, expect, test } from "bun:test";
import type { PhoneOptions } from "../../../support/leg-bench.ts";
import { answeredLeg, header, LegBench, PHONE_SDP } from "../../../support/leg-bench.ts";

const UNREADABLE: PhoneOptions = { contact: false, headers: ["Contact: <sip:phone@[192.0.2>;bad"] };

describe("a 200 with a Contact that cannot be read", () => {
	test("is taken: requests go where the INVITE went", async () => {
		const { bench, leg } = await answeredLeg(UNREADABLE);
		expect(bench.heard).toEqual(["answered sdp"]);
		expect(bench.last()).toStartWith("ACK sip:phone@192.0.2.9 ");
		leg.end();
		expect(bench.last()).toStartWith("BYE sip:phone@192.0.2.9 ");
	});

	test("to a re-INVITE leaves the target as it was", async () => {
		const { bench, leg } = await answeredLeg();
		leg.reinvite(() => PHONE_SDP, { onAccepted: () => bench.heard.push("accepted"), onRefused: () => {} });
		await bench.respond(bench.last("INVITE"), 200, { ...UNREADABLE, sdp: PHONE_SDP });
		expect(bench.heard.at(-1)).toBe("accepted");
		expect(bench.last()).toStartWith("ACK sip:phone@192.0.2.9:5060 ");
	});

	test.each([UNREADABLE, { contact: false }])(
		"after the leg is gone still gets ACK and BYE",
		async (options) => {
			const { bench, leg } = await answeredLeg();
			const invite = bench.last("INVITE");
			leg.end();
			await bench.respond(bench.last("BYE"), 200);
			await bench.respond(invite, 200, { ...options, tag: "late", sdp: PHONE_SDP });
			expect(bench.methods().slice(-2)).toEqual(["ACK", "BYE"]);
			expect(bench.last()).toStartWith("BYE sip:phone@192.0.2.9 ");
		},
	);
});

test.each([UNREADABLE, { contact: false }])(
	"a reliable 180 without a Contact to go to gets its PRACK",
	async (options) => {
		const bench = new LegBench();
		await bench.call();
		await bench.respond(bench.last("INVITE"), 180, {
			contact: false,
			headers: [...(options.headers ?? []), "Require: 100rel", "RSeq: 7"],
		});
		expect(header(bench.last("PRACK"), "RAck")).toBe("7 1 INVITE");
	},
);

describe("a phone without tags (RFC 2543)", () => {
	const NO_TAG: PhoneOptions = { tag: "" };

	test("has a dialog: ACK, re-INVITE and BYE go without a To tag", async () => {
		const { bench, leg } = await answeredLeg(NO_TAG);
		expect(bench.heard).toEqual(["answered sdp"]);
		expect(header(bench.last("ACK"), "To")).toBe("<sip:phone@192.0.2.9>");
		leg.reinvite(() => PHONE_SDP, { onAccepted: () => bench.heard.push("accepted"), onRefused: () => {} });
		expect(header(bench.last("INVITE"), "To")).toBe("<sip:phone@192.0.2.9>");
		await bench.respond(bench.last("INVITE"), 200, { ...NO_TAG, sdp: PHONE_SDP });
		expect(bench.heard.at(-1)).toBe("accepted");
		leg.end();
		expect(header(bench.last("BYE"), "To")).toBe("<sip:phone@192.0.2.9>");
		await bench.respond(bench.last("BYE"), 200, NO_TAG);
		expect(bench.endpoint.legs).toBe(0);
	});

	test("is heard in its dialog", async () => {
		const { bench, leg } = await answeredLeg(NO_TAG);
		await bench.request(leg, "INVITE", { ...NO_TAG, sdp: PHONE_SDP });
		expect(bench.last("SIP/2.0 200")).toContain("m=audio 4000");
		expect(header(bench.last("SIP/2.0 200"), "From")).toBe("<sip:phone@192.0.2.9>");
		await bench.request(leg, "UPDATE", NO_TAG);
		expect(bench.last()).toStartWith("SIP/2.0 200");
		await bench.request(leg, "BYE", NO_TAG);
		expect(bench.heard.at(-1)).toBe("ended bye");
	});

	test("is no way in for one with a tag, nor the other way round", async () => {
		const { bench, leg } = await answeredLeg(NO_TAG);
		await bench.request(leg, "BYE", { tag: "stranger" });
		expect(bench.last()).toStartWith("SIP/2.0 481");
		const other = await answeredLeg();
		for (const method of ["UPDATE", "BYE"]) {
			await other.bench.request(other.leg, method, NO_TAG);
			expect(other.bench.last()).toStartWith("SIP/2.0 481");
		}
		expect([leg.state, other.leg.state]).toEqual(["confirmed", "confirmed"]);
	});

	test("that answers after our CANCEL gets ACK and BYE", async () => {
		const bench = new LegBench();
		const leg = await bench.call();
		await bench.respond(bench.last("INVITE"), 180, NO_TAG);
		leg.end();
		await bench.respond(bench.last("INVITE"), 200, { ...NO_TAG, sdp: PHONE_SDP });
		expect(bench.methods()).toEqual(["INVITE", "CANCEL", "ACK", "BYE"]);
	});
});

test("an INVITE that cannot be written is a failed leg", async () => {
	const bench = new LegBench();
	await bench.call(true, {}, { headers: ["Call-Info: a\r\nEvil: b"] });
	expect(bench.heard).toEqual(["failed 500"]);
	expect(bench.endpoint.legs).toBe(0);
	expect(bench.sent).toEqual([]);
});

test("a 200 without Contact after a redirection: requests go where that led", async () => {
	const bench = new LegBench();
	await bench.call();
	await bench.respond(bench.last("INVITE"), 302, {
		contact: false,
		headers: ["Contact: <sip:else@192.0.2.9>"],
	});
	await bench.respond(bench.last("INVITE"), 200, { contact: false, sdp: PHONE_SDP });
	expect(bench.last()).toStartWith("ACK sip:else@192.0.2.9 ");
});
