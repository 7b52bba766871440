import { expect, test } from "bun:test";
import { readBoxes, readJson, readLiveCall, readTold } from "../../../src/cluster/messages.ts";

test("boxes are read from the answer of the engine", () => {
	const said = JSON.stringify({ version: "1.0", address: "192.0.2.1", since: 5, calls: 3, records: 7 });
	expect(readBoxes([1, "box1", "7", said, 1200, "box2", "2", "not JSON", -2])).toEqual([
		{
			name: "box1",
			epoch: "7",
			alive: true,
			lease: 1200,
			version: "1.0",
			address: "192.0.2.1",
			since: 5,
			calls: 3,
			records: 7,
		},
		{
			name: "box2",
			epoch: "2",
			alive: false,
			lease: 0,
			version: "",
			address: "",
			since: 0,
			calls: 0,
			// What those had that did not tell.
			records: 2,
		},
	]);
	expect(readBoxes([1])).toEqual([]);
});

test("what is no object has no fields", () => {
	expect(readJson("[")).toEqual({});
	expect(readJson("null")).toEqual({});
	expect(readJson('{"call":1}')).toEqual({ call: 1 });
});

const CALL = {
	id: "a",
	way: "anchor",
	state: "connected",
	initiator: { address: "201", uri: "sip:201@pbx", state: "answered" },
	destination: { address: "301", uri: "sip:301@pbx", state: "answered", name: "Bob", hears: "ringback" },
	origin: { via: "xml" },
	startedAt: 1,
	result: { code: 200, leg: "Destination", text: "OK" },
	endedBy: "operator",
};

test("what is not a call of this version is not taken for one", () => {
	expect(readLiveCall(CALL)).toMatchObject(CALL);
	for (const broken of [undefined, null, "call", { ...CALL, id: 5 }, { ...CALL, initiator: "201" }])
		expect(readLiveCall(broken)).toBeUndefined();
});

test("what a later version may add is passed over, and a word that it may add makes the call unreadable", () => {
	expect(readLiveCall({ ...CALL, parkedAt: 5, origin: { via: "xml", agent: "x" } })).toMatchObject(CALL);
	for (const news of [
		{ state: "parked" },
		{ way: "bridge" },
		{ origin: { via: "grpc" } },
		{ initiator: { ...CALL.initiator, state: "held" } },
		{ initiator: { ...CALL.initiator, hears: "music" } },
		{ endedBy: "carrier" },
		{ result: { code: 200, leg: "Third", text: "" } },
		{ result: { code: "200", text: "" } },
	])
		expect(readLiveCall({ ...CALL, ...news })).toBeUndefined();
});

test("an event of a kind, or of a call, that is not known is passed over", () => {
	const event = { at: 5, kind: "state", call: CALL, note: "why", number: 9 };
	expect(readTold(event) as unknown).toEqual({ at: 5, kind: "state", call: CALL, note: "why" });
	for (const news of [
		{ kind: "moved" },
		{ kind: "refused" },
		{ at: "now" },
		{ call: { ...CALL, state: "parked" } },
		{ result: 5 },
	])
		expect(readTold({ ...event, ...news })).toBeUndefined();
	expect(readTold("event")).toBeUndefined();
});
