import { expect, test } from "bun:test";
import type { CallSnapshot } from "../../../src/call/events.ts";
import { progress } from "../../../src/call/results.ts";
import { LiveCalls } from "../../../src/live/live-calls.ts";

const call: CallSnapshot = {
	id: "c1",
	request: { initiator: "201", destination: "202", anchor: true, origin: { via: "xml" } },
	initiator: "sip:201@192.0.2.1",
	destination: "sip:202@192.0.2.1",
	way: "anchor",
	state: "calling initiator",
	startedAt: 1000,
	age: 0,
};

test.each<[string, (live: LiveCalls) => unknown]>([
	["a call that was asked for", (live) => live.get("c1")],
	["a call of a list", (live) => live.list()[0]],
])("%s stays as it was, whatever happens", (_what, ask) => {
	const live = new LiveCalls();
	live.hear({ kind: "placed", call });
	const shown = ask(live);
	const before = structuredClone(shown);
	live.hear({ kind: "result", call, result: progress(180, "Initiator") });
	expect(shown).toEqual(before);
	expect(live.get("c1")).toMatchObject({ initiator: { state: "ringing" } });
});

test("a call that was told stays as it was told", () => {
	const live = new LiveCalls();
	const told: unknown[] = [];
	live.subscribe((event) => told.push(event.kind === "refused" ? undefined : event.call));
	live.hear({ kind: "placed", call });
	live.hear({ kind: "state", call: { ...call, state: "calling destination" } });
	expect(told).toMatchObject([{ state: "calling initiator" }, { state: "calling destination" }]);
});
