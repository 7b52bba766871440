import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { LimitedLog } from "../../../../src/log/limited-log.ts";
import { MessageSink } from "../../../../src/sip/transport/message-sink.ts";
import { MessageTurns } from "../../../../src/sip/transport/message-turns.ts";
import { StreamConnection, type StreamSocket } from "../../../../src/sip/transport/stream-connection.ts";
import type { TcpState } from "../../../../src/sip/transport/tcp-state.ts";
import { TransportError } from "../../../../src/sip/transport/types.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { MemoryLogger } from "../../../support/memory-logger.ts";
import { Listener, message } from "./support.ts";

/** Takes only as many bytes as a test allows. */
class FakeSocket implements StreamSocket {
	room = Number.POSITIVE_INFINITY;
	taken = "";
	end_ = "";
	paused = false;

	write(data: string | Uint8Array): number {
		if (this.end_ !== "") return -1;
		const bytes = Buffer.from(data as string).subarray(0, this.room);
		this.room -= bytes.length;
		this.taken += bytes.toString("latin1");
		return bytes.length;
	}
	pause(): void {
		this.paused = true;
	}
	resume(): void {
		this.paused = false;
	}
	end(): void {
		this.end_ = "end";
	}
	terminate(): void {
		this.end_ = "terminate";
	}
}

function connect(accepted = true, state?: () => TcpState | undefined) {
	const clock = new FakeClock();
	const socket = new FakeSocket();
	const user = new Listener();
	const log = new MemoryLogger();
	const undelivered: string[] = [];
	const due: (() => void)[] = [];
	const connection = new StreamConnection({
		protocol: "TCP",
		socket,
		remote: { address: "192.0.2.9", port: 40_000 },
		local: { address: "192.0.2.1", port: 5072 },
		source: "192.0.2.1",
		accepted,
		idleTimeout: 100_000,
		clock,
		sink: new MessageSink(user, log, clock),
		turns: new MessageTurns(clock, (task) => void due.push(task)),
		faults: new LimitedLog(log, clock),
		...(state && { state }),
		onGone: (gone, texts) => {
			undelivered.push(...texts);
			user.onClosed(gone);
		},
	});
	/** Lets a turn of the event loop pass. */
	const turn = (): void => {
		for (const task of due.splice(0)) task();
	};
	return { clock, socket, user, log, connection, undelivered, turn };
}

describe("StreamConnection", () => {
	test("messages that are cut or joined anywhere come out whole, in order", () => {
		const names = fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 5 }), {
			minLength: 1,
			maxLength: 5,
		});
		fc.assert(
			fc.property(names, fc.array(fc.nat(400), { maxLength: 8 }), (list, cuts) => {
				const { connection, user } = connect();
				const messages = list.map((name) => message(encodeURIComponent(name)));
				const bytes = Buffer.from(messages.join(""));
				const ends = [...cuts.map((cut) => cut % bytes.length), bytes.length].sort((a, b) => a - b);
				let start = 0;
				for (const end of ends) {
					connection.receive(bytes.subarray(start, end));
					start = end;
				}
				expect(user.heard.map(({ text }) => text)).toEqual(messages);
				expect(user.closed).toEqual([]);
			}),
		);
	});

	test("a double CRLF is answered with a CRLF", () => {
		const { connection, socket } = connect();
		connection.receive(Buffer.from("\r\n\r\n"));
		expect(socket.taken).toBe("\r\n");
	});

	test("what the socket does not take is sent on when it drains, in order", () => {
		const { connection, socket } = connect();
		socket.room = 10;
		connection.send("12345\u00e4789");
		connection.send(Buffer.from("ABCDEF"));
		connection.send("GHI");
		expect(socket.taken).toBe(Buffer.from("12345\u00e4789").toString("latin1").slice(0, 10));
		socket.room = 3;
		connection.drained();
		socket.room = 100;
		connection.drained();
		expect(Buffer.from(socket.taken, "latin1").toString()).toBe("12345\u00e4789ABCDEFGHI");
	});

	test("a peer that leaves more than 1 MiB unread is disconnected", () => {
		const { connection, socket, user, log } = connect();
		socket.room = 0;
		connection.send("x".repeat(1 << 20));
		expect(connection.open).toBe(true);
		expect(() => connection.send("y")).toThrow(TransportError);
		expect(connection.open).toBe(false);
		expect(socket.end_).toBe("terminate");
		expect(user.closed).toEqual([connection]);
		expect(log.at("WARNING")).toEqual(["TCP 192.0.2.9:40000 closed: it does not read what is sent to it"]);
	});

	test("a broken frame closes the connection and nothing more is heard", () => {
		const { connection, socket, user, log } = connect();
		connection.receive(Buffer.from("MESSAGE sip:a SIP/2.0\r\nVia: x\r\n\r\n"));
		connection.receive(Buffer.from(message("late")));
		expect(user.heard).toEqual([]);
		expect(user.closed).toEqual([connection]);
		expect(socket.end_).toBe("end");
		expect(log.at("WARNING")).toHaveLength(1);
	});

	test("a user that closes while it hears a message hears no more", () => {
		const { connection, user } = connect();
		user.onText = () => connection.close();
		connection.receive(Buffer.from(message("one") + message("two")));
		expect(user.heard).toHaveLength(1);
		expect(user.closed).toEqual([connection]);
	});

	test("sending to a closed connection throws a TransportError that names the peer", () => {
		const { connection } = connect();
		connection.closed();
		expect(() => connection.send("x")).toThrow(TransportError);
		expect(() => connection.send("x")).toThrow("TCP 192.0.2.9:40000");
	});

	test("a socket that turns out to be closed closes the connection", () => {
		const { connection, socket, user } = connect();
		socket.end_ = "gone";
		expect(() => connection.send("x")).toThrow(TransportError);
		expect(user.closed).toEqual([connection]);
	});

	test("traffic in either direction keeps it open, silence closes it", () => {
		const { clock, connection } = connect();
		connection.receive(Buffer.from(message("one")));
		clock.advance(90_000);
		connection.send("x");
		clock.advance(90_000);
		connection.receive(Buffer.from("\r\n\r\n"));
		clock.advance(99_999);
		expect(connection.open).toBe(true);
		clock.advance(1);
		expect(connection.open).toBe(false);
		expect(clock.pending).toBe(0);
	});

	test("a peer that connects and sends no whole message within 32 s is disconnected", () => {
		const { clock, connection } = connect();
		connection.receive(Buffer.from("MESSAGE sip:a"));
		clock.advance(31_999);
		connection.receive(Buffer.from(" SIP/2.0"));
		expect(connection.open).toBe(true);
		clock.advance(1);
		expect(connection.open).toBe(false);
	});

	test("a connection that we opened has the whole idle time for its first answer", () => {
		const { clock, connection } = connect(false);
		clock.advance(99_999);
		expect(connection.open).toBe(true);
		clock.advance(1);
		expect(connection.open).toBe(false);
	});
});

