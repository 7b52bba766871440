import { beforeEach, describe, expect, test } from "bun:test";
import type { CallEvent, CallSnapshot, CallState } from "../../../src/call/events.ts";
import type { CallResult } from "../../../src/call/types.ts";
import { LiveCalls } from "../../../src/live/live-calls.ts";
import type { LiveEvent } from "../../../src/live/types.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const request = {
	initiator: "201",
	destination: "301",
	anchor: true,
	origin: { via: "http", peer: "127.0.0.1", user: "admin" },
} as const;

function snapshot(id: string, state: CallState): CallSnapshot {
	return {
		id,
		request,
		initiator: "sip:201@pbx",
		destination: "sip:301@pbx",
		way: "anchor",
		state,
		startedAt: 1000,
		age: now - 1000,
	};
}

/** The date of the next snapshot, in milliseconds since 1970. */
let now = 1000;

beforeEach(() => {
	now = 1000;
});

const state = (id: string, to: CallState, more: object = {}): CallEvent => ({
	kind: "state",
	call: snapshot(id, to),
	...more,
});
const result = (id: string, at: CallState, code: number, leg?: CallResult["leg"]): CallEvent => ({
	kind: "result",
	call: snapshot(id, at),
	result: {
		code,
		text: "text",
		final: code >= 300 || (code >= 200 && leg === "Destination"),
		...(leg && { leg }),
	},
});

/** An anchored call up to the moment both are connected. */
function connecting(id: string): CallEvent[] {
	return [
		{ kind: "placed", call: snapshot(id, "calling initiator") },
		result(id, "calling initiator", 100),
		result(id, "calling initiator", 180, "Initiator"),
		result(id, "calling initiator", 200, "Initiator"),
		state(id, "calling destination"),
		result(id, "calling destination", 180, "Destination"),
		state(id, "joining"),
		state(id, "connected"),
		result(id, "connected", 200, "Destination"),
	];
}

function legStates(events: readonly LiveEvent[]): string[] {
	const pairs = events.flatMap((event) =>
		event.kind === "refused" ? [] : [`${event.call.initiator.state}/${event.call.destination.state}`],
	);
	return pairs.filter((pair, index) => pair !== pairs[index - 1]);
}

describe("the calls in progress", () => {
	test("both phones go through their states, and the call keeps when it was answered and how it ended", () => {
		const live = new LiveCalls();
		const events: LiveEvent[] = [];
		live.subscribe((event) => events.push(event));
		now = 5008;
		for (const event of connecting("a")) live.hear(event);
		expect(live.list()).toHaveLength(1);
		expect(live.inProgress).toBe(1);
		now = 5009;
		live.hear(state("a", "ended", { endedBy: "destination" }));
		expect(events.map(({ at }) => at)).toEqual([...Array<number>(9).fill(5008), 5009]);
		expect(legStates(events)).toEqual([
			"calling/waiting",
			"ringing/waiting",
			"answered/waiting",
			"answered/calling",
			"answered/ringing",
			"answered/answered",
			"over/over",
		]);
		expect(live.list()).toEqual([]);
		expect(live.get("a")).toEqual({
			id: "a",
			way: "anchor",
			state: "ended",
			initiator: { address: "201", uri: "sip:201@pbx", state: "over" },
			destination: { address: "301", uri: "sip:301@pbx", state: "over" },
			origin: request.origin,
			startedAt: 1000,
			answeredAt: 5008,
			endedAt: 5009,
			result: { code: 200, leg: "Destination", text: "text" },
			endedBy: "destination",
		});
	});

	test("a phone that refuses has failed, the other one is over", () => {
		const live = new LiveCalls();
		for (const event of connecting("a").slice(0, 6)) live.hear(event);
		live.hear(result("a", "calling destination", 486, "Destination"));
		live.hear(state("a", "ended"));
		expect(live.get("a")).toMatchObject({
			initiator: { state: "over" },
			destination: { state: "failed" },
			result: { code: 486 },
		});
		expect(live.get("a")).not.toHaveProperty("answeredAt");
	});

	test("a phone that was handed over and says no more leaves open whether the other one has answered", () => {
		const live = new LiveCalls();
		for (const event of connecting("a").slice(0, 4)) live.hear(event);
		live.hear(state("a", "referring"));
		live.hear(result("a", "referring", 202, "Destination"));
		expect(live.get("a")?.destination.state).toBe("calling");
		live.hear(state("a", "ended"));
		expect(live.get("a")).toMatchObject({ destination: { state: "over" }, result: { code: 202 } });
		expect(live.get("a")).not.toHaveProperty("answeredAt");
	});

	test("an event that was told never changes", () => {
		const live = new LiveCalls();
		const events: LiveEvent[] = [];
		live.subscribe((event) => events.push(event));
		for (const event of connecting("a")) live.hear(event);
		expect(events[0]).toMatchObject({ kind: "placed", call: { initiator: { state: "calling" } } });
		expect(events.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
	});

	test("a request that was refused is an event without a call", () => {
		const live = new LiveCalls();
		live.subscribe(() => {});
		const refusal = { code: 503, text: "Too many calls", final: true };
		live.hear({ kind: "refused", request, result: refusal, reason: "calls" });
		expect(live.since(0)).toMatchObject([{ number: 1, kind: "refused", request, result: refusal }]);
	});

	test("only the calls that ended last are remembered", () => {
		const live = new LiveCalls({ remembered: 2 });
		for (const id of ["a", "b", "c"]) {
			live.hear({ kind: "placed", call: snapshot(id, "calling initiator") });
			live.hear(state(id, "ended"));
		}
		expect(live.ended().map(({ id }) => id)).toEqual(["b", "c"]);
	});

	test("events can be heard again from any that is still known", () => {
		const live = new LiveCalls({ replayed: 5 });
		live.subscribe(() => {});
		expect(live.since(0)).toEqual([]);
		expect(live.since(1)).toBeUndefined();
		for (let id = 1; id <= 23; id += 1) {
			live.hear({ kind: "refused", request, result: { code: 503, text: "", final: true }, reason: "calls" });
			for (let after = Math.max(0, id - 5); after <= id; after += 1)
				expect(live.since(after)?.map(({ number }) => number)).toEqual(
					Array.from({ length: id - after }, (_, index) => after + 1 + index),
				);
		}
		expect(live.since(1)).toBeUndefined();
		expect(live.since(24)).toBeUndefined();
	});

	test("events are kept for who comes back soon, and for nobody later", () => {
		const clock = new FakeClock();
		const live = new LiveCalls({ clock, patience: 1000 });
		live.hear({ kind: "placed", call: snapshot("a", "calling initiator") });
		expect(live.since(0)).toBeUndefined();
		live.subscribe(() => {})();
		clock.advance(999);
		live.hear(result("a", "calling initiator", 180, "Initiator"));
		expect(live.since(1)).toMatchObject([{ number: 2 }]);
		clock.advance(1);
		live.hear(state("a", "ended"));
		expect(live.since(1)).toBeUndefined();
		expect(live.since(3)).toEqual([]);
	});

	test("who unsubscribes hears no more", () => {
		const live = new LiveCalls();
		const heard: LiveEvent[] = [];
		const stop = live.subscribe((event) => heard.push(event));
		live.hear({ kind: "placed", call: snapshot("a", "calling initiator") });
		stop();
		live.hear(state("a", "ended"));
		expect(heard).toHaveLength(1);
	});
});
