import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Nonces } from "../../../src/http/nonces.ts";

function setUp(capacity = 10) {
	const clock = { time: 1000 };
	const nonces = new Nonces({ lifetime: 5000, capacity, now: () => clock.time });
	return { nonces, clock };
}

describe("Nonces", () => {
	test("are never the same, and long enough that nobody guesses one", () => {
		const { nonces } = setUp();
		const issued = new Set(Array.from({ length: 100 }, () => nonces.issue()));
		expect(issued.size).toBe(100);
		expect(Math.min(...[...issued].map(({ length }) => length))).toBeGreaterThanOrEqual(32);
	});

	test("issuing stores nothing", () => {
		const { nonces } = setUp();
		for (let i = 0; i < 100; i++) nonces.issue();
		expect(nonces.kept).toBe(0);
	});

	test("each count is good once, in whatever order they come", () => {
		const counts = fc.uniqueArray(fc.integer({ min: 1, max: 32 }), { minLength: 1 });
		fc.assert(
			fc.property(counts, (order) => {
				const { nonces } = setUp();
				const nonce = nonces.issue();
				expect(order.map((count) => nonces.use(nonce, count))).toEqual(order.map(() => true));
				expect(order.map((count) => nonces.use(nonce, count))).toEqual(order.map(() => false));
			}),
		);
	});

	test("a count far behind the highest counts as used", () => {
		const { nonces } = setUp();
		const nonce = nonces.issue();
		expect([100, 69, 68].map((count) => nonces.use(nonce, count))).toEqual([true, true, false]);
	});

	test("expire after their life", () => {
		const { nonces, clock } = setUp();
		const nonce = nonces.issue();
		clock.time += 4999;
		expect(nonces.use(nonce, 1)).toBe(true);
		clock.time += 1;
		expect(nonces.use(nonce, 2)).toBe(false);
	});

	test("of somebody else, spoilt or made up, are no good", () => {
		const { nonces } = setUp();
		const nonce = nonces.issue();
		const spoilt = (nonce[0] === "A" ? "B" : "A") + nonce.slice(1);
		for (const bad of [setUp().nonces.issue(), spoilt, `${nonce}A`, `${nonce}=`, nonce.slice(1), ""]) {
			expect(nonces.use(bad, 1)).toBe(false);
		}
		expect(nonces.kept).toBe(0);
	});

	test("no more than the capacity are kept, and a forgotten one cannot be used again", () => {
		const { nonces, clock } = setUp(3);
		const used = Array.from({ length: 4 }, () => {
			clock.time += 1;
			const nonce = nonces.issue();
			expect(nonces.use(nonce, 1)).toBe(true);
			return nonce;
		});
		expect(nonces.kept).toBe(3);
		expect(used.map((nonce) => nonces.use(nonce, 1))).toEqual([false, false, false, false]);
		expect(nonces.use(used.at(-1) ?? "", 2)).toBe(true);
	});

	test("expired ones make room before others do", () => {
		const { nonces, clock } = setUp(2);
		const young = () => {
			const nonce = nonces.issue();
			nonces.use(nonce, 1);
			return nonce;
		};
		young();
		clock.time += 4000;
		const second = young();
		clock.time += 2000;
		young();
		expect(nonces.use(second, 2)).toBe(true);
	});
});
