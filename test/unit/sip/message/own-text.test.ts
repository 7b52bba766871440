import { heapStats } from "bun:jsc";
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ownText } from "../../../../src/sip/message/own-text.ts";

describe("ownText", () => {
	test("is the same text, of any length and with any characters", () => {
		fc.assert(
			fc.property(fc.string({ unit: "grapheme", maxLength: 2000 }), (text) => {
				expect(ownText(text)).toBe(text);
			}),
		);
	});

	test("of the length at which the buffer is too small, as well", () => {
		for (const length of [681, 682, 683, 2047, 2048, 2049]) {
			for (const character of ["a", "é", "€"]) {
				const text = character.repeat(length);
				expect(ownText(text)).toBe(text);
			}
		}
	});

	test("does not hold the message it was cut from", () => {
		const held = (keep: (piece: string) => string): number => {
			Bun.gc(true);
			const before = heapStats().extraMemorySize;
			const pieces = Array.from({ length: 100 }, (_, index) => {
				const message = Buffer.alloc(100_000, 65 + (index % 20)).toString();
				return keep(message.slice(5, 15));
			});
			Bun.gc(true);
			const bytes = heapStats().extraMemorySize - before;
			return bytes / pieces.length;
		};
		expect(held((piece) => piece)).toBeGreaterThan(50_000);
		expect(held(ownText)).toBeLessThan(1000);
	});
});
