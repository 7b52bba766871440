import { describe, expect, test } from "bun:test";
import { TransportError } from "../../../../src/sip/transport/types.ts";
import { answerBy, FakeFlow, makeLayer, request, responseText } from "./support.ts";

const PEER = "SIP/2.0/UDP 192.0.2.9:5060;rport;branch=z9hG4bKpeer";
const via = { via: PEER };

describe("non-INVITE server transaction on UDP", () => {
	test("a retransmission before the answer is absorbed, after it the answer is sent again until timer J", () => {
		const { clock, flow, layer, requests } = makeLayer();
		const ok = responseText(200, "NOTIFY", via);
		layer.receiveRequest(request("NOTIFY", via), flow);
		layer.receiveRequest(request("NOTIFY", via), flow);
		expect(flow.sent).toEqual([]);
		clock.advance(100);
		answerBy(layer, ok);
		clock.advance(31_999);
		layer.receiveRequest(request("NOTIFY", via), flow);
		expect(requests).toEqual(["NOTIFY 1"]);
		expect(flow.sent).toEqual([
			{ at: 100, text: ok },
			{ at: 32_099, text: ok },
		]);
		expect(layer.counters).toMatchObject({ absorbed: 2, retransmissions: 1 });
		clock.advance(1);
		layer.receiveRequest(request("NOTIFY", via), flow);
		expect(requests).toHaveLength(2);
	});

	test("of what is over nothing is left a quarter of timer J later", () => {
		const { clock, flow, layer } = makeLayer();
		layer.receiveRequest(request("NOTIFY", via), flow);
		answerBy(layer, responseText(200, "NOTIFY", via));
		clock.advance(40_000);
		expect(layer.open.servers).toBe(0);
	});

	test("the latest provisional response is the one that is repeated", () => {
		const { flow, layer } = makeLayer();
		const trying = responseText(100, "NOTIFY", via);
		layer.receiveRequest(request("NOTIFY", via), flow);
		answerBy(layer, trying);
		layer.receiveRequest(request("NOTIFY", via), flow);
		expect(flow.texts).toEqual([trying, trying]);
	});

	test("a second final answer is not sent", () => {
		const { flow, layer } = makeLayer();
		layer.receiveRequest(request("BYE", via), flow);
		answerBy(layer, responseText(200, "BYE", via));
		answerBy(layer, responseText(500, "BYE", via));
		expect(flow.sent).toHaveLength(1);
		expect(layer.counters.unmatched).toBe(1);
	});

	test("one that nobody answers is freed after 64*T1, and an answer after that is dropped", () => {
		const { clock, flow, layer } = makeLayer();
		layer.receiveRequest(request("BYE", via), flow);
		clock.advance(32_000);
		expect(layer.open.servers).toBe(0);
		answerBy(layer, responseText(200, "BYE", via));
		expect(flow.sent).toEqual([]);
		expect(layer.counters.unmatched).toBe(1);
	});

	test("the same branch from another sent-by is another transaction", () => {
		const { flow, layer, requests } = makeLayer();
		layer.receiveRequest(request("BYE", via), flow);
		layer.receiveRequest(request("BYE", { via: PEER.replace("192.0.2.9", "192.0.2.8") }), flow);
		expect(requests).toEqual(["BYE 1", "BYE 1"]);
	});

	test("a client of RFC 2543 with one branch for all is told apart by CSeq", () => {
		const { flow, layer, requests } = makeLayer();
		const old = "SIP/2.0/UDP 192.0.2.9:5060;branch=1";
		const first = responseText(200, "INFO", { via: `${old};received=192.0.2.9`, cseq: 1 });
		layer.receiveRequest(request("INFO", { via: old, cseq: 1 }), flow);
		layer.receiveRequest(request("INFO", { via: old, cseq: 2 }), flow);
		answerBy(layer, first);
		layer.receiveRequest(request("INFO", { via: old, cseq: 1 }), flow);
		expect(requests).toEqual(["INFO 1", "INFO 2"]);
		expect(flow.texts).toEqual([first, first]);
	});

	test("a user that answers while it hears the request is served", () => {
		const { flow, layer, hooks } = makeLayer();
		hooks.onRequest = () => answerBy(layer, responseText(200, "OPTIONS", via));
		layer.receiveRequest(request("OPTIONS", via), flow);
		expect(flow.sent).toHaveLength(1);
	});
});

