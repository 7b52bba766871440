import { expect, test } from "bun:test";
import { readBoxes, readJson, readLiveCall } from "../../../src/cluster/messages.ts";

test("boxes are read from the answer of the engine", () => {
	const said = JSON.stringify({ version: "1.0", address: "192.0.2.1", since: 5, calls: 3 });
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
		},
		{ name: "box2", epoch: "2", alive: false, lease: 0, version: "", address: "", since: 0, calls: 0 },
	]);
	expect(readBoxes([1])).toEqual([]);
});

test("what is no object has no fields", () => {
	expect(readJson("[")).toEqual({});
	expect(readJson("null")).toEqual({});
	expect(readJson('{"call":1}')).toEqual({ call: 1 });
});

test("what is not a call of this version is not taken for one", () => {
	const call = {
		id: "a",
		way: "anchor",
		state: "connected",
		initiator: { address: "201", uri: "sip:201@pbx", state: "answered" },
		destination: { address: "301", uri: "sip:301@pbx", state: "answered" },
		origin: { via: "xml" },
		startedAt: 1,
	};
	expect(readLiveCall(call)).toMatchObject(call);
	for (const broken of [undefined, null, "call", { ...call, id: 5 }, { ...call, initiator: "201" }])
		expect(readLiveCall(broken)).toBeUndefined();
});
