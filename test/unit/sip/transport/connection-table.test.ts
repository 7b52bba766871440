import { describe, expect, test } from "bun:test";
import { LimitedLog } from "../../../../src/log/limited-log.ts";
import { ConnectionTable, targetKey } from "../../../../src/sip/transport/connection-table.ts";
import { MessageSink } from "../../../../src/sip/transport/message-sink.ts";
import { MessageTurns } from "../../../../src/sip/transport/message-turns.ts";
import { StreamConnection } from "../../../../src/sip/transport/stream-connection.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { MemoryLogger } from "../../../support/memory-logger.ts";
import { Listener } from "./support.ts";

const clock = new FakeClock();
const log = new MemoryLogger();

function connectionTo(address: string, port = 5061): StreamConnection {
	return new StreamConnection({
		protocol: "TLS",
		socket: { write: () => 0, pause() {}, resume() {}, end() {}, terminate() {} },
		remote: { address, port },
		local: { address: "192.0.2.1", port: 5073 },
		source: "192.0.2.1",
		accepted: false,
		idleTimeout: 1000,
		clock,
		sink: new MessageSink(new Listener(), log, clock),
		turns: new MessageTurns(clock),
		faults: new LimitedLog(log, clock),
		onGone: () => {},
	});
}

const PLACE = { address: "192.0.2.9", port: 5061 };

describe("ConnectionTable", () => {
	test("a connection whose certificate was checked is used for its domain alone", () => {
		const table = new ConnectionTable();
		const connection = connectionTo(PLACE.address);
		table.add(connection, "Example.test");
		expect(table.find({ ...PLACE, domain: "example.TEST." })).toBe(connection);
		expect(table.find({ ...PLACE, domain: "other.test" })).toBeUndefined();
		expect(table.find({ ...PLACE, port: 5062, domain: "example.test" })).toBeUndefined();
	});

	test("it is used for URIs that give just its address", () => {
		const table = new ConnectionTable();
		const ipv4 = connectionTo(PLACE.address);
		const ipv6 = connectionTo("2001:db8::9");
		table.add(ipv4, "example.test");
		table.add(ipv6, "example.test");
		expect(table.find({ ...PLACE, domain: PLACE.address })).toBe(ipv4);
		expect(table.find({ address: "2001:db8::9", port: 5061, domain: "[2001:DB8:0::9]" })).toBe(ipv6);
		expect(table.find({ ...PLACE, domain: "192.0.2.77" })).toBeUndefined();
	});

	test("one whose peer was not checked is used only when no domain is asked for", () => {
		const table = new ConnectionTable();
		const connection = connectionTo(PLACE.address);
		table.add(connection, undefined);
		expect(table.find(PLACE)).toBe(connection);
		expect(table.find({ ...PLACE, domain: PLACE.address })).toBeUndefined();
	});

	test("when the youngest has gone, an older one serves", () => {
		const table = new ConnectionTable();
		const [older, younger] = [connectionTo(PLACE.address), connectionTo(PLACE.address)];
		table.add(older, "a.test");
		table.add(younger, "b.test");
		expect(table.find({ ...PLACE, domain: PLACE.address })).toBe(younger);
		expect(table.find({ ...PLACE, domain: "a.test" })).toBe(older);
		table.remove(younger);
		expect(table.find({ ...PLACE, domain: PLACE.address })).toBe(older);
		expect(table.all).toEqual([older]);
		table.remove(older);
		expect(table.all).toEqual([]);
	});

	test("targets of one place and domain have one key", () => {
		expect(targetKey({ ...PLACE, domain: "Example.test." })).toBe(
			targetKey({ ...PLACE, domain: "example.test" }),
		);
		expect(targetKey(PLACE)).not.toBe(targetKey({ ...PLACE, domain: "example.test" }));
	});
});
