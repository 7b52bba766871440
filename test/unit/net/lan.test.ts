import { expect, test } from "bun:test";
import type { NetworkInterfaceInfo } from "node:os";
import { isOnLan } from "../../../src/net/lan.ts";

function v4(address: string): NetworkInterfaceInfo {
	return {
		family: "IPv4",
		address,
		cidr: `${address}/24`,
		netmask: "255.255.255.0",
		mac: "",
		internal: false,
	};
}

function v6(address: string, prefix = 64): NetworkInterfaceInfo {
	const cidr = `${address}/${prefix}`;
	return { family: "IPv6", address, cidr, netmask: "", mac: "", internal: false, scopeid: 0 };
}

const HOME = [v4("192.168.1.20"), v6("2001:db8:1::20"), v6("fe80::20")];

test.each<[string, readonly NetworkInterfaceInfo[], boolean]>([
	["192.168.7.8", [], true],
	["fe80::1", [], true],
	["fd00::1", [], true],
	["127.0.0.1", [], true],
	["::1", [], true],
	["203.0.113.7", HOME, false],
	["100.64.0.1", HOME, false],
	["2001:db8:1::7", HOME, true],
	["2001:db8:2::7", HOME, false],
	["2001:db8:1::7", [v6("2001:db8:1::20")], false],
	["2001:db8:1::7", [v4("203.0.113.20"), v6("2001:db8:1::20")], false],
	["2001:db8:1::7", [v4("10.0.0.1"), v6("2001:db8:1::20", 48)], false],
	["", HOME, false],
])("a visitor from %s is of the own network %#", (peer, own, is) => {
	expect(isOnLan(peer, own)).toBe(is);
});