describe("INVITE server transaction on UDP", () => {
	const busy = responseText(403, "INVITE", { ...via, toTag: "us" });

	test("one that nobody answers is forgotten after an hour", () => {
		const { clock, flow, layer } = makeLayer();
		layer.receiveRequest(request("INVITE", via), flow);
		clock.advance(3_599_999);
		expect(layer.open.servers).toBe(1);
		clock.advance(1);
		expect([layer.open.servers, clock.pending]).toEqual([0, 0]);
	});

	test("a refusal is repeated by timer G until timer H", () => {
		const { clock, flow, layer } = makeLayer();
		layer.receiveRequest(request("INVITE", via), flow);
		answerBy(layer, busy);
		clock.advance(31_999);
		expect(flow.times).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
		clock.advance(100_000);
		expect(flow.sent).toHaveLength(11);
		expect(layer.open.servers).toBe(0);
	});

	test("its ACK ends the repetitions and goes no further; what follows is absorbed until timer I", () => {
		const { clock, flow, layer, requests } = makeLayer();
		layer.receiveRequest(request("INVITE", via), flow);
		answerBy(layer, busy);
		clock.advance(600);
		layer.receiveRequest(request("ACK", { ...via, toTag: "us" }), flow);
		layer.receiveRequest(request("ACK", { ...via, toTag: "us" }), flow);
		layer.receiveRequest(request("INVITE", via), flow);
		clock.advance(4999);
		expect(layer.open.servers).toBe(1);
		clock.advance(1);
		expect(layer.open.servers).toBe(0);
		expect(flow.times).toEqual([0, 500]);
		expect(requests).toEqual(["INVITE 1"]);
	});

	test("a repeated INVITE gets the last provisional response, then the refusal", () => {
		const { flow, layer } = makeLayer();
		const trying = responseText(100, "INVITE", via);
		layer.receiveRequest(request("INVITE", via), flow);
		answerBy(layer, trying);
		layer.receiveRequest(request("INVITE", via), flow);
		answerBy(layer, busy);
		layer.receiveRequest(request("INVITE", via), flow);
		expect(flow.texts).toEqual([trying, trying, busy, busy]);
	});

	test("after a 2xx repeated INVITEs are absorbed, and the user's own repetitions pass, until timer L", () => {
		const { clock, flow, layer } = makeLayer();
		const ok = responseText(200, "INVITE", { ...via, toTag: "us" });
		layer.receiveRequest(request("INVITE", via), flow);
		answerBy(layer, ok);
		layer.receiveRequest(request("INVITE", via), flow);
		expect(flow.sent).toHaveLength(1);
		clock.advance(500);
		answerBy(layer, ok);
		answerBy(layer, busy);
		expect(flow.times).toEqual([0, 500]);
		clock.advance(31_500);
		expect(layer.open.servers).toBe(0);
	});

	test("the ACK to a 2xx is passed up once for each branch", () => {
		const { clock, flow, layer, requests } = makeLayer();
		const ack = (branch: string) =>
			request("ACK", { via: `SIP/2.0/UDP 192.0.2.9:5060;rport;branch=${branch}`, toTag: "us" });
		layer.receiveRequest(request("INVITE", via), flow);
		answerBy(layer, responseText(200, "INVITE", { ...via, toTag: "us" }));
		layer.receiveRequest(ack("z9hG4bKack1"), flow);
		layer.receiveRequest(ack("z9hG4bKack1"), flow);
		layer.receiveRequest(ack("z9hG4bKack2"), flow);
		expect(requests).toEqual(["INVITE 1", "ACK 1", "ACK 1"]);
		clock.advance(32_000);
		expect(layer.open.servers).toBe(0);
	});

	test("a CANCEL is passed up as a transaction of its own", () => {
		const { flow, layer, requests } = makeLayer();
		const ok = responseText(200, "CANCEL", via);
		layer.receiveRequest(request("INVITE", via), flow);
		layer.receiveRequest(request("CANCEL", via), flow);
		answerBy(layer, ok);
		layer.receiveRequest(request("CANCEL", via), flow);
		expect(requests).toEqual(["INVITE 1", "CANCEL 1"]);
		expect(flow.texts).toEqual([ok, ok]);
	});
});

