import { describe, expect, test } from "bun:test";
import { AllowList, CidrError, parseCidr } from "../../../src/net/allow-list.ts";

describe("parseCidr", () => {
	test("reads a block, and clears the bits after the prefix", () => {
		expect(parseCidr("192.168.7.9/16")).toEqual({ family: 4, value: 0xc0a80000n, prefix: 16 });
	});

	test("takes an address alone as a block of one", () => {
		expect(parseCidr("::1")).toEqual({ family: 6, value: 1n, prefix: 128 });
	});

	test("takes an IPv4-mapped block as IPv4", () => {
		expect(parseCidr("::ffff:10.0.0.0/104")).toEqual(parseCidr("10.0.0.0/8"));
	});

	test.each([
		["192.168.0.0/33", "0 to 32"],
		["::/129", "0 to 128"],
		["::ffff:10.0.0.0/95", "96 to 128"],
		["10.0.0.0/", "prefix length"],
		["10.0.0.0/-1", "prefix length"],
		["10.0.0.0/8/8", "prefix length"],
		["localhost", "IP address"],
		["fe80::1%eth0", "IP address"],
		["", "IP address"],
	])("refuses %p and says what was expected", (text, expected) => {
		expect(() => parseCidr(text)).toThrow(CidrError);
		expect(() => parseCidr(text)).toThrow(expected);
	});
});

describe("AllowList", () => {
	test("lets everyone in when it is empty", () => {
		expect(new AllowList([]).allows("203.0.113.9")).toBe(true);
	});

	test("lets in who is in one of its blocks, and nobody else", () => {
		const list = new AllowList(["192.168.0.0/16", "::1", "fd00::/8"]);
		expect(
			["192.168.255.1", "::ffff:192.168.0.1", "::1", "fd12::5"].map((peer) => list.allows(peer)),
		).toEqual([true, true, true, true]);
		expect(["192.169.0.1", "127.0.0.1", "::2", "fe00::1", ""].map((peer) => list.allows(peer))).toEqual([
			false,
			false,
			false,
			false,
			false,
		]);
	});

	test("keeps the versions of IP apart", () => {
		expect(new AllowList(["::/0"]).allows("192.0.2.1")).toBe(false);
		expect(new AllowList(["0.0.0.0/0"]).allows("::1")).toBe(false);
	});
});
