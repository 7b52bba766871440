import { expect, test } from "bun:test";
import { MAX_FOLLOWERS, ResultListeners } from "../../../src/call/result-listeners.ts";
import { failure, progress } from "../../../src/call/results.ts";
import type { CallResult } from "../../../src/call/types.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

const RINGING = progress(180, "Initiator");
const FAILED = failure(486, "Initiator");

test("the asker and all followers hear each result until the final one, and nothing of other calls", () => {
	const listeners = new ResultListeners(new MemoryLogger());
	const heard: [string, CallResult][] = [];
	listeners.listen("c1", (result) => heard.push(["asker", result]));
	listeners.follow("c1", (result) => heard.push(["one", result]));
	listeners.follow("c1", (result) => heard.push(["other", result]));
	listeners.tell("c2", RINGING);
	for (const result of [RINGING, FAILED, FAILED]) listeners.tell("c1", result);
	const each = (result: CallResult) => ["asker", "one", "other"].map((name) => [name, result] as const);
	expect(heard).toEqual([...each(RINGING), ...each(FAILED)].map(([name, result]) => [name, result]));
});

test("who has ended it hears nothing more, and makes room for another one", () => {
	const listeners = new ResultListeners(new MemoryLogger());
	const heard: CallResult[] = [];
	const ends = Array.from({ length: MAX_FOLLOWERS }, () =>
		listeners.follow("c1", (result) => heard.push(result)),
	);
	expect(listeners.follow("c1", () => {})).toBeUndefined();
	expect(listeners.follow("c2", () => {})).toBeFunction();
	for (const end of ends) end?.();
	const last: CallResult[] = [];
	listeners.follow("c1", (result) => last.push(result));
	// An end that comes twice must not end what came after it.
	ends[0]?.();
	listeners.tell("c1", RINGING);
	expect([heard, last]).toEqual([[], [RINGING]]);
});

test("one that fails keeps nothing from the others", () => {
	const log = new MemoryLogger();
	const listeners = new ResultListeners(log);
	const heard: CallResult[] = [];
	listeners.listen("c1", () => {
		throw new Error("no more room");
	});
	listeners.follow("c1", (result) => heard.push(result));
	listeners.tell("c1", FAILED);
	expect(heard).toEqual([FAILED]);
	expect(log.lines.join()).toContain("no more room");
});
