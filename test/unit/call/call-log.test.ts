import { expect, test } from "bun:test";
import { logCallEvents } from "../../../src/call/call-log.ts";
import { MemoryLogger } from "../../../src/log/memory-logger.ts";

test("a call's line in the log has no password that a rule has put into a URI", () => {
	const log = new MemoryLogger();
	logCallEvents(log)({
		kind: "placed",
		call: {
			id: "c1",
			request: { initiator: "1", destination: "2", anchor: false, origin: { via: "xml", peer: "192.0.2.7" } },
			initiator: "sip:1:secret@pbx.example.com",
			destination: "sip:2@pbx.example.com",
			way: "refer",
			state: "calling initiator",
			startedAt: 0,
		},
	});
	expect(log.lines).toEqual([
		"INFO sip:1:(hidden)@pbx.example.com to sip:2@pbx.example.com (refer), asked by xml from 192.0.2.7",
	]);
});
