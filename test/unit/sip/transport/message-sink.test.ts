import { describe, expect, test } from "bun:test";
import { MessageSink } from "../../../../src/sip/transport/message-sink.ts";
import { type Flow, TransportError } from "../../../../src/sip/transport/types.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { MemoryLogger } from "../../../support/memory-logger.ts";

const FLOW: Flow = {
	protocol: "TCP",
	remote: { address: "192.0.2.9", port: 40_000 },
	local: { address: "192.0.2.1", port: 5072 },
	reliable: true,
	open: true,
	send: () => {},
};

/** A sink whose user fails with this error at each message. */
function failing(error: Error) {
	const clock = new FakeClock();
	const log = new MemoryLogger();
	const fail = (): never => {
		throw error;
	};
	const sink = new MessageSink({ onMessage: fail, onClosed: fail, onUnreachable: fail }, log, clock);
	return { clock, log, deliver: () => sink.deliver(new Uint8Array(1), FLOW), sink };
}

describe("a message that cannot be answered because its peer has gone", () => {
	test("is a warning without a stack, once a second at most, and the others are counted", () => {
		const { clock, log, deliver, sink } = failing(
			new TransportError("Cannot send: the connection is closed"),
		);
		for (let count = 0; count < 200; count++) deliver();
		sink.closed(FLOW, []);
		expect(log.lines).toEqual([
			"WARNING A message from TCP 192.0.2.9 failed: Cannot send: the connection is closed",
		]);
		clock.advance(1000);
		deliver();
		expect(log.at("WARNING")).toHaveLength(2);
		expect(log.at("WARNING")[1]).toEndWith("closed (and 200 more like it)");
	});
});

describe("a message that the program fails at", () => {
	test("is an error with its stack, once a second at most", () => {
		const { clock, log, deliver } = failing(new TypeError("undefined is no function"));
		for (let count = 0; count < 200; count++) deliver();
		expect(log.at("ERR")).toHaveLength(1);
		expect(log.at("ERR")[0]).toContain("message-sink.test.ts");
		clock.advance(1000);
		deliver();
		expect(log.at("ERR")).toHaveLength(2);
	});
});
