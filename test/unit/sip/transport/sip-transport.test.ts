import { describe, expect, test } from "bun:test";
import { BindError } from "../../../../src/net/bind-error.ts";
import { SipTransport } from "../../../../src/sip/transport/sip-transport.ts";
import { TransportError, type TransportProtocol } from "../../../../src/sip/transport/types.ts";
import { message, openTransport } from "./support.ts";

const cases: [TransportProtocol, string][] = [
	["UDP", "127.0.0.1"],
	["TCP", "127.0.0.1"],
	["UDP", "::1"],
	["TCP", "::1"],
];

describe.each(cases)("every transport: %s on %s", (protocol, address) => {
	for (const listenOn of ["", address]) {
		const place = listenOn === "" ? "all addresses" : "that address";

		test(`carries messages both ways on one flow, listening on ${place}`, async () => {
			using us = await openTransport(listenOn);
			using peer = await openTransport(listenOn);
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
			using us = await openTransport(listenOn);
			using peer = await openTransport(listenOn);
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
		using us = await openTransport(address);
		using peer = await openTransport(address);
		const target = { protocol, address, port: peer.port };
		const [first, second] = await Promise.all([us.transport.flowTo(target), us.transport.flowTo(target)]);
		expect(second).toBe(first);
		expect(us.transport.flowTo(target)).toBe(first);
	});

	test("the flow on which a peer was heard is used to reach it", async () => {
		using us = await openTransport(address);
		using peer = await openTransport(address);
		(await peer.transport.flowTo({ protocol, address, port: us.port })).send(message("one"));
		const { flow } = await us.user.message(0);
		expect(us.transport.flowTo({ protocol, ...flow.remote })).toBe(flow);
	});

	test("the other kind of IP address is refused when we listen on one address", async () => {
		using us = await openTransport(address);
		const other = address === "::1" ? "127.0.0.1" : "::1";
		expect(() => us.transport.flowTo({ protocol, address: other, port: 5060 })).toThrow(TransportError);
	});

	test("an exception of the user is logged and the next message is heard", async () => {
		using us = await openTransport(address);
		using peer = await openTransport(address);
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
		using us = await openTransport(address);
		using peer = await openTransport(address);
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

	test("TLS is not there yet", async () => {
		using us = await openTransport("127.0.0.1");
		expect(() => us.transport.flowTo({ protocol: "TLS", address: "127.0.0.1", port: 5061 })).toThrow(
			TransportError,
		);
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
