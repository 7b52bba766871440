import { describe, expect, test } from "bun:test";
import type { RequestLoss } from "../../../../src/sip/reliability/types.ts";
import { FakeFlow, makeLayer, requestText, response } from "./support.ts";

/** A layer with one request out by datagrams. */
function sent(method: "INVITE" | "BYE" | "REGISTER", toTag?: string) {
	const bench = makeLayer();
	const losses: RequestLoss[] = [];
	const text = requestText(method, toTag === undefined ? {} : { toTag });
	bench.layer.sendRequest(text, bench.flow, (loss) => losses.push(loss));
	return { ...bench, losses };
}

describe.each(["INVITE", "REGISTER"] as const)(
	"%s outside a dialog to a peer that cannot be reached",
	(method) => {
		test("is lost once it was repeated in vain, and no more is sent", () => {
			const { clock, flow, layer, losses } = sent(method);
			layer.flowUnreachable(flow);
			expect(losses).toEqual([]);
			clock.advance(500);
			layer.flowUnreachable(flow);
			layer.flowUnreachable(flow);
			clock.advance(60_000);
			expect(losses).toEqual(["unreachable"]);
			expect(flow.times).toEqual([0, 500]);
			expect(layer.open.clients).toBe(0);
		});

		test("is not lost when another peer cannot be reached", () => {
			const { clock, layer, losses } = sent(method);
			clock.advance(500);
			layer.flowUnreachable(new FakeFlow(clock, "UDP", { address: "192.0.2.9", port: 5062 }));
			expect(losses).toEqual([]);
		});

		test("is not lost once it was heard", () => {
			const { clock, flow, layer, losses } = sent(method);
			clock.advance(500);
			layer.receiveResponse(response(100, method), flow);
			layer.flowUnreachable(flow);
			layer.receiveResponse(response(200, method, { toTag: "a" }), flow);
			layer.flowUnreachable(flow);
			expect(losses).toEqual([]);
		});
	},
);

test.each([
	["INVITE", [0, 500, 1500, 3500, 7500]],
	["BYE", [0, 500, 1500, 3500, 7500]],
] as const)("%s in a dialog is repeated for 7.5 s before it is lost", (method, times) => {
	const { clock, flow, layer, losses } = sent(method, "phone");
	for (const at of times.slice(1)) {
		layer.flowUnreachable(flow);
		expect(losses).toEqual([]);
		clock.advance(at - clock.now());
	}
	layer.flowUnreachable(flow);
	expect(losses).toEqual(["unreachable"]);
	clock.advance(20_000);
	expect(flow.times).toEqual([...times]);
});

test("a phone that answers after all is still heard", () => {
	const { clock, flow, layer, responses } = sent("INVITE");
	clock.advance(500);
	layer.flowUnreachable(flow);
	layer.receiveResponse(response(200, "INVITE", { toTag: "a" }), flow);
	expect(responses).toEqual(["200 INVITE a"]);
});

test("a datagram flow is asked for errors at each repetition, and not before", () => {
	const { clock, flow } = sent("INVITE");
	expect(flow.doubts).toBe(0);
	clock.advance(3500);
	expect(flow.doubts).toBe(3);
});
