import { expect, test } from "bun:test";
import { IcmpErrors, isUnreachable } from "../../../../src/sip/transport/icmp-errors.ts";

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

test("what has no file descriptor has no errors", () => {
	expect(IcmpErrors.of({})).toBeUndefined();
	expect(IcmpErrors.of({ fd: -1 })).toBeUndefined();
});
