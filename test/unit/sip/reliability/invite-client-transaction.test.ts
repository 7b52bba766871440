import { describe, expect, test } from "bun:test";
import { TransportError } from "../../../../src/sip/transport/types.ts";
import { FakeFlow, makeLayer, request, requestText, response } from "./support.ts";

const INVITE = requestText("INVITE");
const ACK_OF_REFUSAL = requestText("ACK", { toTag: "a" });
const ACK_OF_ANSWER = requestText("ACK", { toTag: "a", branch: "z9hG4bKack" });

describe("INVITE client transaction on UDP", () => {
	test("is repeated by timer A with doubling pauses until timer B, and then no more", () => {
		const { clock, flow, layer } = makeLayer();
		layer.sendRequest(INVITE, flow);
		clock.advance(31_999);
		expect(flow.times).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500]);
		expect(new Set(flow.texts)).toEqual(new Set([INVITE]));
		expect(layer.counters.retransmissions).toBe(6);
		clock.advance(60_000);
		expect(flow.sent).toHaveLength(7);
		expect(layer.open.clients).toBe(0);
		expect(clock.pending).toBe(0);
	});

	test("a provisional response ends the repetitions, and each one is passed up", () => {
		const { clock, flow, layer, responses } = makeLayer();
		layer.sendRequest(INVITE, flow);
		clock.advance(600);
		layer.receiveResponse(response(100, "INVITE"), flow);
		layer.receiveResponse(response(180, "INVITE", { toTag: "a" }), flow);
		layer.receiveResponse(response(180, "INVITE", { toTag: "a" }), flow);
		clock.advance(120_000);
		expect(flow.times).toEqual([0, 500]);
		expect(responses).toEqual(["100 INVITE -", "180 INVITE a", "180 INVITE a"]);
		expect(layer.open.clients).toBe(1);
	});

	test("a refusal is passed up once; each repetition gets the same ACK until timer D", () => {
		const { clock, flow, layer, responses, hooks } = makeLayer();
		hooks.onResponse = () => layer.sendRequest(ACK_OF_REFUSAL, flow);
		layer.sendRequest(INVITE, flow);
		layer.receiveResponse(response(486, "INVITE", { toTag: "a" }), flow);
		clock.advance(500);
		layer.receiveResponse(response(486, "INVITE", { toTag: "a" }), flow);
		clock.advance(31_499);
		layer.receiveResponse(response(486, "INVITE", { toTag: "a" }), flow);
		expect(responses).toEqual(["486 INVITE a"]);
		expect(flow.sent).toEqual([
			{ at: 0, text: INVITE },
			{ at: 0, text: ACK_OF_REFUSAL },
			{ at: 500, text: ACK_OF_REFUSAL },
			{ at: 31_999, text: ACK_OF_REFUSAL },
		]);
		expect(layer.open.clients).toBe(1);
		clock.advance(1);
		expect(layer.open.clients).toBe(0);
		layer.receiveResponse(response(486, "INVITE", { toTag: "a" }), flow);
		expect(flow.sent).toHaveLength(4);
		expect(layer.counters).toMatchObject({ absorbed: 2, unmatched: 1 });
	});

	test("acknowledges a refusal itself when the user is gone, with the INVITE's Via, Route and CSeq", () => {
		const { flow, layer } = makeLayer();
		layer.sendRequest(
			requestText("INVITE", { cseq: 7, extra: "Route: <sip:a;lr>\r\nRoute: <sip:b;lr>\r\n" }),
			flow,
		);
		layer.receiveResponse(response(487, "INVITE", { cseq: 7, toTag: "gone" }), flow);
		expect(flow.texts[1]).toBe(
			"ACK sip:alice@192.0.2.9 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5072;rport;branch=z9hG4bKone\r\n" +
				"Route: <sip:a;lr>\r\nRoute: <sip:b;lr>\r\nMax-Forwards: 70\r\nTo: <sip:alice@192.0.2.9>;tag=gone\r\n" +
				"From: <sip:us@192.0.2.1>;tag=us\r\nCall-ID: call-1\r\nCSeq: 7 ACK\r\nContent-Length: 0\r\n\r\n",
		);
		layer.receiveResponse(response(487, "INVITE", { cseq: 7, toTag: "gone" }), flow);
		expect(flow.texts[2]).toBe(flow.texts[1]);
	});

	test("a repeated 2xx is absorbed, and answered with its ACK once there is one, for 64*T1", () => {
		const { clock, flow, layer, responses } = makeLayer();
		const other = new FakeFlow(clock, "UDP");
		layer.sendRequest(INVITE, flow);
		layer.receiveResponse(response(200, "INVITE", { toTag: "a" }), flow);
		clock.advance(500);
		layer.receiveResponse(response(200, "INVITE", { toTag: "a" }), flow);
		expect(flow.sent).toHaveLength(1);
		layer.sendRequest(ACK_OF_ANSWER, other);
		clock.advance(31_499);
		layer.receiveResponse(response(200, "INVITE", { toTag: "a" }), flow);
		expect(other.sent).toEqual([
			{ at: 500, text: ACK_OF_ANSWER },
			{ at: 31_999, text: ACK_OF_ANSWER },
		]);
		expect(responses).toEqual(["200 INVITE a"]);
		expect(layer.counters).toMatchObject({ absorbed: 2, retransmissions: 1, unmatched: 0 });
		clock.advance(1);
		expect(layer.open.clients).toBe(0);
		expect(clock.pending).toBe(0);
		layer.receiveResponse(response(200, "INVITE", { toTag: "a" }), flow);
		expect(other.sent).toHaveLength(2);
		expect(layer.counters.unmatched).toBe(1);
	});

	test("a 2xx of another fork is passed up and has its own ACK", () => {
		const { flow, layer, responses } = makeLayer();
		const ackB = requestText("ACK", { toTag: "b", branch: "z9hG4bKb" });
		layer.sendRequest(INVITE, flow);
		layer.receiveResponse(response(200, "INVITE", { toTag: "a" }), flow);
		layer.sendRequest(ACK_OF_ANSWER, flow);
		layer.receiveResponse(response(200, "INVITE", { toTag: "b" }), flow);
		layer.sendRequest(ackB, flow);
		layer.receiveResponse(response(200, "INVITE", { toTag: "b" }), flow);
		layer.receiveResponse(response(200, "INVITE", { toTag: "a" }), flow);
		expect(responses).toEqual(["200 INVITE a", "200 INVITE b"]);
		expect(flow.texts.slice(1)).toEqual([ACK_OF_ANSWER, ackB, ackB, ACK_OF_ANSWER]);
	});

	test.each(["before", "after"])("of answers that come %s the ACK to the first, 32 are heard", (when) => {
		const { flow, layer, responses } = makeLayer();
		layer.sendRequest(requestText("INVITE"), flow);
		const answer = (number: number) =>
			layer.receiveResponse(response(200, "INVITE", { toTag: `fork${number}` }), flow);
		answer(0);
		if (when === "after") layer.sendRequest(requestText("ACK", { branch: "z9hG4bKa", toTag: "fork0" }), flow);
		for (let number = 0; number < 1000; number++) answer(number);
		expect(responses).toHaveLength(32);
	});

	test("after a 2xx, provisional responses and refusals go no further", () => {
		const { flow, layer, responses } = makeLayer();
		layer.sendRequest(INVITE, flow);
		layer.receiveResponse(response(200, "INVITE", { toTag: "a" }), flow);
		layer.receiveResponse(response(180, "INVITE", { toTag: "b" }), flow);
		layer.receiveResponse(response(486, "INVITE", { toTag: "b" }), flow);
		expect(responses).toEqual(["200 INVITE a"]);
		expect(layer.counters.absorbed).toBe(2);
	});

	test("a 2xx after timer B is still passed up for 64*T1", () => {
		const { clock, flow, layer, responses } = makeLayer();
		layer.sendRequest(INVITE, flow);
		clock.advance(63_999);
		layer.receiveResponse(response(200, "INVITE", { toTag: "a" }), flow);
		expect(responses).toEqual(["200 INVITE a"]);
	});

	test("a CANCEL has its own transaction, and bounds the wait for the INVITE's end", () => {
		const { clock, flow, layer, responses } = makeLayer();
		layer.sendRequest(INVITE, flow);
		layer.receiveResponse(response(180, "INVITE", { toTag: "a" }), flow);
		layer.sendRequest(requestText("CANCEL"), flow);
		layer.receiveResponse(response(200, "CANCEL"), flow);
		expect(responses).toEqual(["180 INVITE a", "200 CANCEL -"]);
		expect(layer.open.clients).toBe(2);
		clock.advance(64_000);
		expect(layer.open.clients).toBe(0);
	});

	test("a send that fails at once throws and leaves nothing behind", () => {
		const { clock, flow, layer } = makeLayer();
		flow.broken = true;
		expect(() => layer.sendRequest(INVITE, flow)).toThrow(TransportError);
		expect(layer.open.clients).toBe(0);
		expect(clock.pending).toBe(0);
	});

	test("a repetition that fails counts as lost, and the next one is made", () => {
		const { clock, flow, layer } = makeLayer();
		layer.sendRequest(INVITE, flow);
		flow.broken = true;
		clock.advance(500);
		flow.broken = false;
		clock.advance(1000);
		expect(flow.times).toEqual([0, 1500]);
		expect(layer.counters.retransmissions).toBe(1);
	});

	test("our own ACK and CANCEL never match a transaction of a peer with the same branch", () => {
		const { flow, layer, requests } = makeLayer();
		layer.sendRequest(INVITE, flow);
		layer.receiveRequest(request("OPTIONS"), flow);
		expect(requests).toEqual(["OPTIONS 1"]);
	});
});