describe("a connection that died without a word", () => {
	const ACK = "ACK sip:phone SIP/2.0\r\nContent-Length: 0\r\n\r\n";
	const OK = "SIP/2.0 200 OK\r\n\r\n";

	/** A way to the peer that can be cut: nothing is acknowledged from then on. */
	function connectByRouter(accepted = true) {
		let cutAt: number | undefined;
		const bench = connect(accepted, () => ({
			unacknowledged: cutAt !== undefined,
			sinceAcknowledgement: cutAt === undefined ? 0 : bench.clock.now() - cutAt,
		}));
		const cut = () => {
			cutAt = bench.clock.now();
			bench.clock.advance(1);
		};
		return { ...bench, cut };
	}

	test.each([true, false])("is closed 10 s after it was used (accepted: %p)", (accepted) => {
		const { clock, connection, socket, user, cut, log } = connectByRouter(accepted);
		connection.send(message("one"));
		clock.advance(20_000);
		cut();
		connection.send(message("two"));
		clock.advance(9_999);
		expect(connection.open).toBe(true);
		clock.advance(1);
		expect(connection.open).toBe(false);
		expect(socket.end_).toBe("terminate");
		expect(user.closed).toEqual([connection]);
		expect(log.at("WARNING")).toEqual(["TCP 192.0.2.9:40000 closed: what is sent to it does not arrive"]);
		expect(clock.pending).toBe(0);
	});

	test("is closed in time although it was in use until it died", () => {
		const { clock, connection, cut } = connectByRouter();
		for (let turn = 0; turn < 8; turn++) {
			connection.send(message(`${turn}`));
			clock.advance(1000);
		}
		cut();
		connection.send(message("last"));
		clock.advance(12_600);
		expect(connection.open).toBe(false);
	});

	test("hands over what nobody repeats, and only what may be lost", () => {
		const { clock, connection, cut, undelivered } = connectByRouter();
		connection.send(OK);
		clock.advance(20_000);
		cut();
		connection.send(message("two"));
		connection.send(ACK);
		connection.send(OK);
		clock.advance(10_000);
		expect(undelivered).toEqual([ACK, OK]);
	});

	test("hands it over, too, when the system gives up", () => {
		const { connection, undelivered } = connect();
		connection.send(ACK);
		connection.closed(Object.assign(new Error("timed out"), { code: "ETIMEDOUT" }));
		expect(undelivered).toEqual([ACK]);
	});

	test.each([undefined, Object.assign(new Error("reset"), { code: "ECONNRESET" })])(
		"is not what the peer closes (%p): nothing is sent again",
		(error) => {
			const { connection, undelivered } = connect();
			connection.send(ACK);
			connection.closed(error);
			expect(undelivered).toEqual([]);
		},
	);

	test("is not one whose peer answers slowly", () => {
		const { clock, connection } = connect(true, () => ({ unacknowledged: true, sinceAcknowledgement: 2000 }));
		connection.send(message("one"));
		clock.advance(30_000);
		expect(connection.open).toBe(true);
	});

	test("is not told apart where the system does not know: it stays open, with no timer but its own", () => {
		const { clock, connection } = connect();
		connection.send(message("one"));
		clock.advance(30_000);
		expect(connection.open).toBe(true);
		expect(clock.pending).toBe(1);
	});

	test("is closed when a request had no answer and nothing came since it was sent", () => {
		const { clock, connection, socket } = connect();
		connection.receive(Buffer.from(message("one")));
		clock.advance(1);
		connection.send(message("one"));
		const sentAt = clock.now();
		clock.advance(32_000);
		connection.unanswered(sentAt);
		expect(socket.end_).toBe("terminate");
	});

	test("is not one on which something else came meanwhile", () => {
		const { clock, connection } = connect(false);
		connection.send(message("one"));
		clock.advance(31_000);
		connection.receive(Buffer.from("\r\n"));
		clock.advance(1000);
		connection.unanswered(0);
		expect(connection.open).toBe(true);
	});
});

