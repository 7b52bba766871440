import { afterEach, describe, expect, test } from "bun:test";
import { Resolver, type ResolverOptions } from "../../../../src/sip/resolve/resolver.ts";
import type { NaptrRecord, SrvRecord } from "../../../../src/sip/resolve/service-source.ts";
import { URI } from "../../../../src/sip/sipjs/grammar.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { silentLog } from "../reliability/support.ts";
import { DnsResponder } from "./dns-responder.ts";

const PBX = new URI("sip", "alice", "pbx.example");

const NAPTR: NaptrRecord[] = [
	{ order: 20, preference: 1, flags: "s", service: "SIP+D2U", replacement: "_sip._udp.pbx.example" },
	{ order: 10, preference: 1, flags: "s", service: "SIP+D2T", replacement: "_sip._tcp.pbx.example" },
];
const SRV: SrvRecord[] = [
	{ priority: 2, weight: 0, port: 5072, name: "b.pbx.example" },
	{ priority: 1, weight: 0, port: 5071, name: "a.pbx.example" },
];
const RECORDS: DnsResponder["records"] = {
	"pbx.example": { a: ["192.0.2.1"], naptr: NAPTR },
	"_sip._tcp.pbx.example": { srv: SRV },
	"a.pbx.example": { a: ["192.0.2.10"] },
	"b.pbx.example": { a: ["192.0.2.20"] },
};

const FIRST = { protocol: "TCP", address: "192.0.2.10", port: 5071 } as const;
const SECOND = { protocol: "TCP", address: "192.0.2.20", port: 5072 } as const;

describe("Resolver with service records", () => {
	const responder = new DnsResponder();
	afterEach(() => responder.stop());

	async function resolverFor(records: DnsResponder["records"], options: Partial<ResolverOptions> = {}) {
		await responder.start(records);
		const resolver = new Resolver({
			servers: [responder.address],
			families: { ipv4: true, ipv6: false },
			protocols: ["UDP", "TCP"],
			log: silentLog,
			random: () => 0,
			...options,
		});
		return resolver;
	}

	test("follows NAPTR to SRV to addresses, and answers at once when it remembers all", async () => {
		const resolver = await resolverFor(RECORDS, { clock: new FakeClock() });
		expect(await resolver.resolve(PBX)).toEqual([FIRST, SECOND]);
		const questions = responder.asked.length;
		expect(resolver.resolve(PBX)).toEqual([FIRST, SECOND]);
		expect(responder.asked).toHaveLength(questions);
		expect(new Set(responder.asked).size).toBe(questions);
	});

	test.each([
		["with a TTL of 0 are asked for again after 5 s", 0, ["NAPTR pbx.example", "SRV _sip._tcp.pbx.example"]],
		["with a longer TTL are not", 60, []],
	])("service records %s", async (_title, ttl, expected) => {
		const clock = new FakeClock();
		const resolver = await resolverFor(
			{
				...RECORDS,
				"pbx.example": { naptr: NAPTR, ttl },
				"_sip._tcp.pbx.example": { srv: SRV, ttl },
			},
			{ clock, protocols: ["TCP"] },
		);
		await resolver.resolve(PBX);
		responder.asked.length = 0;
		clock.advance(4999);
		expect(resolver.resolve(PBX)).toEqual([FIRST, SECOND]);
		clock.advance(1);
		const found = resolver.resolve(PBX);
		expect(found).toBeInstanceOf(Promise);
		expect(await found).toEqual([FIRST, SECOND]);
		expect(responder.asked.filter((question) => !question.startsWith("A ")).sort()).toEqual(expected);
	});

	test("a target that failed comes last for 60 s, and is still listed when it is the only one", async () => {
		const clock = new FakeClock();
		const resolver = await resolverFor(RECORDS, { clock });
		await resolver.resolve(PBX);
		resolver.failed(FIRST);
		expect(await resolver.resolve(PBX)).toEqual([SECOND, FIRST]);
		clock.advance(60_000);
		expect(await resolver.resolve(PBX)).toEqual([FIRST, SECOND]);
		const only = { protocol: "UDP", address: "192.0.2.9", port: 5060 } as const;
		resolver.failed(only);
		expect(resolver.resolve(new URI("sip", "alice", "192.0.2.9"))).toEqual([only]);
	});

	test("servers that refuse NAPTR and SRV questions are no obstacle", async () => {
		const refused = { refused: ["NAPTR", "SRV"] } as const;
		const resolver = await resolverFor({
			"pbx.example": { a: ["192.0.2.1"], ...refused },
			"_sip._udp.pbx.example": refused,
			"_sip._tcp.pbx.example": refused,
		});
		expect(await resolver.resolve(PBX)).toEqual([{ protocol: "UDP", address: "192.0.2.1", port: 5060 }]);
	});

	test("servers that never answer NAPTR questions are no obstacle, and hold up only the first call", async () => {
		const resolver = await resolverFor({ "pbx.example": { a: ["192.0.2.1"], silent: ["NAPTR"] } });
		const target = { protocol: "UDP", address: "192.0.2.1", port: 5060 } as const;
		const [first] = await Promise.all([resolver.resolve(PBX), resolver.resolve(PBX)]);
		expect(first).toEqual([target]);
		expect(await resolver.resolve(PBX)).toEqual([target]);
	}, 15_000);
});