describe("server transactions on a stream", () => {
	test("a final answer ends a non-INVITE one at once", () => {
		const { flow, layer } = makeLayer("TCP");
		layer.receiveRequest(request("BYE", via), flow);
		answerBy(layer, responseText(200, "BYE", via));
		expect(flow.sent).toHaveLength(1);
		expect(layer.open.servers).toBe(0);
	});

	test("a refusal of an INVITE is sent once, and its ACK ends the transaction", () => {
		const { clock, flow, layer, requests } = makeLayer("TCP");
		layer.receiveRequest(request("INVITE", via), flow);
		answerBy(layer, responseText(403, "INVITE", { ...via, toTag: "us" }));
		clock.advance(20_000);
		expect(flow.sent).toHaveLength(1);
		layer.receiveRequest(request("ACK", { ...via, toTag: "us" }), flow);
		expect(layer.open.servers).toBe(0);
		expect(requests).toEqual(["INVITE 1"]);
	});

	test("an answer to a closed connection goes by a new one to the sent-by port", async () => {
		const { flow, layer, opened } = makeLayer("TCP");
		layer.receiveRequest(request("BYE", { via: "SIP/2.0/TCP phone.example:5066;branch=z9hG4bKx" }), flow);
		flow.open = false;
		answerBy(layer, responseText(200, "BYE", { via: "SIP/2.0/TCP phone.example:5066;branch=z9hG4bKx" }));
		await Promise.resolve();
		expect(flow.sent).toEqual([]);
		expect(opened.map(({ remote }) => remote)).toEqual([{ address: "192.0.2.9", port: 5066 }]);
		expect(opened[0]?.sent).toHaveLength(1);
	});

	test.each([
		["phone.example:5066", { port: 5066, domain: "phone.example" }],
		["phone.example : 5066", { port: 5066, domain: "phone.example" }],
		["phone.example", { port: 5061, domain: "phone.example" }],
		["[2001:db8::9]:5066", { port: 5066, domain: "[2001:db8::9]" }],
	])("over TLS the new connection has to be with %s, at the source address", async (sentBy, expected) => {
		const { flow, layer, opened, targets } = makeLayer("TLS");
		const tlsVia = { via: `SIP/2.0/TLS ${sentBy};branch=z9hG4bKx` };
		layer.receiveRequest(request("BYE", tlsVia), flow);
		flow.open = false;
		answerBy(layer, responseText(200, "BYE", tlsVia));
		await Promise.resolve();
		expect(targets).toEqual([{ protocol: "TLS", address: "192.0.2.9", ...expected }]);
		expect(opened[0]?.sent).toHaveLength(1);
	});
});

describe("where a datagram response goes", () => {
	const from = (sentBy: string, parameters: string) => `SIP/2.0/UDP ${sentBy};branch=z9hG4bKr${parameters}`;
	const cases: [string, string, string, number | undefined][] = [
		["with rport: back to the source port", "10.0.0.1:5999", ";rport=5060;received=192.0.2.9", undefined],
		["without rport: to the sent-by port of the source address", "10.0.0.1:5999", "", 5999],
		["without rport and port: to 5060", "10.0.0.1", "", 5060],
		["an IPv6 sent-by without a port: to 5060", "[2001:db8::1]", "", 5060],
		["an IPv6 sent-by with a port: there", "[2001:db8::1]:5070", "", 5070],
		["maddr is not followed", "10.0.0.1:5999", ";maddr=198.51.100.7", 5999],
	];
	test.each(cases)("%s", (_title, sentBy, parameters, port) => {
		const { clock, layer, opened } = makeLayer();
		const flow = new FakeFlow(clock, "UDP", { address: "192.0.2.9", port: 33_333 });
		const answer = responseText(200, "BYE", { via: from(sentBy, parameters) });
		layer.receiveRequest(request("BYE", { via: from(sentBy, parameters) }), flow);
		answerBy(layer, answer);
		layer.sendStateless(answer, flow);
		expect(opened.map(({ remote }) => remote)).toEqual(
			port === undefined
				? []
				: [
						{ address: "192.0.2.9", port },
						{ address: "192.0.2.9", port },
					],
		);
		expect([flow, ...opened].flatMap(({ texts }) => texts)).toEqual([answer, answer]);
	});
});

test("a response that cannot be sent throws, and is sent when the request comes again", () => {
	const { flow, layer } = makeLayer();
	layer.receiveRequest(request("BYE", via), flow);
	flow.broken = true;
	expect(() => answerBy(layer, responseText(200, "BYE", via))).toThrow(TransportError);
	flow.broken = false;
	layer.receiveRequest(request("BYE", via), flow);
	expect(flow.sent).toHaveLength(1);
});

const numbered = (number: number) => ({ via: `SIP/2.0/UDP 192.0.2.9;rport;branch=z9hG4bK${number}` });

