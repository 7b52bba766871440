import { describe, expect, test } from "bun:test";
import { FairQueue } from "../../../src/net/fair-queue.ts";

/** Takes everything out. @returns the names of the pieces, in order. */
function empty(queue: FairQueue, said: string[]): string[] {
	for (let work = queue.next(); work; work = queue.next()) work();
	return said.splice(0);
}

describe("FairQueue", () => {
	test("addresses take turns, and the pieces of one address keep their order", () => {
		const queue = new FairQueue();
		const said: string[] = [];
		for (const name of ["a1", "a2", "a3", "b1", "c1", "b2"])
			queue.add(name.charAt(0), () => void said.push(name));
		expect(queue.empty).toBe(false);
		expect(empty(queue, said)).toEqual(["a1", "b1", "c1", "a2", "b2", "a3"]);
		expect(queue.empty).toBe(true);
	});

	test("the octets that wait are those of the pieces that wait", () => {
		const queue = new FairQueue();
		queue.add("a", () => {}, 100);
		queue.add("a", () => {}, 20);
		queue.add("b", () => {}, 3);
		expect([queue.octets, queue.octetsOf("a"), queue.octetsOf("b"), queue.octetsOf("c")]).toEqual([
			123, 120, 3, 0,
		]);
		queue.next();
		expect([queue.octets, queue.octetsOf("a")]).toEqual([23, 20]);
		queue.next();
		queue.next();
		expect([queue.octets, queue.octetsOf("a")]).toEqual([0, 0]);
		expect(queue.next()).toBeUndefined();
	});
});
