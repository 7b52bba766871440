import { describe, expect, test } from "bun:test";
import { KeepAlives } from "../../../../src/sip/transport/keep-alive.ts";
import type { Flow } from "../../../../src/sip/transport/types.ts";
import { TransportError } from "../../../../src/sip/transport/types.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { MemoryLogger } from "../../../support/memory-logger.ts";
import { openTransport } from "./support.ts";

class SpyFlow implements Flow {
	readonly remote = { address: "192.0.2.9", port: 5060 };
	readonly local = { address: "192.0.2.1", port: 5072 };
	readonly sent: { at: number; text: string }[] = [];
	readonly #clock: FakeClock;
	open = true;
	broken = false;

	constructor(
		readonly protocol: "UDP" | "TCP" | "TLS",
		clock: FakeClock,
	) {
		this.#clock = clock;
	}

	get reliable(): boolean {
		return this.protocol !== "UDP";
	}

	send(text: string): void {
		if (this.broken) throw new TransportError("broken");
		this.sent.push({ at: this.#clock.now(), text });
	}
}

function setUp(protocol: "UDP" | "TCP" | "TLS" = "UDP", enabled = true) {
	const clock = new FakeClock();
	const log = new MemoryLogger();
	const keepAlives = new KeepAlives({ enabled, clock, log });
	return { clock, log, keepAlives, flow: new SpyFlow(protocol, clock) };
}

describe("KeepAlives", () => {
	test.each([
		["UDP", 30_000],
		["TCP", 180_000],
		["TLS", 180_000],
	] as const)("a %s flow that is held gets CRLFCRLF each %p ms", (protocol, interval) => {
		const { clock, keepAlives, flow } = setUp(protocol);
		keepAlives.hold(flow);
		clock.advance(interval - 1);
		expect(flow.sent).toEqual([]);
		clock.advance(interval * 2 + 1);
		expect(flow.sent).toEqual([1, 2, 3].map((turn) => ({ at: interval * turn, text: "\r\n\r\n" })));
	});

	test("one can be sent on all flows that are held, between the others; one that fails keeps none from the rest", () => {
		const { clock, keepAlives, flow } = setUp();
		const broken = new SpyFlow("TCP", clock);
		broken.broken = true;
		const free = new SpyFlow("UDP", clock);
		keepAlives.hold(broken);
		keepAlives.hold(flow);
		keepAlives.hold(free)();
		clock.advance(10_000);
		keepAlives.sendAll();
		clock.advance(20_000);
		expect(flow.sent.map(({ at }) => at)).toEqual([10_000, 30_000]);
		expect(free.sent).toEqual([]);
	});

	test("however many hold a flow, it has one timer and gets one keep-alive at a time", () => {
		const { clock, keepAlives, flow } = setUp();
		for (let count = 0; count < 5; count++) keepAlives.hold(flow);
		expect(clock.pending).toBe(1);
		clock.advance(30_000);
		expect(flow.sent).toHaveLength(1);
	});

	test("they end when the last one lets go, and its timer is cleared", () => {
		const { clock, keepAlives, flow } = setUp();
		const first = keepAlives.hold(flow);
		const second = keepAlives.hold(flow);
		first();
		first();
		clock.advance(30_000);
		expect(flow.sent).toHaveLength(1);
		second();
		expect(clock.pending).toBe(0);
		expect(keepAlives.size).toBe(0);
	});

	test("a flow can be held again after it was let go, and an old holder has no say then", () => {
		const { clock, keepAlives, flow } = setUp();
		const old = keepAlives.hold(flow);
		old();
		keepAlives.hold(flow);
		old();
		clock.advance(30_000);
		expect(flow.sent).toHaveLength(1);
	});

	test("a flow that has closed gets none, whoever holds it", () => {
		const { clock, keepAlives, flow } = setUp("TCP");
		const release = keepAlives.hold(flow);
		flow.open = false;
		keepAlives.drop(flow);
		expect(clock.pending).toBe(0);
		release();
		keepAlives.hold(flow);
		expect(clock.pending).toBe(0);
	});

	test("one that cannot be sent is logged, and the next is sent", () => {
		const { clock, log, keepAlives, flow } = setUp();
		keepAlives.hold(flow);
		flow.broken = true;
		clock.advance(30_000);
		expect(log.at("DEBUG").join()).toContain("broken");
		flow.broken = false;
		clock.advance(30_000);
		expect(flow.sent).toHaveLength(1);
	});

	test("switched off, none are sent and no timer is set", () => {
		const { clock, keepAlives, flow } = setUp("UDP", false);
		keepAlives.hold(flow)();
		expect(clock.pending).toBe(0);
	});

	test("close clears every timer", () => {
		const { clock, keepAlives, flow } = setUp();
		keepAlives.hold(flow);
		keepAlives.hold(new SpyFlow("TCP", clock));
		keepAlives.close();
		expect(clock.pending).toBe(0);
	});
});

describe("keep-alives of SipTransport", () => {
	test("on a stream the peer answers with CRLF and no message is heard or logged", async () => {
		const clock = new FakeClock();
		const heard = Promise.withResolvers<string>();
		const server = Bun.listen({
			hostname: "127.0.0.1",
			port: 0,
			socket: {
				data: (socket, bytes) => {
					socket.write("\r\n");
					heard.resolve(bytes.toString());
				},
			},
		});
		using us = await openTransport("127.0.0.1", { clock });
		const flow = await us.transport.flowTo({ protocol: "TCP", address: "127.0.0.1", port: server.port });
		us.transport.hold(flow);
		clock.advance(180_000);
		expect(await heard.promise).toBe("\r\n\r\n");
		expect(us.log.at("STACK")).toEqual([]);
		server.stop(true);
		await us.user.until(() => us.user.closed.length === 1);
		expect(us.user.heard).toEqual([]);
		expect(clock.pending).toBe(0);
	});

	test("KeepAlives = 0 switches them off; close clears their timers", async () => {
		const clock = new FakeClock();
		const off = await openTransport("127.0.0.1", { clock, keepAlives: false });
		off.transport.hold(await off.transport.flowTo({ protocol: "UDP", address: "127.0.0.1", port: 9 }));
		expect(clock.pending).toBe(0);
		off.transport.close();
		const on = await openTransport("127.0.0.1", { clock });
		on.transport.hold(await on.transport.flowTo({ protocol: "UDP", address: "127.0.0.1", port: 9 }));
		expect(clock.pending).toBe(1);
		on.transport.close();
		expect(clock.pending).toBe(0);
	});
});
