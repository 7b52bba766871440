import { describe, expect, test } from "bun:test";
import { selectServices, serviceName } from "../../../../src/sip/resolve/naptr-selection.ts";
import type { NaptrRecord } from "../../../../src/sip/resolve/service-source.ts";
import type { TransportProtocol } from "../../../../src/sip/transport/protocols.ts";

const ALL: readonly TransportProtocol[] = ["UDP", "TCP", "TLS"];

function naptr(
	order: number,
	preference: number,
	service: string,
	replacement: string,
	flags = "s",
): NaptrRecord {
	return { order, preference, flags, service, replacement };
}

/** The example of RFC 3263 section 4.1. */
const EXAMPLE = [
	naptr(100, 50, "SIP+D2U", "_sip._udp.example.com"),
	naptr(50, 50, "SIPS+D2T", "_sips._tcp.example.com"),
	naptr(90, 50, "SIP+D2T", "_sip._tcp.example.com"),
];

describe("selectServices", () => {
	test("takes the lowest order, and no higher one", () => {
		expect(selectServices(EXAMPLE, ALL)).toEqual([{ protocol: "TLS", name: "_sips._tcp.example.com" }]);
	});

	test("passes over protocols that we do not have", () => {
		expect(selectServices(EXAMPLE, ["UDP", "TCP"])).toEqual([
			{ protocol: "TCP", name: "_sip._tcp.example.com" },
		]);
		expect(selectServices(EXAMPLE.slice(0, 1), ["TLS"])).toEqual([]);
	});

	test("sorts records of the same order by preference", () => {
		const records = [naptr(1, 20, "SIP+D2U", "u.example"), naptr(1, 10, "SIP+D2T", "t.example")];
		expect(selectServices(records, ALL).map(({ name }) => name)).toEqual(["t.example", "u.example"]);
	});

	test("reads flags and services in any case, and names with a closing dot", () => {
		expect(selectServices([naptr(1, 1, "sip+d2u", "u.example.", "S")], ALL)).toEqual([
			{ protocol: "UDP", name: "u.example" },
		]);
	});

	test("passes over records that are not for SIP or lead to no SRV records", () => {
		const records = [
			naptr(1, 1, "E2U+sip", "u.example", "u"),
			naptr(1, 1, "SIP+D2S", "s.example"),
			naptr(1, 1, "SIP+D2U", "a.example", "a"),
			naptr(1, 1, "SIP+D2U", "."),
			naptr(1, 1, "SIP+D2U", ""),
		];
		expect(selectServices(records, ALL)).toEqual([]);
	});
});

test("the SRV name of each protocol", () => {
	expect(ALL.map((protocol) => serviceName(protocol, "example.com"))).toEqual([
		"_sip._udp.example.com",
		"_sip._tcp.example.com",
		"_sips._tcp.example.com",
	]);
});
