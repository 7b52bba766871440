import { expect, test } from "bun:test";
import type { CallSnapshot } from "../../../src/call/events.ts";
import { LiveCalls } from "../../../src/live/live-calls.ts";
import type { LiveCall, LiveEvent } from "../../../src/live/types.ts";

function callOf(id: string, state: LiveCall["state"] = "connected"): LiveCall {
	return {
		id,
		way: "anchor",
		state,
		initiator: { address: "201", uri: "sip:201@pbx", state: "answered" },
		destination: { address: "301", uri: "sip:301@pbx", state: "answered" },
		origin: { via: "xml" },
		startedAt: 1,
	};
}

function snapshotOf(id: string): CallSnapshot {
	return {
		id,
		request: { initiator: "201", destination: "301", anchor: true, origin: { via: "xml" } },
		initiator: "sip:201@pbx",
		destination: "sip:301@pbx",
		way: "anchor",
		state: "connected",
		startedAt: 1,
		age: 0,
	};
}

function watched(): { readonly live: LiveCalls; readonly told: string[] } {
	const live = new LiveCalls();
	live.box = "here";
	const told: string[] = [];
	live.subscribe((event: LiveEvent) => {
		if (event.kind !== "refused") told.push(`${event.call.id} ${event.call.box} ${event.call.state}`);
	});
	return { live, told };
}

test("calls of another box are shown with its name until they end", () => {
	const { live, told } = watched();
	live.elsewhere("there", { at: 1, kind: "placed", call: callOf("a", "calling initiator") });
	live.elsewhere("there", { at: 2, kind: "state", call: callOf("a") });
	expect(live.list()).toMatchObject([{ id: "a", box: "there" }]);
	live.elsewhere("there", { at: 3, kind: "state", call: callOf("a", "ended") });
	expect(live.list()).toEqual([]);
	expect(live.get("a")).toMatchObject({ box: "there", state: "ended" });
	expect(told).toEqual(["a there calling initiator", "a there connected", "a there ended"]);
});

test("what a box no longer has when all of its calls are read has ended", () => {
	const { live, told } = watched();
	live.allOf("there", [callOf("a"), callOf("b")]);
	live.allOf("there", [callOf("b")]);
	expect(live.of("there").map(({ id }) => id)).toEqual(["b"]);
	expect(told).toEqual(["a there connected", "b there connected", "a there ended"]);
});

test("a box cannot speak for the calls of this one, nor for those of a third", () => {
	const { live } = watched();
	live.hear({ kind: "state", call: snapshotOf("a") });
	live.elsewhere("third", { at: 1, kind: "state", call: callOf("b") });
	for (const id of ["a", "b"]) live.elsewhere("there", { at: 2, kind: "state", call: callOf(id, "ended") });
	expect(live.list().map(({ id, box }) => `${id} ${box}`)).toEqual(["a here", "b third"]);
});

test("while the other boxes are not seen only the calls of this one are listed", () => {
	const { live } = watched();
	live.hear({ kind: "state", call: snapshotOf("a") });
	live.elsewhere("there", { at: 1, kind: "state", call: callOf("b") });
	const before = live.latest;
	let changes = 0;
	const stop = live.sight.watch(() => {
		changes += 1;
	});
	live.sight.lostSince = 1000;
	live.sight.lostSince = 1000;
	expect(live.list().map(({ id }) => id)).toEqual(["a"]);
	expect([live.inProgress, changes]).toEqual([1, 1]);
	// Who looks for it by its id is told what was known.
	expect(live.get("b")?.box).toBe("there");
	expect(live.since(before)).toBeUndefined();
	live.sight.lostSince = undefined;
	expect(live.list().map(({ id }) => id)).toEqual(["a", "b"]);
	expect([live.inProgress, changes]).toEqual([2, 2]);
	stop();
	live.sight.lostSince = 2000;
	expect(changes).toBe(2);
});