test("LimitedLog writes one line a second and counts the rest", () => {
	const clock = new FakeClock();
	const log = new MemoryLogger();
	const limited = new LimitedLog(log, clock);
	for (const at of [0, 1, 999]) {
		clock.advance(at - clock.now());
		limited.warning(() => `at ${at}`);
	}
	clock.advance(1);
	limited.warning(() => "at 1000");
	clock.advance(1000);
	limited.warning(() => "at 2000");
	expect(log.at("WARNING")).toEqual(["at 0", "at 1000 (and 2 more like it)", "at 2000"]);
});

describe("A StreamConnection whose peer sends much at once", () => {
	const flood = (count: number) =>
		Buffer.from(Array.from({ length: count }, (_, index) => message(`m${index}`)).join(""));
	const names = (count: number) => Array.from({ length: count }, (_, index) => message(`m${index}`));

	test("has a few messages read at once, and the rest in order in later turns", () => {
		const { connection, clock, user, turn } = connect();
		user.onText = () => clock.advance(0.5);
		connection.receive(flood(40));
		expect(user.heard).toHaveLength(16);
		turn();
		expect(user.heard).toHaveLength(18);
		for (let left = 20; left > 0; left--) turn();
		expect(user.heard.map(({ text }) => text)).toEqual(names(40));
	});

	test("has to wait before it sends more than 64 KiB that were not read", () => {
		const { connection, socket, user, turn } = connect();
		const count = Math.ceil((1 << 17) / message("m0000").length);
		connection.receive(flood(count));
		expect(socket.paused).toBe(true);
		// What the runtime had read before it was told.
		connection.receive(Buffer.from(message("late")));
		for (let left = 3; left > 0; left--) turn();
		expect(socket.paused).toBe(false);
		expect(user.heard.map(({ text }) => text)).toEqual([...names(count), message("late")]);
	});

	test("has its keep-alives answered one by one, too", () => {
		const { connection, socket, turn } = connect();
		connection.receive(Buffer.from("\r\n\r\n".repeat(50)));
		expect(socket.taken).toBe("\r\n".repeat(16));
		turn();
		expect(socket.taken).toBe("\r\n".repeat(50));
	});

	test("is read to the end when it closes and calls go by it", () => {
		const { connection, user } = connect();
		connection.claim();
		const order: string[] = [];
		user.onText = (text, flow) => order.push(`${text} ${flow.open}`);
		connection.receive(flood(100));
		expect(order).toHaveLength(64);
		connection.closed();
		expect(order.at(-1)).toBe(`${message("m99")} false`);
		expect(user.closed).toEqual([connection]);
	});

	test("is read a little further when it closes and is a stranger's", () => {
		const { connection, user, turn } = connect();
		connection.receive(flood(40));
		connection.closed();
		expect(user.heard).toHaveLength(32);
		turn();
		expect(user.heard).toHaveLength(32);
	});

	test("is not read further when it is closed from our side", () => {
		const { connection, user, turn } = connect();
		connection.receive(flood(40));
		connection.close();
		turn();
		expect(user.heard).toHaveLength(16);
	});

	test("closes on the broken message that it sends among others", () => {
		const { connection, socket, user, turn } = connect();
		connection.receive(Buffer.concat([flood(30), Buffer.from("GET / HTTP/1.1\r\n"), flood(3)]));
		expect(socket.end_).toBe("");
		turn();
		expect(user.heard).toHaveLength(30);
		expect(socket.end_).toBe("end");
	});
});
