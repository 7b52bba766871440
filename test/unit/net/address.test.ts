import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { normaliseAddress, parseAddress } from "../../../src/net/address.ts";

describe("normaliseAddress", () => {
	test.each([
		["::ffff:127.0.0.1", "127.0.0.1"],
		["::FFFF:c000:0201", "192.0.2.1"],
		["0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"],
		["::ffff:0:1", "0.0.0.1"],
		["::ffff:0:192.0.2.1", "::ffff:0:192.0.2.1"],
		["::ffff:192.0.2.999", "::ffff:192.0.2.999"],
		["2001:db8::ffff:192.0.2.1", "2001:db8::ffff:192.0.2.1"],
		["192.0.2.1", "192.0.2.1"],
		["::1", "::1"],
		["fe80::1%eth0", "fe80::1%eth0"],
		["", ""],
		["nonsense:", "nonsense:"],
	])("makes %p to %p", (text, expected) => {
		expect(normaliseAddress(text)).toBe(expected);
	});
});

describe("parseAddress", () => {
	test.each([
		["0.0.0.1", 4, 1n],
		["::", 6, 0n],
		["::1", 6, 1n],
		["1::", 6, 1n << 112n],
		["1:2:3:4:5:6:7:8", 6, 0x00010002000300040005000600070008n],
		["64:ff9b::192.0.2.33", 6, 0x0064ff9b0000000000000000c0000221n],
		["fe80::1%eth0", 6, 0xfe800000000000000000000000000001n],
	] as const)("reads %p", (text, family, value) => {
		expect(parseAddress(text)).toEqual({ family, value });
	});

	test.each(["", "1.2.3", "1.2.3.256", "::1::", "localhost", "[::1]", "1.2.3.4/8"])("refuses %p", (text) => {
		expect(parseAddress(text)).toBeUndefined();
	});

	test("reads whatever text of an address there is as the same address", () => {
		fc.assert(
			fc.property(fc.bigInt({ min: 1n << 64n, max: (1n << 128n) - 1n }), (value) => {
				const groups = Array.from({ length: 8 }, (_, i) =>
					((value >> BigInt(16 * (7 - i))) & 0xffffn).toString(16),
				);
				expect(parseAddress(groups.join(":"))).toEqual({ family: 6, value });
				expect(parseAddress(new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1))?.value).toBe(
					value,
				);
			}),
		);
	});
});
