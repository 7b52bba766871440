import { describe, expect, test } from "bun:test";
import { MAX_WAITING_BYTES, OutputBudget, OutputQueue } from "../../../src/net/output-queue.ts";
import { bytes, text } from "../xml/support.ts";

/** A socket that takes `room` bytes, and a turn that ends when told. */
function setUp(room = Number.POSITIVE_INFINITY) {
	const writes: string[] = [];
	const socket = {
		room,
		write(data: Uint8Array): number {
			const taken = data.subarray(0, Math.min(data.length, this.room));
			this.room -= taken.length;
			writes.push(text(taken));
			return taken.length;
		},
	};
	let task: (() => void) | undefined;
	const queue = new OutputQueue(socket, (flush) => {
		task = flush;
	});
	const endTurn = () => {
		const due = task;
		task = undefined;
		due?.();
	};
	return { socket, writes, queue, endTurn, scheduled: () => task !== undefined };
}

describe("OutputQueue", () => {
	test("writes what was pushed in one turn with one call", () => {
		const { queue, writes, endTurn } = setUp();
		queue.push(bytes("a"));
		queue.push(bytes("b"));
		expect(writes).toEqual([]);
		endTurn();
		expect(writes).toEqual(["ab"]);
		expect(queue.waiting).toBe(0);
	});

	test("keeps what the socket did not take and goes on when it drains", () => {
		const { queue, writes, endTurn, socket } = setUp(3);
		queue.push(bytes("abcde"));
		endTurn();
		queue.push(bytes("fg"));
		expect(queue.waiting).toBe(4);
		socket.room = 1;
		queue.drain();
		socket.room = 100;
		queue.drain();
		expect(writes).toEqual(["abc", "d", "efg"]);
		expect(queue.waiting).toBe(0);
	});

	test("what one queue keeps is its own, whatever another one writes meanwhile", () => {
		const one = setUp(2);
		const other = setUp();
		one.queue.pushText(["abc", "def"]);
		one.endTurn();
		other.queue.pushText(["uvw", "xyz"]);
		other.endTurn();
		one.socket.room = 100;
		one.queue.drain();
		expect(one.writes).toEqual(["ab", "cdef"]);
		expect(other.writes).toEqual(["uvwxyz"]);
	});

	test("a text in pieces is a byte for each character", () => {
		const taken: Uint8Array[] = [];
		const queue = new OutputQueue({
			write: (data) => {
				taken.push(Uint8Array.from(data));
				return data.length;
			},
		});
		queue.pushText(["a\u00e9", "\u0080"]);
		queue.push(bytes("b"));
		queue.flush();
		expect(taken).toEqual([Uint8Array.of(0x61, 0xe9, 0x80, 0x62)]);
	});

	test("asks for no write while the socket is full", () => {
		const { queue, endTurn, scheduled } = setUp(0);
		queue.push(bytes("a"));
		endTurn();
		queue.push(bytes("b"));
		expect(scheduled()).toBe(false);
	});

	test("lets 1 MiB wait and tells when more does", () => {
		const { queue } = setUp(0);
		expect(queue.push(new Uint8Array(MAX_WAITING_BYTES))).toBe(true);
		expect(queue.push(new Uint8Array(1))).toBe(false);
	});

	test("does not count what the socket takes, however much is pushed in one turn", () => {
		const { queue } = setUp();
		const results = Array.from({ length: 40 }, () => queue.push(new Uint8Array(60_000)));
		expect(results.every(Boolean)).toBe(true);
		expect(queue.waiting).toBeLessThan(65_536);
	});

	test("a negative answer of a closed socket loses nothing and writes nothing twice", () => {
		const queue = new OutputQueue({ write: () => -1 }, () => () => {});
		queue.push(bytes("abc"));
		queue.flush();
		expect(queue.waiting).toBe(3);
	});

	test("after close nothing waits and nothing is written", () => {
		const { queue, writes, endTurn } = setUp();
		queue.push(bytes("a"));
		queue.close();
		endTurn();
		queue.push(bytes("b"));
		queue.flush();
		expect(writes).toEqual([]);
		expect(queue.waiting).toBe(0);
	});
});

test("many clients that do not read may leave less unread each than a few, until they read or go", () => {
	const budget = new OutputBudget();
	const slow = () => {
		const socket = { room: 0, write: (data: Uint8Array) => Math.min(data.length, socket.room) };
		const queue = new OutputQueue(socket, () => () => {}, budget);
		return { socket, queue, push: () => queue.push(new Uint8Array(100_000)) };
	};
	const clients = Array.from({ length: 70 }, slow);
	const [first, ...others] = clients;
	const pushToAll = (): boolean[] => clients.map(({ push }) => push());
	for (let times = 0; times < 9; times += 1) expect(pushToAll()).not.toContain(false);
	// 63 MB wait; from 64 MiB on, nobody may leave more than 256 KiB.
	const answers = pushToAll();
	expect([answers[0], answers.at(-1)]).toEqual([true, false]);
	const late = slow();
	expect([late.push(), late.push(), late.push()]).toEqual([true, true, false]);
	if (!first) throw new Error("there is a first");
	first.socket.room = 1_000_000;
	first.queue.drain();
	for (const { queue } of others.slice(0, 40)) queue.close();
	expect(late.push()).toBe(true);
});
