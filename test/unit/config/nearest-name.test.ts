import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { editDistance, nearestName } from "../../../src/config/nearest-name.ts";

describe("the edit distance", () => {
	test.each([
		["kitten", "sitting", 3],
		["", "abc", 3],
		["abc", "abc", 0],
		["ab", "ba", 2],
	])("of %j and %j is %d", (from, to, distance) => {
		expect(editDistance(from, to)).toBe(distance);
	});

	test("is the same both ways, and 0 only for the same word", () => {
		fc.assert(
			fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (from, to) => {
				expect(editDistance(from, to)).toBe(editDistance(to, from));
				expect(editDistance(from, to) === 0).toBe(from === to);
			}),
		);
	});
});

describe("the nearest name", () => {
	const names = ["HttpPort", "HttpAuth", "XmlRpcPort", "TLSPort"];

	test.each([
		["httport", "HttpPort"],
		["xmlrcport", "XmlRpcPort"],
		["TSLPort", "TLSPort"],
		["Completely", undefined],
	])("of a misspelt one is the one that was meant", (name, nearest) => {
		expect(nearestName(name, names)).toBe(nearest);
	});

	test("is not looked for when the name is far longer than any", () => {
		expect(nearestName("x".repeat(100_000), names)).toBeUndefined();
	});
});
