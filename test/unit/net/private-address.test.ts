import { expect, test } from "bun:test";
import { isLoopbackAddress, isPrivateAddress } from "../../../src/net/private-address.ts";

test.each([
	["10.0.0.1", true],
	["172.15.0.1", false],
	["172.16.0.1", true],
	["172.31.255.254", true],
	["172.32.0.1", false],
	["192.168.1.1", true],
	["192.169.1.1", false],
	["100.64.0.1", true],
	["100.127.0.1", true],
	["100.128.0.1", false],
	["169.254.3.4", true],
	["203.0.113.5", false],
	["127.0.0.1", false],
	["10.example.com", false],
	["fd00::1", true],
	["[fd00::1]", true],
	["fe80::1", true],
	["2001:db8::1", false],
	["fd.example.com", false],
])("%s is private: %p", (text, expected) => {
	expect(isPrivateAddress(text)).toBe(expected);
});

test.each([
	["127.0.0.1", true],
	["127.8.8.8", true],
	["[::1]", true],
	["::1", true],
	["127.example.com", false],
	["10.0.0.1", false],
])("%s is the machine itself: %p", (text, expected) => {
	expect(isLoopbackAddress(text)).toBe(expected);
});
