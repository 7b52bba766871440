import { afterEach, describe, expect, test } from "bun:test";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { LiveCalls } from "../../../src/live/live-calls.ts";
import { BindError } from "../../../src/net/bind-error.ts";
import { ConnectionLimits } from "../../../src/net/connection-limits.ts";
import { FairTurns } from "../../../src/net/fair-turns.ts";
import { XmlServer, type XmlServerOptions } from "../../../src/xml/server.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";
import { BUSY_INITIATOR, FakePlacer, MANUAL_REQUEST, RINGING_INITIATOR } from "./support.ts";

const stops: (() => unknown)[] = [];

afterEach(async () => {
	for (const stop of stops.splice(0).reverse()) await stop();
});

async function startServer(options: Partial<XmlServerOptions> = {}) {
	const placer = new FakePlacer();
	const clock = new FakeClock();
	const log = new MemoryLogger();
	const server = new XmlServer({
		bind: [],
		port: 0,
		allow: [],
		limits: new ConnectionLimits({ total: 0, perAddress: 0 }),
		turns: new FairTurns(),
		calls: placer,
		live: new LiveCalls(),
		clock,
		log,
		...options,
	});
	await server.start();
	stops.push(() => server.stop());
	return { server, placer, clock, log, port: server.addresses[0]?.port ?? 0 };
}

/** A client that collects what it reads. */
class Client {
	readonly socket: Socket;
	readonly closed: Promise<void>;
	received = "";
	#waiters: (() => void)[] = [];

