import { expect, test } from "bun:test";
import { randomNumber, randomToken } from "../../src/random.ts";

test("tokens have the length that is asked for, and none comes twice", () => {
	const seen = new Set<string>();
	for (let turn = 0; turn < 20_000; turn += 1) {
		const bytes = 4 + (turn % 13);
		const token = randomToken(bytes + 4);
		expect(token).toMatch(/^[0-9a-f]+$/);
		expect(token).toHaveLength(2 * (bytes + 4));
		seen.add(token);
	}
	expect(seen.size).toBe(20_000);
});

test("numbers are positive and fit 31 bits", () => {
	for (let turn = 0; turn < 5000; turn += 1) {
		const number = randomNumber();
		expect(number).toBeGreaterThan(0);
		expect(number).toBeLessThan(2 ** 31);
		expect(Number.isInteger(number)).toBe(true);
	}
});
