import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { MessageCounts, SipCounters } from "../../../../src/sip/transport/counters.ts";

function countsOf(counts: MessageCounts): Record<string, number> {
	return Object.fromEntries([...counts.requests.filter(([, count]) => count > 0), ...counts.responses]);
}

describe("messages that are sent", () => {
	test("are counted by method and by code, as text and as bytes", () => {
		const counters = new SipCounters();
		for (const head of ["INVITE sip:a@b SIP/2.0\r\n", "SIP/2.0 200 OK\r\n", "BYE sip:a@b SIP/2.0\r\n"]) {
			counters.sent(head);
			counters.sent(new TextEncoder().encode(head));
		}
		expect(countsOf(counters.messagesSent)).toEqual({ INVITE: 2, BYE: 2, 200: 2 });
	});

	test("are not counted when they are keep-alives", () => {
		const counters = new SipCounters();
		counters.sent("\r\n\r\n");
		counters.sent(new TextEncoder().encode("\r\n\r\n"));
		expect(countsOf(counters.messagesSent)).toEqual({});
	});
});

test("methods and codes that a peer makes up never become more labels", () => {
	const counts = new MessageCounts();
	fc.assert(
		fc.property(fc.string(), fc.integer({ min: -100, max: 1000 }), (method, code) => {
			counts.request(method);
			counts.response(code);
		}),
	);
	const labels = Object.keys(countsOf(counts));
	for (const label of labels) expect(label).toMatch(/^(other|[A-Z]+|[1-6]\d\d|[1-6]xx)$/);
	for (const code of [199, 299, 499, 699]) counts.response(code);
	expect(countsOf(counts)).toMatchObject({ "2xx": expect.any(Number), "4xx": expect.any(Number) });
});
