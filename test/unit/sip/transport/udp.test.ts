import { describe, expect, test } from "bun:test";
import { SipCounters } from "../../../../src/sip/transport/counters.ts";
import { LocalAddresses } from "../../../../src/sip/transport/local-address.ts";
import { MessageSink } from "../../../../src/sip/transport/message-sink.ts";
import { MessageTurns } from "../../../../src/sip/transport/message-turns.ts";
import { TransportError } from "../../../../src/sip/transport/types.ts";
import { UdpTransport } from "../../../../src/sip/transport/udp.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { MemoryLogger } from "../../../support/memory-logger.ts";
import { Listener, message, openTransport } from "./support.ts";

/** A port at which nothing listens any more. */
async function deadPort(): Promise<number> {
	const socket = await Bun.udpSocket({ hostname: "127.0.0.1", port: 0 });
	const { port } = socket;
	socket.close();
	return port;
}

describe("UDP", () => {
	test("the ICMP error of a dead peer loses no datagram to a live one", async () => {
		using us = await openTransport("");
		using peer = await openTransport("127.0.0.1");
		const dead = us.transport.datagramFlow({ address: "127.0.0.1", port: await deadPort() });
		const live = us.transport.datagramFlow({ address: "127.0.0.1", port: peer.port });
		for (let round = 0; round < 20; round++) {
			dead.send(message("dead"));
			live.send(message(`live${round}`));
		}
		await peer.user.message(19);
		expect(peer.user.heard.map(({ text }) => text)).toEqual(
			Array.from({ length: 20 }, (_, round) => message(`live${round}`)),
		);
	});

	test.each([
		["0.0.0.0", "127.0.0.1"],
		["", "127.0.0.1"],
		["", "::1"],
	])("on %p the ICMP errors of %p are told apart from those of others", async (hostname, address) => {
		using us = await openTransport(hostname);
		using peer = await openTransport(address);
		const port = await deadPort();
		const dead = us.transport.datagramFlow({ address, port });
		const other = us.transport.datagramFlow({ address, port: await deadPort() });
		const live = us.transport.datagramFlow({ address, port: peer.port });
		other.send(message("once"));
		for (let round = 0; round < 50 && us.user.unreachable.length === 0; round++) {
			for (const flow of [dead, live]) {
				flow.send(message(`${round}`));
				flow.doubt?.();
			}
			await peer.user.message(round);
		}
		expect(new Set(us.user.unreachable)).toEqual(new Set([dead]));
		expect(peer.user.heard.map(({ text }, round) => text === message(`${round}`))).not.toContain(false);
	});

	test("a peer is not probed while the network has not complained", async () => {
		using us = await openTransport("127.0.0.1");
		const { promise, resolve } = Promise.withResolvers<string>();
		const peer = await Bun.udpSocket({
			hostname: "127.0.0.1",
			port: 0,
			socket: { data: (_socket, bytes) => resolve(bytes.toString()) },
		});
		const flow = us.transport.datagramFlow({ address: "127.0.0.1", port: peer.port });
		flow.doubt?.();
		flow.send(message("one"));
		expect(await promise).toBe(message("one"));
		peer.close();
	});

	test("keep-alives of 4 bytes and less are not messages", async () => {
		using us = await openTransport("127.0.0.1");
		const phone = await Bun.udpSocket({ hostname: "127.0.0.1", port: 0 });
		for (const text of ["", "\r\n", "\r\n\r\n", "\0\0\0\0", message("one")])
			phone.send(text, us.port, "127.0.0.1");
		await us.user.message(0);
		phone.close();
		expect(us.user.heard.map(({ text }) => text)).toEqual([message("one")]);
	});

	test("one datagram is one message, whatever is in it", async () => {
		using us = await openTransport("127.0.0.1");
		const phone = await Bun.udpSocket({ hostname: "127.0.0.1", port: 0 });
		phone.send(message("one") + message("two"), us.port, "127.0.0.1");
		const { text, flow } = await us.user.message(0);
		expect(text).toBe(message("one") + message("two"));
		expect(flow.remote).toEqual({ address: "127.0.0.1", port: phone.port });
		phone.close();
	});

	test("a peer to whom something is sent is the same flow whenever it is heard", async () => {
		using us = await openTransport("127.0.0.1");
		using peer = await openTransport("127.0.0.1");
		const known = us.transport.datagramFlow({ address: "127.0.0.1", port: peer.port });
		const flow = peer.transport.datagramFlow({ address: "127.0.0.1", port: us.port });
		flow.send(message("one"));
		flow.send(message("two"));
		await us.user.message(1);
		expect(us.user.heard.map((heard) => heard.flow === known)).toEqual([true, true]);
	});

	test("a flood of a stranger is dropped beyond half a megabyte, with one line of log, and others are heard", async () => {
		const clock = new FakeClock();
		const user = new Listener();
		const log = new MemoryLogger();
		const counters = new SipCounters();
		const due: (() => void)[] = [];
		const udp = await UdpTransport.bind("127.0.0.1", 0, {
			sink: new MessageSink(user, log, clock, counters),
			locals: new LocalAddresses("127.0.0.1", clock),
			turns: new MessageTurns(clock, (task) => void due.push(task)),
			clock,
		});
		const datagram = Buffer.from("x".repeat(1792));
		for (let count = 0; count < 300; count++) udp.receive(datagram, "192.0.2.66", 5060);
		expect(counters.errors.UDP.dropped).toBe(300 - 16 - 256);
		expect(log.at("WARNING")).toEqual([
			"UDP: datagrams of 192.0.2.66 are dropped, more come than can be handled",
		]);
		const phone = udp.flowTo("192.0.2.1", 5060);
		phone.claim();
		udp.receive(Buffer.from(message("call")), "192.0.2.1", 5060);
		expect(user.heard).toHaveLength(17);
		expect(user.heard.at(-1)?.flow).toBe(phone);
		for (const task of due.splice(0)) task();
		expect(user.heard).toHaveLength(17 + 256);
		udp.close();
	});

	test("each peer has its own flow whoever was heard before, and a stranger's is kept once something is sent to it", async () => {
		const clock = new FakeClock();
		const user = new Listener();
		const udp = await UdpTransport.bind("127.0.0.1", 0, {
			sink: new MessageSink(user, new MemoryLogger(), clock),
			locals: new LocalAddresses("127.0.0.1", clock),
			turns: new MessageTurns(clock),
			clock,
		});
		const hear = (address: string, port: number) => {
			udp.receive(Buffer.from(message("one")), address, port);
			return user.heard.at(-1)?.flow;
		};
		const known = udp.flowTo("192.0.2.1", 5060);
		const sibling = udp.flowTo("192.0.2.1", 5062);
		const other = udp.flowTo("192.0.2.2", 5060);
		expect(hear("::ffff:192.0.2.1", 5060)).toBe(known);
		expect(hear("192.0.2.1", 5060)).toBe(known);
		expect(hear("192.0.2.1", 5062)).toBe(sibling);
		expect(hear("192.0.2.2", 5060)).toBe(other);
		const stranger = hear("192.0.2.3", 5060);
		const found = udp.flowTo("192.0.2.3", 5060);
		expect(found).not.toBe(stranger as typeof found);
		expect(hear("192.0.2.3", 5060)).toBe(found);
		for (let port = 1; port <= 16_384; port++) udp.flowTo("192.0.2.9", port);
		const again = udp.flowTo("192.0.2.3", 5060);
		expect(again).not.toBe(found);
		expect(hear("192.0.2.3", 5060)).toBe(again);
		udp.close();
	});

	test("a flow that was forgotten is remembered when a call goes by it", async () => {
		using us = await openTransport("127.0.0.1");
		using peer = await openTransport("127.0.0.1");
		peer.transport.datagramFlow({ address: "127.0.0.1", port: us.port }).send(message("one"));
		const { flow } = await us.user.message(0);
		flow.claim?.();
		expect(us.transport.datagramFlow(flow.remote)).toBe(flow);
	});

	test("a datagram that is too large throws a TransportError that names the peer", async () => {
		using us = await openTransport("127.0.0.1");
		const flow = us.transport.datagramFlow({ address: "127.0.0.1", port: 5060 });
		expect(() => flow.send("x".repeat(70_000))).toThrow(TransportError);
		expect(() => flow.send("x".repeat(70_000))).toThrow("127.0.0.1:5060");
	});

	test("a peer to which there is no route is refused before anything is sent", async () => {
		using us = await openTransport("");
		expect(() => us.transport.datagramFlow({ address: "255.255.255.255", port: 5060 })).toThrow(
			TransportError,
		);
	});
});
