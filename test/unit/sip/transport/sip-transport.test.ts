import { afterAll, describe, expect, test } from "bun:test";
import { BindError } from "../../../../src/net/bind-error.ts";
import { ConnectionLimits } from "../../../../src/net/connection-limits.ts";
import type { TransportProtocol } from "../../../../src/sip/transport/protocols.ts";
import { SipTransport } from "../../../../src/sip/transport/sip-transport.ts";
import type { SipTransportOptions } from "../../../../src/sip/transport/transport-options.ts";
import { TransportError } from "../../../../src/sip/transport/types.ts";
import { Authority, LOOPBACK_NAMES } from "../../../support/authority.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { message, openTlsTransport, openTransport } from "./support.ts";

const authority = new Authority();
afterAll(() => authority[Symbol.dispose]());
const { roots } = authority;
const identity = authority.issue({ names: LOOPBACK_NAMES });

const cases: [TransportProtocol, string][] = [
	["UDP", "127.0.0.1"],
	["TCP", "127.0.0.1"],
	["UDP", "::1"],
	["TCP", "::1"],
	["TLS", "127.0.0.1"],
	["TLS", "::1"],
];

test.each(["UDP", "TCP", "TLS"] as const)(
	"%s: the one address that we listen on is the one that peers see",
	async (protocol) => {
		const open = (address: string) =>
			protocol === "TLS" ? openTlsTransport(address, { identity, roots }) : openTransport(address);
		using us = await open("127.0.0.2");
		using peer = await open("127.0.0.1");
		const target = { protocol, address: "127.0.0.1", port: peer.portOf(protocol) };
		(await us.transport.flowTo(target)).send(message("one"));
		const { flow } = await peer.user.message(0);
		expect(flow.remote.address).toBe("127.0.0.2");
	},
);

describe.each(cases)("every transport: %s on %s", (protocol, address) => {
	const open = async (listenOn: string) => {
		const opened = await (protocol === "TLS"
			? openTlsTransport(listenOn, { identity, roots })
			: openTransport(listenOn));
		return { ...opened, port: opened.portOf(protocol) };
	};

	for (const listenOn of ["", address]) {
		const place = listenOn === "" ? "all addresses" : "that address";

		test(`carries messages both ways on one flow, listening on ${place}`, async () => {
			using us = await open(listenOn);
			using peer = await open(listenOn);
			const flow = await us.transport.flowTo({ protocol, address, port: peer.port });
			flow.send(message("one"));
			const { text, flow: back } = await peer.user.message(0);
			expect(text).toBe(message("one"));
			expect(back.protocol).toBe(protocol);
			back.send(Buffer.from(message("two")));
			const answer = await us.user.message(0);
			expect(answer.text).toBe(message("two"));
			expect(answer.flow).toBe(flow);
		});

		test(`flows say who is at each end, with the listening port, listening on ${place}`, async () => {
			using us = await open(listenOn);
			using peer = await open(listenOn);
			const flow = await us.transport.flowTo({ protocol, address, port: peer.port });
			expect(flow.remote).toEqual({ address, port: peer.port });
			expect(flow.local).toEqual({ address, port: us.port });
			expect(flow.reliable).toBe(protocol !== "UDP");
			expect(flow.open).toBe(true);
			flow.send(message("one"));
			const { flow: back } = await peer.user.message(0);
			expect(back.remote.address).toBe(address);
			expect(back.local).toEqual({ address, port: peer.port });
		});
	}

	test("a flow that is known is used again", async () => {
		using us = await open(address);
		using peer = await open(address);
		const target = { protocol, address, port: peer.port };
		const [first, second] = await Promise.all([us.transport.flowTo(target), us.transport.flowTo(target)]);
		expect(second).toBe(first);
		expect(us.transport.flowTo(target)).toBe(first);
	});

	test("the flow on which a peer of ours was heard is used to reach it", async () => {
		using us = await open(address);
		using peer = await open(address);
		(await peer.transport.flowTo({ protocol, address, port: us.port })).send(message("one"));
		const { flow } = await us.user.message(0);
		flow.claim?.();
		expect(us.transport.flowTo({ protocol, ...flow.remote })).toBe(flow);
	});

	test("the other kind of IP address is refused when we listen on one address", async () => {
		using us = await open(address);
		const other = address === "::1" ? "127.0.0.1" : "::1";
		expect(() => us.transport.flowTo({ protocol, address: other, port: 5060 })).toThrow(TransportError);
	});

	test("an exception of the user is logged and the next message is heard", async () => {
		using us = await open(address);
		using peer = await open(address);
		us.user.onText = (text) => {
			if (text === message("bad")) throw new Error("user");
		};
		const flow = await peer.transport.flowTo({ protocol, address, port: us.port });
		flow.send(message("bad"));
		flow.send(message("good"));
		expect((await us.user.message(1)).text).toBe(message("good"));
		expect(us.log.at("ERR").join()).toContain("user");
	});

	test("whole messages are logged at STACK in both directions", async () => {
		using us = await open(address);
		using peer = await open(address);
		(await us.transport.flowTo({ protocol, address, port: peer.port })).send(message("one"));
		await peer.user.message(0);
		const host = address.includes(":") ? `[${address}]` : address;
		expect(us.log.at("STACK")).toEqual([`${protocol} sent to ${host}:${peer.port}\n${message("one")}`]);
		expect(peer.log.at("STACK")[0]).toStartWith(`${protocol} received from ${host}:`);
	});
});

