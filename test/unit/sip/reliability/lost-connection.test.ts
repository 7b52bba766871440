import { describe, expect, test } from "bun:test";
import type { RequestLoss } from "../../../../src/sip/reliability/types.ts";
import { FakeFlow, makeLayer, requestText, response, responseText } from "./support.ts";

/** A layer with one request out on a stream. */
function sent(method: "INVITE" | "BYE") {
	const bench = makeLayer("TCP");
	const losses: RequestLoss[] = [];
	bench.layer.sendRequest(requestText(method), bench.flow, (loss) => losses.push(loss));
	const lose = () => {
		bench.flow.open = false;
		bench.layer.flowClosed(bench.flow);
	};
	return { ...bench, losses, lose };
}

describe.each(["INVITE", "BYE"] as const)("a stream that closes while %s waits for its answer", (method) => {
	test("loses a request that nothing was heard of, at once and once", () => {
		const { clock, layer, losses, lose } = sent(method);
		lose();
		expect(losses).toEqual(["closed"]);
		lose();
		clock.advance(200_000);
		expect(losses).toEqual(["closed"]);
		expect(layer.open.clients).toBe(0);
	});

	test("only interrupts one that was heard: the answer may come by another connection", () => {
		const { clock, flow, layer, losses, lose, responses } = sent(method);
		layer.receiveResponse(response(100, method), flow);
		lose();
		expect(losses).toEqual(["interrupted"]);
		layer.receiveResponse(response(200, method, { toTag: "a" }), new FakeFlow(clock, "TCP"));
		expect(responses).toEqual([`100 ${method} -`, `200 ${method} a`]);
	});

	test("no longer concerns one that was answered", () => {
		const { flow, layer, losses, lose } = sent(method);
		layer.receiveResponse(response(200, method, { toTag: "a" }), flow);
		lose();
		expect(losses).toEqual([]);
	});

	test("does not concern requests on other streams", () => {
		const { clock, layer, losses } = sent(method);
		layer.flowClosed(new FakeFlow(clock, "TCP"));
		expect(losses).toEqual([]);
	});

	test("says time-out when there is no answer within 64*T1", () => {
		const { clock, losses } = sent(method);
		clock.advance(31_999);
		expect(losses).toEqual([]);
		clock.advance(11);
		expect(losses).toEqual(["timeout"]);
	});

	test("says silent when the stream was closed for that, and that all others on it are lost", () => {
		const { clock, flow, layer, losses } = sent(method);
		const others: RequestLoss[] = [];
		clock.advance(1000);
		layer.sendRequest(requestText("INFO", { branch: "z9hG4bKtwo", cseq: 2 }), flow, (loss) =>
			others.push(loss),
		);
		const asked: number[] = [];
		flow.onUnanswered = (since) => {
			asked.push(since);
			flow.open = false;
			layer.flowClosed(flow);
		};
		clock.advance(31_500);
		expect(asked).toEqual([0]);
		expect(losses).toEqual(["silent"]);
		expect(others).toEqual(["closed"]);
	});

	test("is not held against a stream on which the request was heard", () => {
		const { clock, flow, layer } = sent(method);
		const asked: number[] = [];
		flow.onUnanswered = (since) => asked.push(since);
		layer.receiveResponse(response(100, method), flow);
		clock.advance(40_000);
		expect(asked).toEqual([]);
	});
});

describe("what a stream that died has not delivered and nobody repeats", () => {
	test("goes by a new connection: an ACK and a CANCEL where the stream led to", async () => {
		const { flow, layer, opened, targets } = makeLayer("TCP");
		const texts = [requestText("ACK"), requestText("CANCEL")];
		flow.open = false;
		layer.flowClosed(flow, texts);
		await Promise.resolve();
		expect(targets).toEqual([1, 2].map(() => ({ protocol: "TCP", ...flow.remote })));
		expect(opened.flatMap((next) => next.texts)).toEqual(texts);
	});

	test("goes by a new connection: a response where its Via says", async () => {
		const { flow, layer, opened, targets } = makeLayer("TCP");
		const text = responseText(200, "INFO", { via: "SIP/2.0/TCP 192.0.2.200:5066;branch=z9hG4bKx" });
		flow.open = false;
		layer.flowClosed(flow, [text]);
		await Promise.resolve();
		expect(targets).toEqual([{ protocol: "TCP", address: flow.remote.address, port: 5066 }]);
		expect(opened[0]?.texts).toEqual([text]);
	});
});

test("a 2xx that its peer repeats by another connection gets its ACK by that one, too", () => {
	const { clock, flow, layer } = sent("INVITE");
	layer.receiveResponse(response(200, "INVITE", { toTag: "a" }), flow);
	const ack = requestText("ACK", { branch: "z9hG4bKack", toTag: "a" });
	layer.sendRequest(ack, flow);
	const next = new FakeFlow(clock, "TCP");
	layer.receiveResponse(response(200, "INVITE", { toTag: "a" }), next);
	expect(next.texts).toEqual([ack]);
});

test("a 2xx that crosses the loss of its connection is still passed up", () => {
	const { clock, layer, lose, responses } = sent("INVITE");
	lose();
	layer.receiveResponse(response(200, "INVITE", { toTag: "a" }), new FakeFlow(clock, "TCP"));
	expect(responses).toEqual(["200 INVITE a"]);
});

test("a 2xx that is repeated by another connection gets its ACK by that one", () => {
	const { clock, flow, layer, lose } = sent("INVITE");
	layer.receiveResponse(response(200, "INVITE", { toTag: "a" }), flow);
	const ack = requestText("ACK", { branch: "z9hG4bKack", toTag: "a" });
	layer.sendRequest(ack, flow);
	lose();
	const next = new FakeFlow(clock, "TCP");
	layer.receiveResponse(response(200, "INVITE", { toTag: "a" }), next);
	expect(next.texts).toEqual([ack]);
});

test("a 2xx that is repeated as a datagram gets its ACK as one, although that went by a connection", () => {
	const { clock, flow, layer } = sent("INVITE");
	layer.receiveResponse(response(200, "INVITE", { toTag: "a" }), flow);
	const ack = requestText("ACK", { branch: "z9hG4bKack", toTag: "a" });
	layer.sendRequest(ack, flow);
	const datagrams = new FakeFlow(clock, "UDP");
	layer.receiveResponse(response(200, "INVITE", { toTag: "a" }), datagrams);
	expect(datagrams.texts).toEqual([ack]);
});

test("a request that was abandoned ends, and nothing is said of it", () => {
	const { clock, flow, layer, losses } = sent("INVITE");
	layer.receiveResponse(response(180, "INVITE"), flow);
	layer.abandonRequest("z9hG4bKone", "INVITE");
	clock.advance(32_010);
	expect(layer.open.clients).toBe(0);
	expect(losses).toEqual([]);
});
