import { expect, test } from "bun:test";
import { Orders } from "../../../src/cluster/orders.ts";
import type { LiveCall } from "../../../src/live/types.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

const CALL: LiveCall = {
	id: "a",
	way: "anchor",
	state: "connected",
	initiator: { address: "201", uri: "sip:201@pbx", state: "answered" },
	destination: { address: "301", uri: "sip:301@pbx", state: "answered" },
	origin: { via: "xml", peer: "192.0.2.1" },
	startedAt: 1,
	box: "box1",
};

function bench() {
	const clock = new FakeClock();
	const log = new MemoryLogger();
	const done: string[] = [];
	const calls = new Map([["a", CALL]]);
	const orders = new Orders({
		live: { get: (id) => calls.get(id), isOwn: ({ box }) => box === "box2" },
		clock,
		log,
		ask: (box, id) => {
			done.push(`${box} ${id}`);
			return box === "box9" ? Promise.reject(new Error("away")) : Promise.resolve();
		},
		hangUpHere: (id) => done.push(`here ${id}`),
	});
	const become = (change: Partial<LiveCall>): void => void calls.set("a", { ...CALL, ...change });
	return { clock, log, done, orders, become };
}

test("a call of nobody else, or one that is over, is not hung up from here", () => {
	const { done, orders, become } = bench();
	expect(orders.place("b")).toBe(false);
	become({ box: "box2" });
	expect(orders.place("a")).toBe(false);
	become({ state: "ended" });
	expect(orders.place("a")).toBe(false);
	expect(done).toEqual([]);
});

test("the wish is passed on until the call is over", () => {
	const { clock, done, orders, become } = bench();
	expect(orders.place("a")).toBe(true);
	clock.advance(2000);
	expect(done).toEqual(["box1 a", "box1 a", "box1 a"]);
	become({ state: "ended" });
	clock.advance(60_000);
	expect(done.length).toBe(3);
	expect(clock.pending).toBe(0);
});

test("it follows the call to the box that takes it over", () => {
	const { clock, done, orders, become } = bench();
	orders.place("a");
	become({ box: "box3" });
	clock.advance(1000);
	become({ box: "box2" });
	clock.advance(1000);
	expect(done).toEqual(["box1 a", "box3 a", "here a"]);
});

test("after 15 s it is given up, and told", () => {
	const { clock, log, done, orders, become } = bench();
	become({ box: "box9" });
	orders.place("a");
	clock.advance(60_000);
	expect(done.length).toBe(15);
	expect(log.lines.join("\n")).toContain("nobody has hung up the call a");
	expect(clock.pending).toBe(0);
});
