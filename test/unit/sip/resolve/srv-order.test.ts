import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { SrvRecord } from "../../../../src/sip/resolve/service-source.ts";
import { orderServers } from "../../../../src/sip/resolve/srv-order.ts";

function server(name: string, priority: number, weight: number): SrvRecord {
	return { name, priority, weight, port: 5060 };
}

/** How often each server comes first when the random numbers cover 0 to 1 evenly. */
function shares(records: readonly SrvRecord[]): Record<string, number> {
	const counts: Record<string, number> = {};
	for (let step = 0; step < 1000; step++) {
		const first = orderServers(records, () => (step + 0.5) / 1000)[0]?.name ?? "none";
		counts[first] = (counts[first] ?? 0) + 1;
	}
	return counts;
}

describe("orderServers", () => {
	test("lower priorities come first, whatever the weights", () => {
		const records = [server("c", 30, 65_535), server("a", 10, 0), server("b", 20, 1)];
		expect(orderServers(records, () => 0.999).map(({ name }) => name)).toEqual(["a", "b", "c"]);
	});

	test("among one priority each comes first as often as its weight says", () => {
		expect(shares([server("a", 1, 60), server("b", 1, 30), server("c", 1, 10)])).toEqual({
			a: 600,
			b: 300,
			c: 100,
		});
		expect(shares([server("a", 1, 1), server("b", 1, 1)])).toEqual({ a: 500, b: 500 });
	});

	test("servers of weight 0 share alike, and hardly ever come before one with a weight", () => {
		expect(shares([server("a", 1, 0), server("b", 1, 0)])).toEqual({ a: 500, b: 500 });
		expect(shares([server("a", 1, 0), server("b", 1, 10)])).toEqual({ a: 1, b: 999 });
	});

	test("the rest is drawn by weight again", () => {
		const records = [server("a", 1, 60), server("b", 1, 30), server("c", 1, 10)];
		const numbers = [0.95, 0.7];
		expect(orderServers(records, () => numbers.shift() ?? 0).map(({ name }) => name)).toEqual([
			"c",
			"b",
			"a",
		]);
	});

	test("nothing is lost or added, and priorities never fall", () => {
		const anyServer = fc.record({
			name: fc.nat(9).map(String),
			priority: fc.nat(3),
			weight: fc.nat(65_535),
			port: fc.nat(65_535),
		});
		fc.assert(
			fc.property(
				fc.array(anyServer),
				fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
				(records, number) => {
					const ordered = orderServers(records, () => number);
					expect(new Set(ordered)).toEqual(new Set(records));
					expect(ordered).toHaveLength(records.length);
					const priorities = ordered.map(({ priority }) => priority);
					expect(priorities).toEqual(priorities.toSorted((a, b) => a - b));
				},
			),
		);
	});
});
