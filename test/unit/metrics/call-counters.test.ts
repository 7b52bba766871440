import { describe, expect, test } from "bun:test";
import type { CallEvent, CallSnapshot, CallState } from "../../../src/call/events.ts";
import { failure, inProgress, progress, refusal } from "../../../src/call/results.ts";
import type { CallRequest, CallResult, CallWay } from "../../../src/call/types.ts";
import { CallCounters } from "../../../src/metrics/call-counters.ts";

const request: CallRequest = { initiator: "a", destination: "b", anchor: false, origin: { via: "xml" } };

/** Counters, and calls whose events they hear. */
function setUp() {
	let now = 1000;
	const counters = new CallCounters(() => now);
	const call = (id: string, way: CallWay = "refer") => {
		const snapshot = (state: CallState): CallSnapshot => ({
			id,
			request,
			initiator: "sip:a@b",
			destination: "sip:b@b",
			way,
			state,
			startedAt: 0,
			age: 0,
		});
		const hear = (event: CallEvent) => counters.hear(event);
		return {
			placed: () => hear({ kind: "placed", call: snapshot("calling initiator") }),
			state: (state: CallState) => hear({ kind: "state", call: snapshot(state) }),
			result: (result: CallResult) => hear({ kind: "result", call: snapshot("referring"), result }),
		};
	};
	return { counters, call, pass: (milliseconds: number) => (now += milliseconds) };
}

describe("calls are counted", () => {
	test("by the class of their final result, the phone that it speaks of, and their way", () => {
		const { counters, call } = setUp();
		const results: readonly (readonly [CallWay, CallResult])[] = [
			["refer", progress(200, "Destination")],
			["refer", failure(486, "Initiator")],
			["anchor", failure(404, "Destination")],
			["anchor", failure(408, "Destination")],
			["anchor", failure(603, "Destination")],
		];
		results.forEach(([way, result], index) => {
			const one = call(String(index), way);
			one.placed();
			one.result(inProgress("sip:a@b", "sip:b@b"));
			one.result(progress(180, "Initiator"));
			one.result(result);
			one.state("ended");
		});
		expect(counters.placed).toEqual({ xml: 5, http: 0 });
		expect(counters.results.refer.Destination[2]).toBe(1);
		expect(counters.results.refer.Initiator[4]).toBe(1);
		expect(counters.results.anchor.Destination[4]).toBe(2);
		expect(counters.results.anchor.Destination[6]).toBe(1);
		const all = Object.values(counters.results).flatMap((legs) => Object.values(legs).flat());
		expect(all.reduce((sum, count) => sum + count)).toBe(5);
	});

	test("when they are refused, by the reason", () => {
		const { counters } = setUp();
		counters.hear({ kind: "refused", request, result: refusal(503, "full"), reason: "rate" });
		counters.hear({ kind: "refused", request, result: refusal(400, "what?"), reason: "address" });
		expect(counters.refused).toEqual({ "set-up": 0, address: 1, stopping: 0, calls: 0, rate: 1 });
	});
});

describe("the time to answer", () => {
	test("counts from the call to each phone, the set-up time from the request", () => {
		const { counters, call, pass } = setUp();
		const one = call("1");
		one.placed();
		pass(3000);
		one.result(progress(200, "Initiator"));
		pass(1000);
		one.state("referring");
		pass(2000);
		one.result(progress(200, "Destination"));
		expect(counters.answered.Initiator.sum).toBe(3);
		expect(counters.answered.Destination.sum).toBe(2);
		expect(counters.setUp.refer.sum).toBe(6);
		expect(counters.setUp.anchor.cumulative.at(-1)).toBe(0);
	});

	test("counts from the second attempt when a REFER was refused", () => {
		const { counters, call, pass } = setUp();
		const one = call("1", "anchor");
		one.placed();
		one.result(progress(200, "Initiator"));
		one.state("referring");
		pass(5000);
		one.state("calling destination");
		pass(2000);
		one.result(progress(200, "Destination"));
		expect(counters.answered.Destination.sum).toBe(2);
		expect(counters.setUp.anchor.sum).toBe(7);
	});

	test("is not counted for a phone that is never answered", () => {
		const { counters, call } = setUp();
		const one = call("1");
		one.placed();
		one.result(failure(486, "Initiator"));
		expect(counters.answered.Initiator.cumulative.at(-1)).toBe(0);
	});
});
