import { beforeEach, expect, test } from "bun:test";
import type { CallEvent, CallState } from "../../../../src/call/events.ts";
import { collectInQuietTimes } from "../../../../src/cli/server/quiet-time.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

let clock: FakeClock;
let collected: number[];
let shrunk: number[];
let tell: (event: CallEvent) => void;

beforeEach(() => {
	clock = new FakeClock();
	collected = [];
	shrunk = [];
	tell = collectInQuietTimes({
		clock,
		collect: () => collected.push(clock.now()),
		shrink: () => shrunk.push(clock.now()),
	});
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
			age: 0,
		},
	};
}

const place = (): void => tell(event("placed", "calling initiator"));
const end = (): void => tell(event("state", "ended"));

test("memory is given back when nothing has happened for two seconds, and compiled code with it when all is forgotten", () => {
	place();
	clock.advance(1000);
	end();
	clock.advance(120_000);
	expect(collected).toEqual([3000]);
	expect(shrunk).toEqual([43_000]);
	expect(clock.pending).toBe(0);
});

test("a call that goes on does not put it off", () => {
	place();
	clock.advance(2000);
	expect(collected).toEqual([2000]);
});

test("what happens in a call puts it off", () => {
	place();
	for (let second = 0; second < 60; second += 1) {
		clock.advance(1999);
		tell(event("state", "connected"));
	}
	expect(collected).toEqual([]);
	clock.advance(2000);
	expect(collected).toHaveLength(1);
});

test("a new busy time begins anew", () => {
	place();
	clock.advance(15_000);
	for (let call = 0; call < 250; call += 1) place();
	clock.advance(1999);
	expect(collected).toEqual([2000]);
	clock.advance(120_000);
	expect(collected).toEqual([2000, 17_000]);
	expect(shrunk).toEqual([57_000]);
});

test("a few calls now and then are left alone until they add up", () => {
	place();
	clock.advance(120_000);
	for (let call = 0; call < 124; call += 1) {
		place();
		end();
		clock.advance(60_000);
	}
	expect([collected.length, shrunk.length]).toEqual([1, 1]);
	expect(clock.pending).toBe(0);
	place();
	end();
	clock.advance(60_000);
	expect([collected.length, shrunk.length]).toEqual([2, 2]);
});

test("a few calls after a busy time put it off, and no more", () => {
	place();
	clock.advance(15_000);
	place();
	clock.advance(42_000);
	expect(collected).toEqual([2000]);
	expect(shrunk).toEqual([57_000]);
	expect(clock.pending).toBe(0);
});

test("many events set one timer", () => {
	for (let call = 0; call < 1000; call += 1) place();
	for (let call = 0; call < 1000; call += 1) end();
	expect(clock.pending).toBe(1);
});
