/** The resolver with a real DNS server: dnsmasq, on loopback. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Resolver, type ResolverOptions } from "../../src/sip/resolve/resolver.ts";
import { URI } from "../../src/sip/sipjs/grammar.ts";
import type { Target } from "../../src/sip/transport/types.ts";
import { Dnsmasq } from "../support/dnsmasq.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { silentLog } from "../unit/sip/reliability/support.ts";

const RECORDS = [
	// The example of RFC 3263 section 4.1.
	"--naptr-record=naptr.test,50,50,s,SIPS+D2T,,_sips._tcp.naptr.test",
	"--naptr-record=naptr.test,90,50,s,SIP+D2T,,_sip._tcp.naptr.test",
	"--naptr-record=naptr.test,100,50,s,SIP+D2U,,_sip._udp.naptr.test",
	"--srv-host=_sips._tcp.naptr.test,a.naptr.test,5561,1,1",
	"--srv-host=_sip._tcp.naptr.test,b.naptr.test,5560,2,1",
	"--srv-host=_sip._tcp.naptr.test,a.naptr.test,5560,1,1",
	"--srv-host=_sip._udp.naptr.test,b.naptr.test,5062,1,1",
	"--host-record=a.naptr.test,192.0.2.10,2001:db8::10",
	"--host-record=b.naptr.test,192.0.2.20",
	"--host-record=naptr.test,192.0.2.99",
	// Weights 3 to 1, and a spare server.
	"--srv-host=_sip._udp.srv.test,heavy.srv.test,5060,10,75",
	"--srv-host=_sip._udp.srv.test,light.srv.test,5060,10,25",
	"--srv-host=_sip._udp.srv.test,spare.srv.test,5060,20,100",
	"--address=/heavy.srv.test/192.0.2.31",
	"--address=/light.srv.test/192.0.2.32",
	"--address=/spare.srv.test/192.0.2.33",
	"--host-record=plain.test,192.0.2.40,2001:db8::40,7",
	// Without a target: the service is decidedly not there (RFC 2782).
	"--srv-host=_sip._udp.closed.test",
	"--host-record=closed.test,192.0.2.50",
];

describe("Resolver and dnsmasq", () => {
	let server: Dnsmasq;
	beforeAll(async () => {
		server = await Dnsmasq.start(RECORDS);
	});
	afterAll(() => server?.stop());

	function makeResolver(options: Partial<ResolverOptions> = {}): Resolver {
		return new Resolver({
			servers: [`127.0.0.1:${server.port}`],
			families: { ipv4: true, ipv6: true },
			protocols: ["UDP", "TCP", "TLS"],
			log: silentLog,
			...options,
		});
	}

	async function places(resolver: Resolver, uri: URI): Promise<string[]> {
		return (await resolver.resolve(uri)).map(describePlace);
	}

	function describePlace({ protocol, address, port }: Target): string {
		return `${protocol} ${address} ${port}`;
	}

	function uri(host: string, parameters: Record<string, string> = {}, port?: number, scheme = "sip"): URI {
		return new URI(scheme, "alice", host, port, parameters);
	}

	test("NAPTR, SRV, A and AAAA lead to the most preferred protocol that we have", async () => {
		expect(await places(makeResolver(), uri("naptr.test"))).toEqual([
			"TLS 192.0.2.10 5561",
			"TLS 2001:db8::10 5561",
		]);
		expect(await places(makeResolver({ protocols: ["UDP", "TCP"] }), uri("naptr.test"))).toEqual([
			"TCP 192.0.2.10 5560",
			"TCP 2001:db8::10 5560",
			"TCP 192.0.2.20 5560",
		]);
		expect(await places(makeResolver({ protocols: ["UDP"] }), uri("naptr.test"))).toEqual([
			"UDP 192.0.2.20 5062",
		]);
	});

	test("transport= skips NAPTR, a port skips SRV, sips keeps to TLS", async () => {
		const resolver = makeResolver({ families: { ipv4: true, ipv6: false } });
		expect(await places(resolver, uri("naptr.test", { transport: "udp" }))).toEqual(["UDP 192.0.2.20 5062"]);
		expect(await places(resolver, uri("naptr.test", { transport: "tls" }))).toEqual(["TLS 192.0.2.10 5561"]);
		expect(await places(resolver, uri("naptr.test", {}, 5080))).toEqual(["UDP 192.0.2.99 5080"]);
		expect(await resolver.resolve(uri("naptr.test", {}, undefined, "sips"))).toEqual([
			{ protocol: "TLS", address: "192.0.2.10", port: 5561, domain: "naptr.test" },
		]);
		expect(await places(resolver, uri("srv.test", {}, undefined, "sips")).catch(String)).toContain(
			"srv.test has no IP address",
		);
	});

	test("without NAPTR the SRV records count: priority first, then a draw by weight", async () => {
		let number = 0;
		const resolver = makeResolver({ random: () => number });
		const counts: Record<string, number> = {};
		for (let step = 0; step < 100; step++) {
			number = (step + 0.5) / 100;
			const found = await places(resolver, uri("srv.test"));
			expect(found).toHaveLength(3);
			expect(found[2]).toBe("UDP 192.0.2.33 5060");
			counts[found[0] ?? "none"] = (counts[found[0] ?? "none"] ?? 0) + 1;
		}
		expect(counts).toEqual({ "UDP 192.0.2.31 5060": 75, "UDP 192.0.2.32 5060": 25 });
	});

	test("without NAPTR and SRV the addresses count, for their TTL", async () => {
		const clock = new FakeClock();
		const resolver = makeResolver({ clock });
		const look = () => resolver.resolve(uri("plain.test", {}, 5060));
		const expected = await look();
		expect(expected.map(describePlace)).toEqual(["UDP 192.0.2.40 5060", "UDP 2001:db8::40 5060"]);
		expect(await places(resolver, uri("plain.test", { transport: "tcp" }))).toEqual([
			"TCP 192.0.2.40 5060",
			"TCP 2001:db8::40 5060",
		]);
		clock.advance(6999);
		expect(look()).toEqual(expected);
		clock.advance(1);
		expect(look()).toBeInstanceOf(Promise);
	});

	test("a service that is decidedly not there is not looked for elsewhere", async () => {
		expect(await places(makeResolver(), uri("closed.test")).catch(String)).toContain(
			"_sip._udp.closed.test says that it has no such service",
		);
	});

	test("a server that failed is tried last", async () => {
		const resolver = makeResolver({ random: () => 0, families: { ipv4: true, ipv6: false } });
		const [first, ...others] = await resolver.resolve(uri("srv.test"));
		if (!first) throw new Error("No target");
		resolver.failed(first);
		const found = await resolver.resolve(uri("srv.test"));
		expect(new Set(found.slice(0, -1).map(describePlace))).toEqual(new Set(others.map(describePlace)));
		expect(found.at(-1)).toEqual(first);
	});
});
