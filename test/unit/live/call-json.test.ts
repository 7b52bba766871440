import { expect, test } from "bun:test";
import { callJson, eventJson } from "../../../src/live/call-json.ts";
import type { LiveCall } from "../../../src/live/types.ts";

const CALL: LiveCall = {
	id: "c1",
	way: "anchor",
	state: "ended",
	initiator: { address: "101", uri: "sip:101@h", state: "over" },
	destination: { address: "102", uri: "sip:102@h", state: "over" },
	origin: { via: "http", peer: "192.0.2.7", user: "admin" },
	startedAt: 0,
	answeredAt: 1500,
	endedAt: 61_500,
	result: { code: 200, leg: "Destination", text: "Connected to destination" },
	endedBy: "initiator",
};

test("programs see a call with times in UTC", () => {
	expect(callJson(CALL)).toEqual({
		...CALL,
		startedAt: "1970-01-01T00:00:00.000Z",
		answeredAt: "1970-01-01T00:00:01.500Z",
		endedAt: "1970-01-01T00:01:01.500Z",
	});
});

test("an event is the call as it was then; what only the server needs stays inside", () => {
	const result = { code: 180, leg: "Initiator", text: "Ringing initiator", final: false } as const;
	expect(eventJson({ number: 7, at: 1000, kind: "result", call: CALL, result })).toEqual({
		number: 7,
		at: "1970-01-01T00:00:01.000Z",
		kind: "result",
		call: callJson(CALL),
		result: { code: 180, leg: "Initiator", text: "Ringing initiator" },
	});
});
