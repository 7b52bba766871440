import { afterEach, beforeEach, expect, test } from "bun:test";
import { withPast } from "../../../src/appliance/past-calls.ts";
import { LiveCalls } from "../../../src/live/live-calls.ts";
import type { LiveCall } from "../../../src/live/types.ts";
import { HistoryBench } from "../history/support.ts";

let bench: HistoryBench;
let live: LiveCalls;
beforeEach(() => {
	bench = new HistoryBench();
	live = new LiveCalls({ remembered: 50 });
});
afterEach(() => bench.remove());

/** The calls as the history alone has them, and as they were in progress. */
async function both(id: string): Promise<[LiveCall | undefined, LiveCall | undefined]> {
	await bench.history.flush();
	return [withPast(new LiveCalls(), bench.history).get(id), live.get(id)];
}

test.each([
	["refused by the destination", "486 Destination"],
	["refused by the initiator", "603 Initiator"],
	["connected and hung up", "connected"],
] as const)("a call that the history alone knows is told as before: %s", async (_name, how) => {
	bench.others.push(live.hear);
	const call = bench.place({ anchor: true, origin: { via: "xml", peer: "192.0.2.7" } }, "c1");
	if (how === "connected") call.connect().after(5000).enter("ended", undefined, "destination");
	else call.fail(Number(how.slice(0, 3)), how === "603 Initiator" ? "Initiator" : "Destination");
	const [past, known] = await both("c1");
	expect(past).toEqual(known);
	expect(past?.state).toBe("ended");
});

test("a call in progress is told as it is, whatever the history says of it", async () => {
	bench.others.push(live.hear);
	bench.place({}, "c1");
	await bench.history.flush();
	expect(withPast(live, bench.history).get("c1")?.state).toBe("calling initiator");
	// The history alone is not up to date.
	expect(withPast(new LiveCalls(), bench.history).get("c1")).toBeUndefined();
});

test("a request that was refused was no call, and one that was cut off has no result", async () => {
	bench.refuse();
	bench.place({}, "cut");
	await bench.restart();
	const { calls } = await bench.history.search({});
	const refused = calls.find(({ state }) => state === "refused");
	const told = withPast(live, bench.history);
	expect(told.get(refused?.id ?? "")).toBeUndefined();
	expect(told.get("cut")).toMatchObject({ state: "ended", initiator: { state: "over" } });
	expect(told.get("cut")?.result).toBeUndefined();
	expect(told.get("unknown")).toBeUndefined();
	expect(withPast(live, undefined).get("cut")).toBeUndefined();
});