describe("INVITE client transaction on a stream", () => {
	test("is never repeated", () => {
		const { clock, flow, layer } = makeLayer("TCP");
		layer.sendRequest(INVITE, flow);
		clock.advance(31_999);
		expect(flow.sent).toHaveLength(1);
	});

	test("a refusal ends it at once, after its ACK", () => {
		const { flow, layer, hooks } = makeLayer("TCP");
		hooks.onResponse = () => layer.sendRequest(ACK_OF_REFUSAL, flow);
		layer.sendRequest(INVITE, flow);
		layer.receiveResponse(response(486, "INVITE", { toTag: "a" }), flow);
		expect(flow.texts).toEqual([INVITE, ACK_OF_REFUSAL]);
		expect(layer.open.clients).toBe(0);
	});

	test("a repeated 2xx is answered with its ACK here too", () => {
		const { flow, layer, responses } = makeLayer("TCP");
		layer.sendRequest(INVITE, flow);
		layer.receiveResponse(response(200, "INVITE", { toTag: "a" }), flow);
		layer.sendRequest(ACK_OF_ANSWER, flow);
		layer.receiveResponse(response(200, "INVITE", { toTag: "a" }), flow);
		expect(flow.texts).toEqual([INVITE, ACK_OF_ANSWER, ACK_OF_ANSWER]);
		expect(responses).toHaveLength(1);
	});
});