describe("what floods can take", () => {
	test("requests beyond the limit of open transactions are dropped and counted, ACKs are not", () => {
		const { flow, layer, requests } = makeLayer("UDP", { transactions: 1, octets: 1e6 });
		layer.receiveRequest(request("BYE", via), flow);
		expect(layer.receiveRequest(request("INFO", via), flow)).toBe(true);
		layer.receiveRequest(request("ACK", { via: "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKk" }), flow);
		expect(requests).toEqual(["BYE 1", "ACK 1"]);
		expect(layer.counters.refused).toBe(1);
	});

	test("requests beyond the limit of octets are dropped until earlier ones are answered", () => {
		const { flow, layer, requests } = makeLayer("UDP", { transactions: 10, octets: 1000 });
		const receive = (number: number) => layer.receiveRequest(request("INFO", numbered(number)), flow, 400);
		for (const number of [1, 2, 3]) receive(number);
		expect(requests).toHaveLength(2);
		answerBy(layer, responseText(200, "INFO", numbered(1)));
		for (const number of [3, 4]) receive(number);
		expect(requests).toHaveLength(3);
		expect(layer.counters.refused).toBe(2);
	});

	test.each(["ACK", "BYE", "CANCEL", "INFO", "INVITE", "MESSAGE", "OPTIONS", "REGISTER", "SUBSCRIBE"])(
		"nothing is kept of a stranger's %s, which is for the caller to answer",
		(method) => {
			const { clock, flow, layer, requests } = makeLayer();
			for (let number = 0; number < 100; number++)
				expect(layer.receiveRequest(request(method, numbered(number)), flow, 300, false)).toBe(false);
			expect(layer.open).toEqual({ clients: 0, servers: 0 });
			expect(clock.pending).toBe(0);
			expect(requests).toEqual([]);
			expect(layer.counters).toEqual({ retransmissions: 0, absorbed: 0, unmatched: 0, refused: 0 });
		},
	);

	test("a retransmission is answered as before although the dialog is over by then", () => {
		const { flow, layer, requests } = makeLayer();
		const ok = responseText(200, "BYE", via);
		layer.receiveRequest(request("BYE", via), flow);
		answerBy(layer, ok);
		expect(layer.receiveRequest(request("BYE", via), flow, 300, false)).toBe(true);
		expect(flow.texts).toEqual([ok, ok]);
		expect(requests).toEqual(["BYE 1"]);
	});

	test("ACKs in dialogs are remembered by the number of those of usual calls", () => {
		const { flow, layer, requests } = makeLayer();
		for (let number = 0; number < 10_050; number++)
			layer.receiveRequest(request("ACK", numbered(number)), flow);
		layer.receiveRequest(request("ACK", numbered(10_049)), flow);
		expect(requests).toHaveLength(10_050);
		expect(layer.open.servers).toBeWithin(7500, 10_001);
	});

	test("final answers are kept by their length, the youngest ones", () => {
		const { flow, layer, requests } = makeLayer();
		const long = "x".repeat(50_000);
		const answer = (number: number) =>
			responseText(200, "INFO", { ...numbered(number), extra: `X-Long: ${long}\r\n` });
		for (let number = 0; number < 500; number++) {
			layer.receiveRequest(request("INFO", numbered(number)), flow);
			answerBy(layer, answer(number));
		}
		expect(layer.open.servers).toBeGreaterThan(300);
		expect(layer.open.servers * long.length).toBeLessThan(16 * 1024 * 1024);
		layer.receiveRequest(request("INFO", numbered(499)), flow);
		expect(requests).toHaveLength(500);
		expect(flow.sent).toHaveLength(501);
	});

	test("a branch as long as a datagram is told from others that begin alike", () => {
		const { flow, layer, requests } = makeLayer();
		const long = "x".repeat(60_000);
		const first = { via: `SIP/2.0/UDP 192.0.2.9;rport;branch=z9hG4bK${long}1` };
		const second = { via: `SIP/2.0/UDP 192.0.2.9;rport;branch=z9hG4bK${long}2` };
		for (const parts of [first, second, first]) layer.receiveRequest(request("BYE", parts), flow);
		expect(requests).toHaveLength(2);
		answerBy(layer, responseText(200, "BYE", first));
		layer.receiveRequest(request("BYE", first), flow);
		expect(flow.texts).toEqual([responseText(200, "BYE", first), responseText(200, "BYE", first)]);
	});
});

test("close stops every timer and forgets every transaction", () => {
	const { clock, flow, layer } = makeLayer();
	layer.receiveRequest(request("INVITE", via), flow);
	answerBy(layer, responseText(403, "INVITE", via));
	layer.sendRequest(responseText(200, "X").replace("SIP/2.0 200 Whatever", "INFO sip:a SIP/2.0"), flow);
	expect(clock.pending).toBeGreaterThan(0);
	layer.close();
	expect(clock.pending).toBe(0);
	expect(layer.open).toEqual({ clients: 0, servers: 0 });
	clock.advance(60_000);
	expect(flow.sent).toHaveLength(2);
});
