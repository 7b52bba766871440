import { describe, expect, test } from "bun:test";
import { ConnectionLimits } from "../../../../src/net/connection-limits.ts";
import { MessageSink } from "../../../../src/sip/transport/message-sink.ts";
import { MessageTurns } from "../../../../src/sip/transport/message-turns.ts";
import { StreamTransport } from "../../../../src/sip/transport/stream-transport.ts";
import { tcpOpener } from "../../../../src/sip/transport/tcp.ts";
import { TransportError } from "../../../../src/sip/transport/types.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { MemoryLogger } from "../../../support/memory-logger.ts";
import { Listener, message, openTransport } from "./support.ts";

const LOOPBACK = "127.0.0.1";

describe("StreamTransport", () => {
	test("both ends hear once that a connection has closed, and the next message opens a new one", async () => {
		using us = await openTransport(LOOPBACK);
		using peer = await openTransport(LOOPBACK);
		const target = { protocol: "TCP", address: LOOPBACK, port: peer.port } as const;
		const flow = await us.transport.flowTo(target);
		flow.send("no SIP at all\r\n\r\n");
		await us.user.until(() => us.user.closed.length > 0);
		expect(us.user.closed).toEqual([flow]);
		expect(flow.open).toBe(false);
		expect(peer.user.closed).toHaveLength(1);
		const again = await us.transport.flowTo(target);
		expect(again).not.toBe(flow);
		again.send(message("again"));
		expect((await peer.user.message(0)).text).toBe(message("again"));
	});

	test("a refused connection is a TransportError, and is tried again the next time", async () => {
		using us = await openTransport(LOOPBACK);
		const free = Bun.listen({ hostname: LOOPBACK, port: 0, socket: { data() {} } });
		const target = { protocol: "TCP", address: LOOPBACK, port: free.port } as const;
		free.stop(true);
		const attempt = async () => us.transport.flowTo(target);
		const error: unknown = await attempt().catch((reason: unknown) => reason);
		expect(error).toBeInstanceOf(TransportError);
		expect(error).toMatchObject({ message: `Cannot connect to TCP ${LOOPBACK}:${target.port}: refused` });
		expect(attempt()).rejects.toBeInstanceOf(TransportError);
	});

	test("a message larger than the socket buffers arrives whole", async () => {
		using us = await openTransport(LOOPBACK);
		using peer = await openTransport(LOOPBACK);
		const flow = await us.transport.flowTo({ protocol: "TCP", address: LOOPBACK, port: peer.port });
		const body = "x".repeat(60_000);
		const large = `MESSAGE sip:a SIP/2.0\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
		for (let count = 0; count < 15; count++) flow.send(large);
		await peer.user.message(14);
		expect(peer.user.heard.every(({ text }) => text === large)).toBe(true);
	});

	test("a connection that does not open in time is a TransportError, and closes when it opens late", async () => {
		const clock = new FakeClock();
		const log = new MemoryLogger();
		const user = new Listener();
		const gate = Promise.withResolvers<void>();
		const late = Promise.withResolvers<boolean>();
		const transport = new StreamTransport(LOOPBACK, 0, {
			opener: {
				...tcpOpener,
				connect: async (...parts) => {
					await gate.promise;
					return tcpOpener.connect(...parts);
				},
			},
			clock,
			sink: new MessageSink(user, log, clock),
			turns: new MessageTurns(new FakeClock()),
			limits: new ConnectionLimits({ total: 0, perAddress: 0 }),
			connectTimeout: 5000,
			idleTimeout: 100_000,
			locals: { bound: () => undefined },
		});
		const server = Bun.listen({
			hostname: LOOPBACK,
			port: 0,
			socket: { data() {}, close: () => late.resolve(true) },
		});
		const attempt = Promise.resolve(
			transport.flowTo({ protocol: "TCP", address: LOOPBACK, port: server.port }),
		);
		clock.advance(5000);
		const error: unknown = await attempt.catch((reason: unknown) => reason);
		expect(error).toBeInstanceOf(TransportError);
		expect(error).toMatchObject({
			message: `Cannot connect to TCP ${LOOPBACK}:${server.port}: no answer within 5 s`,
		});
		gate.resolve();
		expect(await late.promise).toBe(true);
		transport.close();
		server.stop(true);
		expect(clock.pending).toBe(0);
	});

	test("closing it fails the connections that are being opened", async () => {
		const transport = new StreamTransport(LOOPBACK, 0, {
			opener: { ...tcpOpener, connect: () => new Promise(() => {}) },
			clock: new FakeClock(),
			sink: new MessageSink(new Listener(), new MemoryLogger(), new FakeClock()),
			turns: new MessageTurns(new FakeClock()),
			limits: new ConnectionLimits({ total: 0, perAddress: 0 }),
			connectTimeout: 5000,
			idleTimeout: 100_000,
			locals: { bound: () => undefined },
		});
		const attempt = Promise.resolve(transport.flowTo({ protocol: "TCP", address: LOOPBACK, port: 5060 }));
		transport.close();
		expect(await attempt.catch((reason: unknown) => reason)).toMatchObject({
			message: `Cannot connect to TCP ${LOOPBACK}:5060: the server stops`,
		});
	});
});