	constructor(port: number, host: string) {
		this.socket = connect({ port, host, allowHalfOpen: true });
		this.socket.setEncoding("utf8");
		this.socket.on("data", (data) => {
			this.received += data;
			for (const wake of this.#waiters.splice(0)) wake();
		});
		// A reset is one way to be closed.
		this.socket.on("error", () => {});
		this.closed = new Promise((resolve) => {
			this.socket.on("close", () => resolve());
			this.socket.on("end", () => {
				this.socket.end();
				resolve();
			});
		});
		stops.push(() => this.socket.destroy());
	}

	async until(pattern: RegExp): Promise<void> {
		while (!pattern.test(this.received)) await new Promise<void>((wake) => this.#waiters.push(wake));
	}
}

/** What the sockets have to say has been heard. */
async function settled(): Promise<void> {
	for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function client(port: number, host = "127.0.0.1"): Client {
	return new Client(port, host);
}

describe("XmlServer", () => {
	test.each(["127.0.0.1", "::1"])("serves clients on %s from one dual-stack socket", async (host) => {
		const { placer, port } = await startServer();
		const asking = client(port, host);
		asking.socket.write(MANUAL_REQUEST);
		await asking.until(/Code="100"/);
		expect(placer.requests[0]?.origin).toEqual({ via: "xml", peer: host });
	});

	test("a client that shut down its sending side gets every result, then the end", async () => {
		const { placer, port } = await startServer();
		const asking = client(port);
		asking.socket.end(MANUAL_REQUEST);
		await asking.until(/Code="100"/);
		placer.tell(0, RINGING_INITIATOR);
		await asking.until(/Code="180"/);
		placer.tell(0, BUSY_INITIATOR);
		await asking.closed;
		expect([...asking.received.matchAll(/Code="(\d+)"/g)].map(([, code]) => code)).toEqual([
			"100",
			"180",
			"486",
		]);
	});

	test("a broken stream gets Parse error although more was sent, then the end", async () => {
		const { port } = await startServer();
		const asking = client(port);
		asking.socket.write(`<!DOCTYPE x>${"y".repeat(200_000)}`);
		await asking.closed;
		expect(asking.received).toBe('<Response>\r\n    <Result Code="400">Parse error</Result>\r\n</Response>');
	});

	test("a client whose stream broke and that does not close is dropped after 4 s", async () => {
		const { port, clock, server } = await startServer();
		const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
		stops.push(() => socket.destroy());
		// A reset is one way to be dropped.
		socket.on("error", () => {});
		const dropped = new Promise((resolve) => socket.on("close", resolve));
		socket.resume();
		socket.write("<!DOCTYPE x>");
		await once(socket, "end");
		clock.advance(3999);
		await settled();
		expect(server.clients).toBe(1);
		clock.advance(1);
		await dropped;
		expect([server.clients, clock.pending]).toEqual([0, 0]);
	});

	test("a client that is silent for weeks stays, and gets its results", async () => {
		const { placer, port, clock, server } = await startServer();
		const asking = client(port);
		asking.socket.write(MANUAL_REQUEST);
		await asking.until(/Code="100"/);
		clock.advance(30 * 86_400_000);
		await settled();
		expect(server.clients).toBe(1);
		placer.tell(0, BUSY_INITIATOR);
		await asking.until(/Code="486"/);
	});

	test("a slow reader gets all results in order, cut nowhere", async () => {
		const { placer, port } = await startServer();
		const asking = client(port);
		asking.socket.write(MANUAL_REQUEST);
		await asking.until(/Code="100"/);
		asking.socket.pause();
		const count = 2000;
		for (let i = 0; i < count; i++) placer.tell(0, { ...RINGING_INITIATOR, text: `Ringing ${i}` });
		placer.tell(0, BUSY_INITIATOR);
		asking.socket.resume();
		await asking.until(/Code="486"/);
		const told = [...asking.received.matchAll(/Ringing (\d+)</g)].map(([, number]) => Number(number));
		expect(told).toEqual(Array.from({ length: count }, (_, i) => i));
	});

	test("a client outside XmlRpcAllow is closed with a log line", async () => {
		const { placer, port, log } = await startServer({ allow: ["192.0.2.0/24"] });
		const asking = client(port);
		asking.socket.write(MANUAL_REQUEST);
		await asking.closed;
		expect(asking.received).toBe("");
		expect(placer.requests).toEqual([]);
		expect(log.lines).toContain("WARNING connection from 127.0.0.1 refused: not in XmlRpcAllow");
	});

	test("clients beyond the limit are closed with a log line; one that leaves makes room", async () => {
		const limits = new ConnectionLimits({ total: 0, perAddress: 1 });
		const { port, log, server } = await startServer({ limits });
		const first = client(port);
		first.socket.write("<ClickToCall><Status/></ClickToCall>");
		await first.until(/Response/);
		const second = client(port);
		await second.closed;
		expect(log.lines).toContain(
			"WARNING connection from 127.0.0.1 refused: 127.0.0.1 already has 1 connections",
		);
		expect(server.clients).toBe(1);
		first.socket.end();
		await first.closed;
		// The other end is seen a little later here than there.
		while (limits.total > 0) await new Promise((resolve) => setImmediate(resolve));
		const third = client(port);
		third.socket.write("<ClickToCall><Status/></ClickToCall>");
		await third.until(/Response/);
	});

	test("requests sent without a pause, far more than is held, are all answered in their order", async () => {
		const { port } = await startServer();
		const asking = client(port);
		const order = (ref: number) =>
			`<ClickToCall><Hangup><Id>x</Id></Hangup><Ref>${ref}</Ref><x>${"y".repeat(20_000)}</x></ClickToCall>\0`;
		for (let ref = 0; ref < 60; ref += 1) asking.socket.write(order(ref));
		asking.socket.end();
		await asking.closed;
		const refs = [...asking.received.matchAll(/<Ref>(\d+)</g)].map(([, ref]) => Number(ref));
		expect(refs).toEqual(Array.from({ length: 60 }, (_, ref) => ref));
	});

	test("stop closes the connections and the port, after writing what was due", async () => {
		const { placer, port, server } = await startServer();
		const asking = client(port);
		asking.socket.write(MANUAL_REQUEST);
		await asking.until(/Code="100"/);
		placer.tell(0, BUSY_INITIATOR);
		await server.stop();
		await asking.closed;
		expect(asking.received).toContain('Code="486"');
		expect(server.addresses).toEqual([]);
		const late = client(port);
		await late.closed;
		expect(late.received).toBe("");
	});

	test("listens on each address of a list on one port", async () => {
		const { server, port } = await startServer({ bind: ["127.0.0.1", "::1"] });
		expect(server.addresses).toEqual([
			{ address: "127.0.0.1", port, protocol: "TCP" },
			{ address: "::1", port, protocol: "TCP" },
		]);
	});

	test("a port in use rejects with the setting's name", async () => {
		const { port } = await startServer();
		const error = await startServer({ port }).catch((error: unknown) => error);
		expect(error).toBeInstanceOf(BindError);
		expect(error).toMatchObject({ setting: "XmlRpcPort", port, code: "EADDRINUSE" });
	});

	test("an address that is not ours rejects with the setting's name", async () => {
		const error = await startServer({ bind: ["192.0.2.1"] }).catch((error: unknown) => error);
		expect(error).toMatchObject({ setting: "XmlRpcBind", address: "192.0.2.1", code: "EADDRNOTAVAIL" });
	});
});
