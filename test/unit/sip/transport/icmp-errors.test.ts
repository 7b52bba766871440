import { expect, test } from "bun:test";
import { IcmpErrors, isUnreachable, readSocketAddress } from "../../../../src/sip/transport/icmp-errors.ts";

test.each([
	["network unreachable", 2, 3, 0, true],
	["host unreachable", 2, 3, 1, true],
	["protocol unreachable", 2, 3, 2, true],
	["port unreachable", 2, 3, 3, true],
	["fragmentation needed", 2, 3, 4, false],
	["host prohibited", 2, 3, 10, true],
	["source quench", 2, 4, 0, false],
	["TTL exceeded", 2, 11, 0, false],
	["IPv6 no route", 3, 1, 0, true],
	["IPv6 address unreachable", 3, 1, 3, true],
	["IPv6 port unreachable", 3, 1, 4, true],
	["IPv6 packet too big", 3, 2, 0, false],
	["IPv6 hop limit exceeded", 3, 3, 1, false],
	["a local error", 1, 3, 3, false],
] as const)("%s", (_name, origin, type, code, unreachable) => {
	expect(isUnreachable(origin, type, code)).toBe(unreachable);
});

test.each([
	["02001398c0000209", { address: "192.0.2.9", port: 5016 }],
	["0a0013980000000000000000000000000000ffffc000020900000000", { address: "192.0.2.9", port: 5016 }],
	["0a0013980000000020010db800000000000000000000000900000000", { address: "2001:db8::9", port: 5016 }],
	["0a00139800000000000000000000000000000000000000010000000", { address: "::1", port: 5016 }],
])("a socket address %s", (hex, expected) => {
	const bytes = new Uint8Array(28);
	bytes.set(Uint8Array.fromHex(hex.slice(0, hex.length & ~1)));
	expect(readSocketAddress(bytes)).toEqual(expected);
});

test("what has no file descriptor has no errors", () => {
	expect(IcmpErrors.of({})).toBeUndefined();
	expect(IcmpErrors.of({ fd: -1 })).toBeUndefined();
});