describe("SipTransport", () => {
	test("listens with UDP and TCP on one port, and says where", async () => {
		using us = await openTransport("127.0.0.1");
		expect(us.port).toBeGreaterThan(0);
		expect(us.transport.listening).toEqual([
			{ protocol: "UDP", address: "127.0.0.1", port: us.port },
			{ protocol: "TCP", address: "127.0.0.1", port: us.port },
		]);
		expect(us.transport.families).toEqual({ ipv4: true, ipv6: false });
	});

	test("on all addresses both kinds of IP address are reached", async () => {
		using us = await openTransport("");
		expect(us.transport.families).toEqual({ ipv4: true, ipv6: true });
	});

	test.each(["127.0.0.1", ""])(
		"a port that another program uses is a BindError (address %p)",
		async (address) => {
			using first = await openTransport(address);
			const second = openTransport(address, { port: first.port });
			const error: unknown = await second.catch((reason: unknown) => reason);
			expect(error).toBeInstanceOf(BindError);
			const place = address === "" ? `[::]:${first.port}` : `127.0.0.1:${first.port}`;
			expect(error).toMatchObject({
				message: `UDPTCPPort = ${first.port}: cannot listen on ${place}: the port is in use by another program`,
				setting: "UDPTCPPort",
				code: "EADDRINUSE",
			});
		},
	);

	test("a port that only TCP finds taken is a BindError too, and UDP is given back", async () => {
		const taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
		const { port } = taken;
		const error: unknown = await openTransport("127.0.0.1", { port }).catch((reason: unknown) => reason);
		taken.stop(true);
		expect(error).toMatchObject({
			message: `UDPTCPPort = ${port}: cannot listen on 127.0.0.1:${port}: the port is in use by another program`,
		});
		using again = await openTransport("127.0.0.1", { port });
		expect(again.port).toBe(port);
	});

	test("an address that is not of this machine is a BindError that names IPAddress", async () => {
		const error: unknown = await openTransport("192.0.2.77").catch((reason: unknown) => reason);
		expect(error).toBeInstanceOf(BindError);
		expect(error).toMatchObject({ setting: "IPAddress", address: "192.0.2.77", code: "EADDRNOTAVAIL" });
	});

	test("without TLS settings there is no TLS", async () => {
		using us = await openTransport("127.0.0.1");
		expect(() => us.transport.flowTo({ protocol: "TLS", address: "127.0.0.1", port: 5061 })).toThrow(
			TransportError,
		);
	});

	test("listens with TLS on its own port when there is a certificate", async () => {
		using us = await openTlsTransport("127.0.0.1", { identity, roots });
		expect(us.transport.listening[2]).toEqual({
			protocol: "TLS",
			address: "127.0.0.1",
			port: us.portOf("TLS"),
		});
		expect(us.transport.listening).toHaveLength(3);
		expect(us.log.lines.filter((line) => line.includes("TLS"))).toEqual([]);
	});

	test("without a certificate the TLS port stays closed, and the log says so", async () => {
		using us = await openTransport("127.0.0.1", { tls: { port: 5073, roots } });
		expect(us.transport.listening.map(({ protocol }) => protocol)).toEqual(["UDP", "TCP"]);
		expect(us.log.at("INFO")).toEqual([
			"TLSPort = 5073 stays closed: there is no certificate for TLSDomainName",
		]);
	});

	test("TLSPort = 0 keeps it closed and needs no line in the log", async () => {
		using us = await openTransport("127.0.0.1", { tls: { port: 0, identity, roots } });
		expect(us.transport.listening).toHaveLength(2);
		expect(us.log.at("INFO")).toEqual([]);
	});

	test("a TLS port that is in use is a BindError that names TLSPort, and the other ports are given back", async () => {
		const taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
		using holder = await openTransport("127.0.0.1");
		const { port } = holder;
		holder.transport.close();
		const error: unknown = await openTransport("127.0.0.1", {
			port,
			tls: { port: taken.port, identity, roots },
		}).catch((reason: unknown) => reason);
		expect(error).toBeInstanceOf(BindError);
		expect(error).toMatchObject({ setting: "TLSPort", code: "EADDRINUSE", port: taken.port });
		taken.stop(true);
		using again = await openTransport("127.0.0.1", { port });
		expect(again.port).toBe(port);
	});

	test("after close the port is free and nothing is reported", async () => {
		const us = await openTransport("127.0.0.1");
		using peer = await openTransport("127.0.0.1");
		const flow = await us.transport.flowTo({ protocol: "TCP", address: "127.0.0.1", port: peer.port });
		flow.send(message("one"));
		await peer.user.message(0);
		us.transport.close();
		await peer.user.until(() => peer.user.closed.length === 1);
		expect(us.user.closed).toEqual([]);
		expect(flow.open).toBe(false);
		using again = await openTransport("127.0.0.1", { port: us.port });
		expect(again.transport).toBeInstanceOf(SipTransport);
	});
});

