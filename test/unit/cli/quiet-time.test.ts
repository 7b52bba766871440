import { beforeEach, expect, test } from "bun:test";
import type { CallEvent, CallState } from "../../../src/call/events.ts";
import { collectInQuietTimes } from "../../../src/cli/quiet-time.ts";
import { FakeClock } from "../../support/fake-clock.ts";

let clock: FakeClock;
let open: number;
let collected: number[];
let tell: (event: CallEvent) => void;

beforeEach(() => {
	clock = new FakeClock();
	open = 0;
	collected = [];
	tell = collectInQuietTimes({ clock, openCalls: () => open, collect: () => collected.push(clock.now()) });
});

function event(kind: "placed" | "state", state: CallState): CallEvent {
	const request = { initiator: "a", destination: "b", anchor: true, origin: { via: "xml" } } as const;
	return {
		kind,
		call: {
			id: "1",
			request,
			initiator: "sip:a@h",
			destination: "sip:b@h",
			way: "anchor",
			state,
			startedAt: 0,
		},
	};
}

function place(): void {
	open += 1;
	tell(event("placed", "calling initiator"));
}

function end(): void {
	tell(event("state", "ended"));
	open -= 1;
}

test("memory is given back when nobody has called for five seconds, and once more when all is forgotten", () => {
	place();
	end();
	clock.advance(120_000);
	expect(collected).toEqual([5000, 45_000]);
	expect(clock.pending).toBe(0);
});

test("a call that goes on, or a new one, puts it off", () => {
	place();
	place();
	end();
	clock.advance(60_000);
	expect(collected).toEqual([]);
	end();
	clock.advance(4999);
	place();
	end();
	clock.advance(4999);
	expect(collected).toEqual([]);
	clock.advance(1);
	expect(collected).toHaveLength(1);
	place();
	clock.advance(120_000);
	expect(collected).toHaveLength(1);
});

test("many calls that end together set one timer", () => {
	for (let call = 0; call < 1000; call += 1) place();
	for (let call = 0; call < 1000; call += 1) end();
	expect(clock.pending).toBe(1);
});
