import { describe, expect, test } from "bun:test";
import type { RequestLoss } from "../../../../src/sip/reliability/types.ts";
import { FakeFlow, makeLayer, requestText, response } from "./support.ts";

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
