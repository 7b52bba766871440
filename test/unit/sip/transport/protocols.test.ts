import { expect, test } from "bun:test";
import {
	PROTOCOL_NAMES,
	PROTOCOLS,
	protocolNamed,
	protocolsWith,
} from "../../../../src/sip/transport/protocols.ts";

test.each(["parameter", "srv", "naptr"] as const)("no two protocols have the same %s", (fact) => {
	const values = PROTOCOL_NAMES.map((name) => PROTOCOLS[name][fact].toLowerCase());
	expect(new Set(values).size).toBe(PROTOCOL_NAMES.length);
});

test("what stands in for a protocol can do what it cannot", () => {
	for (const name of PROTOCOL_NAMES) {
		const { securedBy, forLarge } = PROTOCOLS[name];
		if (securedBy) expect(PROTOCOLS[securedBy].secure).toBe(true);
		if (forLarge)
			expect(PROTOCOLS[forLarge]).toMatchObject({ reliable: true, secure: PROTOCOLS[name].secure });
	}
});

test("protocols are found by what URIs and NAPTR records call them", () => {
	expect(protocolNamed("parameter", "Tcp")).toBe("TCP");
	expect(protocolNamed("naptr", "sips+d2t")).toBe("TLS");
	expect(protocolNamed("parameter", "SIP+D2U")).toBeUndefined();
	expect(protocolsWith(({ secure }) => !secure)).toEqual(["UDP", "TCP"]);
});
