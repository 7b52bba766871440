import { describe, expect, test } from "bun:test";
import { externalAddress, hearAddress } from "../../../../src/sip/transport/external-address.ts";
import type { TransportProtocol } from "../../../../src/sip/transport/protocols.ts";
import { response } from "../reliability/support.ts";

const LOCAL = { address: "10.0.0.1", port: 5072 };
const peer = (address: string, protocol: TransportProtocol = "UDP", port = 5060) => ({
	protocol,
	remote: { address, port },
});

test("without a setting there is none", () => {
	expect(externalAddress("")).toBeUndefined();
});

describe("an address", () => {
	test.each([
		["198.51.100.1", "203.0.113.5", "198.51.100.1"],
		["198.51.100.1", "127.0.0.1", "198.51.100.1"],
		["198.51.100.1", "192.168.1.9", "10.0.0.1"],
		["198.51.100.1", "2001:db8::5", "10.0.0.1"],
		["192.168.1.1", "192.168.1.9", "192.168.1.1"],
		["192.168.1.1", "203.0.113.5", "192.168.1.1"],
	])("%s is what %s knows us by: %s", (setting, remote, expected) => {
		const external = externalAddress(setting);
		expect(external?.of(peer(remote), LOCAL)).toEqual({ address: expected, port: 5072 });
	});
});

describe("auto", () => {
	test("takes what each peer has told, for that peer", () => {
		const external = externalAddress("auto");
		external?.told(peer("203.0.113.5"), "198.51.100.1", 40_000);
		expect(external?.of(peer("203.0.113.5"), LOCAL)).toEqual({ address: "198.51.100.1", port: 40_000 });
		expect(external?.of(peer("203.0.113.6"), LOCAL)).toBe(LOCAL);
	});

	test("takes it for what listens on another port of that peer, too, with the server's own port", () => {
		const external = externalAddress("auto");
		external?.told(peer("203.0.113.5"), "198.51.100.1", 40_000);
		const other = external?.of(peer("203.0.113.5", "UDP", 5080), LOCAL);
		expect(other).toEqual({ address: "198.51.100.1", port: 5072 });
	});

	test("leaves the port as it is where none was told, and on streams", () => {
		const external = externalAddress("auto");
		external?.told(peer("203.0.113.5"), "198.51.100.1", undefined);
		external?.told(peer("203.0.113.5", "TCP"), "198.51.100.1", 40_000);
		for (const protocol of ["UDP", "TCP"] as const) {
			expect(external?.of(peer("203.0.113.5", protocol), LOCAL)).toEqual({
				address: "198.51.100.1",
				port: 5072,
			});
		}
	});

	test.each([
		["received=198.51.100.1;rport=40000", [["198.51.100.1", 40_000]]],
		["received=198.51.100.1", [["198.51.100.1", undefined]]],
		["received=198.51.100.1;rport=70000", [["198.51.100.1", undefined]]],
		["received=a.example", []],
		["rport=40000", []],
	])("hears of it in an answer with %s", (parameters, expected) => {
		const heard: unknown[] = [];
		const via = `SIP/2.0/UDP 10.0.0.1:5072;branch=z9hG4bKone;${parameters}`;
		hearAddress(
			{ of: (_peer, local) => local, told: (_peer, ...told) => heard.push(told) },
			response(200, "INVITE", { via }),
			peer("203.0.113.5"),
		);
		expect(heard).toEqual(expected);
	});
});
