import { expect, test } from "bun:test";
import { readSocketAddress, writeSocketAddress } from "../../../src/runtime/socket-address.ts";

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

test.each(["192.0.2.9", "::", "::1", "2001:db8::9", "2001:db8:0:0:1::", "fe80::1%eth0", "::ffff:192.0.2.9"])(
	"%s is written as it is read",
	(address) => {
		const bytes = new Uint8Array(28);
		bytes.set(writeSocketAddress(address, 5060));
		const plain = address.replace("%eth0", "").replace("::ffff:", "");
		expect(readSocketAddress(bytes)).toEqual({ address: plain, port: 5060 });
	},
);
