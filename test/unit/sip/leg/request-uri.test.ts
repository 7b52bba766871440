import { describe, expect, test } from "bun:test";
import type { Leg } from "../../../../src/sip/leg/leg.ts";
import type { OfferReply, RelayedRequest } from "../../../../src/sip/leg/types.ts";
import { answeredLeg, header, PHONE_SDP, settle } from "../../../support/leg-bench.ts";

/** Request-URIs that phones, gateways and border controllers send in a dialog. */
const URIS: readonly (readonly [what: string, uri: (leg: Leg) => string])[] = [
	["our Contact", ({ id }) => `sip:${id}@192.0.2.1:5072`],
	["no user", () => "sip:192.0.2.1:5072"],
	["another user", () => "sip:click2call@192.0.2.1:5072"],
	["the URI of our From", () => "sip:click2call@example.com"],
	["another host", ({ id }) => `sip:${id}@198.51.100.7`],
	["another case", ({ id }) => `SIP:${id.toUpperCase()}@192.0.2.1:5072`],
	["a parameter", ({ id }) => `sip:${id}@192.0.2.1:5072;transport=udp;x`],
	["a parameter of the user", ({ id }) => `sip:${id};npdi=yes@192.0.2.1:5072`],
	["a semicolon at its end", ({ id }) => `sip:${id}@192.0.2.1:5072;`],
	["an escape", ({ id }) => `sip:%${id.charCodeAt(0).toString(16)}${id.slice(1)}@192.0.2.1:5072`],
	["sips", ({ id }) => `sips:${id}@192.0.2.1`],
	["sips and another user", () => "sips:other@192.0.2.1"],
	["a telephone number", () => "tel:+12125551212;phone-context=x"],
];

describe.each(URIS)("Call-ID and tags find the dialog, whatever the Request-URI is: %s", (_what, uriOf) => {
	test("INFO, MESSAGE, OPTIONS and UPDATE are taken", async () => {
		const { bench, leg } = await answeredLeg();
		const uri = uriOf(leg);
		for (const method of ["INFO", "MESSAGE", "OPTIONS", "UPDATE"]) {
			await bench.request(leg, method, {
				uri,
				...(method !== "UPDATE" && { type: "text/plain", body: "x" }),
			});
			expect(bench.last()).toStartWith("SIP/2.0 200");
			expect(header(bench.last(), "CSeq")).toEndWith(` ${method}`);
		}
		expect(bench.heard).toContain("INFO x");
	});

	test("a re-INVITE and its ACK are taken", async () => {
		const { bench, leg } = await answeredLeg();
		const uri = uriOf(leg);
		await bench.request(leg, "INVITE", { uri, cseq: 20, sdp: PHONE_SDP });
		expect(bench.last()).toStartWith("SIP/2.0 200");
		await bench.request(leg, "ACK", { uri, cseq: 20, branch: "z9hG4bKack" });
		expect(bench.heard.slice(-2)).toEqual(["offer sdp", "answer"]);
		// Nothing waits for the ACK any more.
		bench.clock.advance(40_000);
		expect(bench.heard.at(-1)).toBe("answer");
		expect(bench.methods()).not.toContain("BYE");
	});

	test("the CANCEL of a re-INVITE is taken", async () => {
		const replies: OfferReply[] = [];
		const { bench, leg } = await answeredLeg({}, { onOffer: (_sdp, reply) => void replies.push(reply) });
		const uri = uriOf(leg);
		await bench.request(leg, "INVITE", { uri, cseq: 20, sdp: PHONE_SDP, branch: "z9hG4bKheld" });
		await bench.request(leg, "CANCEL", { uri, cseq: 20, branch: "z9hG4bKheld" });
		expect(bench.methods().slice(-2).toSorted()).toEqual(["200", "487"]);
	});

	test("a REFER is taken", async () => {
		const { bench, leg } = await answeredLeg();
		await bench.request(leg, "REFER", { uri: uriOf(leg), headers: ["Refer-To: <sip:carol@192.0.2.7>"] });
		expect(bench.heard).toContain("transfer sip:carol@192.0.2.7");
		expect(bench.methods()).toContain("202");
	});

	test("the NOTIFY of a REFER of ours is taken", async () => {
		const { bench, leg } = await answeredLeg();
		const reports: number[] = [];
		leg.refer("sip:bob@192.0.2.3", "<sip:click2call@example.com>", {
			onAccepted: () => {},
			onRefused: () => {},
			onReport: (status) => reports.push(status),
			onUnreported: () => {},
			onLost: () => {},
		});
		await bench.request(leg, "NOTIFY", {
			uri: uriOf(leg),
			headers: ["Event: refer", "Subscription-State: terminated"],
			type: "message/sipfrag",
			body: "SIP/2.0 200 OK\r\n",
		});
		expect(bench.last()).toStartWith("SIP/2.0 200");
		expect(reports).toEqual([200]);
	});

	test("a BYE ends the dialog", async () => {
		const { bench, leg } = await answeredLeg();
		await bench.request(leg, "BYE", { uri: uriOf(leg) });
		expect(bench.last()).toStartWith("SIP/2.0 200");
		expect(bench.heard.at(-1)).toBe("ended bye");
		expect(bench.endpoint.legs).toBe(0);
	});
});

