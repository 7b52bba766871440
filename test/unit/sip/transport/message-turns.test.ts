import { describe, expect, test } from "bun:test";
import { type MessageSource, MessageTurns } from "../../../../src/sip/transport/message-turns.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

const source = (address: string, claimed = false): MessageSource => ({ claimed, remote: { address } });

/** Each message takes half a millisecond. */
function setUp() {
	const clock = new FakeClock();
	const due: (() => void)[] = [];
	const turns = new MessageTurns(clock, (task) => void due.push(task));
	const done: string[] = [];
	const handle = (name: string) => (): void => {
		done.push(name);
		clock.advance(0.5);
	};
	const send = (from: MessageSource, name: string, octets = 500): boolean => {
		if (!turns.free(from)) return turns.wait(from, handle(name), octets);
		handle(name)();
		return true;
	};
	/** @returns what is handled in the next turn. */
	const turn = (): string[] => {
		done.splice(0);
		for (const task of due.splice(0)) task();
		return done.splice(0);
	};
	return { clock, turns, due, done, send, turn };
}

/** More than is handled at once, of an address that belongs to nothing. */
function flooded(waiting: number) {
	const parts = setUp();
	const flooder = source("192.0.2.66");
	for (let count = 0; count < 16; count++) parts.send(flooder, "first");
	for (let count = 0; count < waiting; count++) parts.send(flooder, `f${count}`);
	parts.done.splice(0);
	return { ...parts, flooder };
}

describe("MessageTurns", () => {
	test("messages that come slowly are handled at once, and nothing is left to do", () => {
		const { clock, send, done, due } = setUp();
		for (let count = 0; count < 200; count++) {
			send(source("192.0.2.1"), `${count}`);
			clock.advance(4);
		}
		expect(done).toHaveLength(200);
		expect(due).toEqual([]);
	});

	test("a flood is handled in slices of a millisecond", () => {
		const { turn } = flooded(5);
		expect([turn(), turn(), turn(), turn()]).toEqual([["f0", "f1"], ["f2", "f3"], ["f4"], []]);
	});

	test("one other address waits for one slice, and not for the flood", () => {
		const { send, turn } = flooded(500);
		send(source("192.0.2.7"), "other");
		expect(turn()).toEqual(["f0", "other"]);
	});

	test("an IPv6 network of 64 bits has one turn", () => {
		const { send, turn } = flooded(0);
		for (const host of [1, 2, 3]) send(source(`2001:db8::${host}`), `a${host}`);
		send(source("2001:db8:0:1::1"), "b");
		expect(turn()).toEqual(["a1", "b"]);
	});

	test("what calls go by is handled at once, beside any flood", () => {
		const { send, done } = flooded(500);
		send(source("192.0.2.1", true), "call");
		expect(done).toEqual(["call"]);
	});

	test("what calls go by has the larger part of a turn when there is too much of it, and strangers the rest", () => {
		const { send, turn, done } = flooded(500);
		for (let count = 0; count < 64 + 8; count++) {
			send(source("192.0.2.1", true), `c${count}`);
		}
		expect(done).toHaveLength(64);
		expect(turn()).toEqual(["c64", "c65", "c66", "c67", "f0", "f1"]);
	});

	test("an address may have half a megabyte waiting; others have room all the same", () => {
		const { send, flooder } = flooded(0);
		let taken = 0;
		while (send(flooder, "more", 1792)) taken++;
		expect(taken).toBe(256);
		expect(send(source("192.0.2.7"), "other")).toBe(true);
	});

	test("all strangers together may have four megabytes waiting; what calls go by has room all the same", () => {
		const { send } = flooded(0);
		let taken = 0;
		for (let host = 0; host < 5000; host++)
			if (send(source(`10.0.${host >> 8}.${host & 255}`), "x", 1792)) taken++;
		expect(taken).toBe(2048);
		const pbx = source("192.0.2.1", true);
		for (let count = 0; count < 200; count++) expect(send(pbx, "call", 60_000)).toBe(count < 64 + 140);
	});

	test("a message that fails does not keep the others", () => {
		const { turns, send, turn } = flooded(1);
		turns.wait(
			source("192.0.2.7"),
			() => {
				throw new Error("failed");
			},
			0,
		);
		send(source("192.0.2.8"), "other");
		expect(turn).toThrow("failed");
		expect(turn()).toEqual(["other"]);
	});
});
