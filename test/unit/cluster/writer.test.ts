import { beforeEach, expect, test } from "bun:test";
import type { CallRecord } from "../../../src/call/call-record.ts";
import { Writer } from "../../../src/cluster/writer.ts";
import { LiveCalls } from "../../../src/live/live-calls.ts";
import type { LiveCall } from "../../../src/live/types.ts";
import { FakeClock } from "../../support/fake-clock.ts";

let clock: FakeClock;
let live: LiveCalls;
/** The ids of the calls in each write, with the time of the write. */
let writes: string[];
/** Of the last write. */
let events: string[];
let answers: ((ok: boolean) => void)[];
let states: Map<string, string>;
let writer: Writer;

beforeEach(() => {
	clock = new FakeClock();
	live = new LiveCalls({ clock, wall: { now: () => clock.now() } });
	live.box = "here";
	writes = [];
	events = [];
	answers = [];
	states = new Map();
	writer = new Writer({
		clock,
		live,
		calls: {
			record: (id) => ({ id, state: states.get(id) }) as unknown as CallRecord,
			watchRecords: () => {},
		},
		write: (args) => {
			const count = Number(args[0]);
			const ids = args.slice(1, 1 + 2 * count).filter((_, index) => index % 2 === 0);
			events = args.slice(2 + 2 * count);
			writes.push(`${clock.now()}: ${ids.join(" ")}, ${events.length} events`);
			return new Promise((resolve) => answers.push(resolve));
		},
	});
});

/** Something happens to a call. */
function change(id: string, state: string): void {
	states.set(id, state);
	writer.note(id);
}

async function pass(milliseconds: number): Promise<void> {
	for (let passed = 0; passed <= milliseconds; passed += 1) {
		if (passed > 0) clock.advance(1);
		else clock.advance(0);
		for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
	}
}

async function answer(ok = true): Promise<void> {
	answers.shift()?.(ok);
	for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

test("what comes first is written at once, and what follows is gathered for 40 ms", async () => {
	change("a", "calling initiator");
	change("b", "calling initiator");
	expect(writes).toEqual([]);
	await pass(0);
	expect(writes).toEqual(["0: a b, 0 events"]);
	await answer();
	change("a", "calling destination");
	await pass(10);
	change("c", "calling initiator");
	await pass(29);
	expect(writes).toHaveLength(1);
	await pass(1);
	expect(writes).toEqual(["0: a b, 0 events", "40: a c, 0 events"]);
	await answer();
	await pass(100);
	expect(writes).toHaveLength(2);
	expect(writer.lag).toBe(0);
});

test("one write is on its way at a time, and tells how long the oldest change waits", async () => {
	change("a", "calling initiator");
	await pass(0);
	await pass(40);
	change("a", "connected");
	await pass(60);
	expect(writes).toHaveLength(1);
	expect(writer.lag).toBe(0.1);
	await answer();
	await pass(0);
	expect(writes).toEqual(["0: a, 0 events", "100: a, 0 events"]);
	await answer();
	expect(writer.lag).toBe(0);
});

test("what has not changed is not written again", async () => {
	change("a", "connected");
	await pass(0);
	await answer();
	await pass(50);
	writer.note("a");
	await pass(50);
	expect(writes).toHaveLength(1);
});

test("while nothing can be written, events wait, the oldest are dropped, and all calls are written once it is possible", async () => {
	live.elsewhere("there", { at: 0, kind: "state", call: callOf("other") });
	live.hear({ kind: "placed", call: { ...snapshot, id: "a" } });
	await pass(0);
	await answer(false);
	expect(writer.paused).toBe(true);
	for (let count = 0; count < 5000; count += 1) writer.tell(`${count}`);
	await pass(100);
	expect(writes).toHaveLength(1);
	writer.again(["gone"]);
	await pass(0);
	expect(writes[1]).toBe("100: a gone, 500 events");
	for (let turn = 0; turn < 10; turn += 1) {
		await answer();
		await pass(40);
	}
	const told = writes.slice(1).reduce((sum, write) => sum + Number(/(\d+) events/.exec(write)?.[1]), 0);
	expect(told).toBeWithin(1000, 2002);
	// The others are told once that these are all.
	expect(events.at(-1)).toBe('{"version":1,"all":true}');
});

const snapshot = {
	request: { initiator: "201", destination: "301", anchor: true, origin: { via: "xml" } },
	initiator: "sip:201@pbx",
	destination: "sip:301@pbx",
	way: "anchor",
	state: "connected",
	startedAt: 1,
	age: 0,
} as const;

function callOf(id: string): LiveCall {
	return {
		id,
		way: "anchor",
		state: "connected",
		initiator: { address: "201", uri: "sip:201@pbx", state: "answered" },
		destination: { address: "301", uri: "sip:301@pbx", state: "answered" },
		origin: { via: "xml" },
		startedAt: 1,
	};
}