describe("a re-INVITE", () => {
	test.each([
		["without Contact", []],
		["with Contact: *", ["Contact: *"]],
	])("%s is taken, and the phone is where it was", async (_what, headers) => {
		const { bench, leg } = await answeredLeg();
		await bench.request(leg, "INVITE", { contact: false, headers, sdp: PHONE_SDP });
		expect(bench.last()).toStartWith("SIP/2.0 200");
		leg.end();
		expect(bench.last("BYE")).toStartWith("BYE sip:phone@192.0.2.9:5060 SIP/2.0\r\n");
	});

	test("without a Content-Type holds an offer all the same", async () => {
		const { bench, leg } = await answeredLeg();
		await bench.request(leg, "INVITE", { body: PHONE_SDP });
		expect(bench.heard.at(-1)).toBe("offer sdp");
	});
});

test("a request with a tag that is not ours is of no dialog", async () => {
	const { bench, leg } = await answeredLeg();
	const stranger = { ...leg, id: leg.id, callId: leg.callId, localTag: "other" };
	await bench.request(stranger as Leg, "BYE");
	expect(bench.last()).toStartWith("SIP/2.0 481");
	await bench.request(leg, "BYE", { tag: "other" });
	expect(bench.last()).toStartWith("SIP/2.0 481");
	expect(bench.endpoint.legs).toBe(1);
});

describe("requests of a phone that wait for their answers", () => {
	const waiting = async (count: number) => {
		const relayed: RelayedRequest[] = [];
		const { bench, leg } = await answeredLeg({}, { onRequest: (request) => void relayed.push(request) });
		for (let index = 0; index < count; index++)
			await bench.request(leg, "INFO", { type: "text/plain", body: `${index}` });
		return { bench, leg, relayed };
	};

	test("are 100 at most, for the call of one must not take what all others need", async () => {
		const { bench, relayed } = await waiting(103);
		expect(relayed).toHaveLength(100);
		const refusals = bench.sent.filter((text) => text.startsWith("SIP/2.0 500"));
		expect(refusals).toHaveLength(3);
		for (const refusal of refusals) expect(header(refusal, "Retry-After")).toBe("10");
	});

	test("are no obstacle to a BYE", async () => {
		const { bench, leg } = await waiting(101);
		await bench.request(leg, "BYE");
		expect(bench.heard.at(-1)).toBe("ended bye");
	});
});

test("a request goes where the Contact says, however that is spelt", async () => {
	const { bench, leg } = await answeredLeg({
		contact: false,
		headers: ["Contact: <sip:100%phone@192.0.2.77:5070>"],
	});
	leg.end();
	await settle();
	expect(bench.resolved).toEqual(["sip:phone@192.0.2.9", "sip:100%phone@192.0.2.77:5070"]);
	expect(bench.last()).toStartWith("BYE sip:100%phone@192.0.2.77:5070 ");
});
