import { describe, expect, test } from "bun:test";
import { makeLayer, requestText, response } from "./support.ts";

const BYE = requestText("BYE", { toTag: "a" });

describe("non-INVITE client transaction on UDP", () => {
	test("is repeated by timer E, doubling to T2, until timer F", () => {
		const { clock, flow, layer } = makeLayer();
		layer.sendRequest(BYE, flow);
		clock.advance(31_999);
		expect(flow.times).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
		expect(layer.open.clients).toBe(1);
		clock.advance(10_000);
		expect(flow.sent).toHaveLength(11);
		expect(layer.open.clients).toBe(0);
		expect(clock.pending).toBe(0);
	});

	test("after a provisional response the running pause ends as it was, the next ones last T2", () => {
		const { clock, flow, layer, responses } = makeLayer();
		layer.sendRequest(BYE, flow);
		clock.advance(600);
		layer.receiveResponse(response(100, "BYE", { toTag: "a" }), flow);
		clock.advance(9000);
		expect(flow.times).toEqual([0, 500, 1500, 5500, 9500]);
		expect(responses).toEqual(["100 BYE a"]);
	});

	test("a final response ends the repetitions; repeated ones are absorbed until timer K", () => {
		const { clock, flow, layer, responses } = makeLayer();
		layer.sendRequest(BYE, flow);
		clock.advance(600);
		layer.receiveResponse(response(200, "BYE", { toTag: "a" }), flow);
		clock.advance(4999);
		layer.receiveResponse(response(200, "BYE", { toTag: "a" }), flow);
		expect(layer.counters).toMatchObject({ absorbed: 1, unmatched: 0 });
		clock.advance(1);
		layer.receiveResponse(response(200, "BYE", { toTag: "a" }), flow);
		expect(layer.counters).toMatchObject({ absorbed: 1, unmatched: 1 });
		expect(responses).toEqual(["200 BYE a"]);
		expect(flow.times).toEqual([0, 500]);
		expect(clock.pending).toBeLessThanOrEqual(2);
	});

	test("a response whose branch or method is not ours is dropped", () => {
		const { flow, layer, responses } = makeLayer();
		layer.sendRequest(BYE, flow);
		layer.receiveResponse(response(200, "BYE", { branch: "z9hG4bKother" }), flow);
		layer.receiveResponse(response(200, "REFER"), flow);
		expect(responses).toEqual([]);
		expect(layer.counters.unmatched).toBe(2);
		expect(layer.open.clients).toBe(1);
	});
});

test("a non-INVITE client transaction on a stream is sent once and ends with its response", () => {
	const { clock, flow, layer, responses } = makeLayer("TCP");
	layer.sendRequest(BYE, flow);
	clock.advance(20_000);
	expect(flow.sent).toHaveLength(1);
	layer.receiveResponse(response(200, "BYE", { toTag: "a" }), flow);
	expect(responses).toEqual(["200 BYE a"]);
	expect(layer.open.clients).toBe(0);
});