describe.each(["TCP", "TLS"] as const)("%s when an address of the machine goes away", (protocol) => {
	const open = (address: string, options: Partial<SipTransportOptions> = {}) =>
		protocol === "TLS"
			? openTlsTransport(address, { identity, roots }, options)
			: openTransport(address, options);

	test("connections from there are closed in both directions, others stay, and the layer above hears of it", async () => {
		const clock = new FakeClock();
		let addresses = ["127.0.0.1", "127.0.0.2"];
		using peer = await open("127.0.0.1");
		using us = await open("", {
			clock,
			machine: () => ({ addresses: new Set(addresses), fingerprint: addresses.join() }),
		});
		const opened = await us.transport.flowTo({
			protocol,
			address: "127.0.0.1",
			port: peer.portOf(protocol),
		});
		const target = { protocol, port: us.portOf(protocol), domain: "127.0.0.1" };
		(await peer.transport.flowTo({ ...target, address: "127.0.0.2" })).send(message("one"));
		(await peer.transport.flowTo({ ...target, address: "127.0.0.1" })).send(message("two"));
		const accepted = (await us.user.message(0)).flow;
		await us.user.message(1);
		addresses = ["127.0.0.1"];
		clock.advance(1500);
		expect([us.user.networkChanges, us.user.closed.length]).toEqual([1, 0]);
		clock.advance(1500);
		expect(us.user.networkChanges).toBe(2);
		expect(us.user.closed).toEqual([accepted]);
		expect(opened.open).toBe(true);
		expect(us.log.at("INFO")).toContain("The addresses of this machine have changed: -127.0.0.2");
	});
});

describe.each(["TCP", "TLS"] as const)("%s connections of one peer beyond the limit", (protocol) => {
	test("are closed at once, with one line in the log, and taken again when there is room", async () => {
		const limits = new ConnectionLimits({ total: 10, perAddress: 2 });
		using us = await (protocol === "TLS"
			? openTlsTransport("127.0.0.1", { identity, roots }, { limits })
			: openTransport("127.0.0.1", { limits }));
		const connect = async () => {
			const closed = Promise.withResolvers<void>();
			const socket = await Bun.connect({
				hostname: "127.0.0.1",
				port: us.portOf(protocol),
				socket: { data() {}, close: () => closed.resolve() },
			});
			return { socket, closed: closed.promise };
		};
		const [first] = [await connect(), await connect()];
		await (await connect()).closed;
		await (await connect()).closed;
		expect(us.log.at("WARNING")).toEqual([
			"connection from 127.0.0.1 refused: 127.0.0.1 already has 2 connections",
		]);
		expect(limits.total).toBe(2);
		first?.socket.terminate();
		while (limits.total > 1) await Bun.sleep(1);
		const next = await connect();
		while (limits.total < 2) await Bun.sleep(1);
		expect(us.log.at("WARNING").filter((line) => line.includes("refused"))).toHaveLength(1);
		next.socket.terminate();
	});
});
