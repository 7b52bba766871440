import { afterEach, describe, expect, test } from "bun:test";
import { ResolveError } from "../../../../src/sip/resolve/resolve-error.ts";
import { Resolver, type ResolverOptions } from "../../../../src/sip/resolve/resolver.ts";
import { URI } from "../../../../src/sip/sipjs/grammar.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { silentLog } from "../reliability/support.ts";
import { DnsResponder } from "./dns-responder.ts";

const ALL: Omit<ResolverOptions, "servers"> = {
	families: { ipv4: true, ipv6: true },
	protocols: ["UDP", "TCP", "TLS"],
	log: silentLog,
};

function uri(
	host: string,
	options: { port?: number; scheme?: string; parameters?: Record<string, string> } = {},
): URI {
	return new URI(options.scheme ?? "sip", "alice", host, options.port, options.parameters);
}

/** What a look-up throws, at once or later. */
async function failure(look: () => unknown): Promise<string> {
	try {
		await look();
	} catch (error) {
		if (error instanceof ResolveError) return error.message;
		throw error;
	}
	return "no failure";
}

describe("Resolver for IP addresses", () => {
	const resolver = new Resolver({ servers: [], ...ALL });

	test("answers at once, with UDP and port 5060 when the URI says neither", () => {
		expect(resolver.resolve(uri("192.0.2.1"))).toEqual([
			{ protocol: "UDP", address: "192.0.2.1", port: 5060 },
		]);
	});

	test("takes IPv6 out of its brackets, and IPv4 out of a mapped address", () => {
		expect(resolver.resolve(uri("[2001:db8::1]", { port: 5070 }))).toEqual([
			{ protocol: "UDP", address: "2001:db8::1", port: 5070 },
		]);
		expect(resolver.resolve(uri("[::ffff:192.0.2.1]"))).toEqual([
			{ protocol: "UDP", address: "192.0.2.1", port: 5060 },
		]);
	});

	test("the transport parameter chooses the protocol, in any case", () => {
		for (const [transport, protocol] of [
			["udp", "UDP"],
			["TCP", "TCP"],
		] as const) {
			expect(resolver.resolve(uri("192.0.2.1", { parameters: { transport } }))).toEqual([
				{ protocol, address: "192.0.2.1", port: 5060 },
			]);
		}
	});

	test("sips and transport=tls mean TLS, port 5061 and a certificate for the URI's host", () => {
		const target = { protocol: "TLS", address: "192.0.2.1", port: 5061, domain: "192.0.2.1" } as const;
		expect(resolver.resolve(uri("192.0.2.1", { scheme: "sips" }))).toEqual([target]);
		expect(resolver.resolve(uri("192.0.2.1", { parameters: { transport: "tls" } }))).toEqual([target]);
		expect(resolver.resolve(uri("192.0.2.1", { scheme: "sips", parameters: { transport: "tcp" } }))).toEqual([
			target,
		]);
	});

	test("maddr replaces the host, not the domain of the certificate", () => {
		expect(
			resolver.resolve(uri("pbx.example", { scheme: "sips", parameters: { maddr: "192.0.2.7" } })),
		).toEqual([{ protocol: "TLS", address: "192.0.2.7", port: 5061, domain: "pbx.example" }]);
	});

	test("refuses a transport that it does not know or have, and sips over UDP", async () => {
		const sctp = uri("192.0.2.1", { parameters: { transport: "sctp" } });
		expect(await failure(() => resolver.resolve(sctp))).toContain("transport=sctp");
		const secureDatagrams = uri("192.0.2.1", { scheme: "sips", parameters: { transport: "udp" } });
		expect(await failure(() => resolver.resolve(secureDatagrams))).toContain("sips needs tcp or tls");
		const plain = new Resolver({ servers: [], ...ALL, protocols: ["UDP", "TCP"] });
		expect(await failure(() => plain.resolve(uri("192.0.2.1", { scheme: "sips" })))).toContain(
			"TLS is not available",
		);
	});

	test("refuses an address of a kind that we cannot reach, and a port out of range", async () => {
		const ipv4Only = new Resolver({ servers: [], ...ALL, families: { ipv4: true, ipv6: false } });
		expect(await failure(() => ipv4Only.resolve(uri("[2001:db8::1]")))).toContain("[2001:db8::1]");
		expect(await failure(() => resolver.resolve(uri("192.0.2.1", { port: 65_536 })))).toContain("65536");
	});
});

describe("Resolver with DNS servers", () => {
	const responder = new DnsResponder();
	afterEach(() => responder.stop());

	async function resolverFor(records: DnsResponder["records"], options: Partial<ResolverOptions> = {}) {
		await responder.start(records);
		const clock = new FakeClock();
		return { clock, resolver: new Resolver({ ...ALL, servers: [responder.address], clock, ...options }) };
	}

	test("asks for A and AAAA, IPv4 first, with the port of the URI", async () => {
		const { resolver } = await resolverFor({
			"pbx.example": { a: ["192.0.2.1", "192.0.2.2"], aaaa: ["2001:db8::1"], ttl: 60 },
		});
		expect(await resolver.resolve(uri("pbx.example", { port: 5080 }))).toEqual([
			{ protocol: "UDP", address: "192.0.2.1", port: 5080 },
			{ protocol: "UDP", address: "192.0.2.2", port: 5080 },
			{ protocol: "UDP", address: "2001:db8::1", port: 5080 },
		]);
		expect(responder.asked.sort()).toEqual(["A pbx.example", "AAAA pbx.example"]);
	});

	test("asks only for kinds of addresses that can be reached", async () => {
		const { resolver } = await resolverFor(
			{ "pbx.example": { a: ["192.0.2.1"], aaaa: ["2001:db8::1"], ttl: 60 } },
			{ families: { ipv4: false, ipv6: true } },
		);
		expect(await resolver.resolve(uri("pbx.example"))).toEqual([
			{ protocol: "UDP", address: "2001:db8::1", port: 5060 },
		]);
		expect(responder.askedAddresses).toEqual(["AAAA pbx.example"]);
	});

	test("one kind of address is enough", async () => {
		const { resolver } = await resolverFor({ "six.example": { a: [], aaaa: ["2001:db8::6"], ttl: 60 } });
		expect(await resolver.resolve(uri("six.example"))).toEqual([
			{ protocol: "UDP", address: "2001:db8::6", port: 5060 },
		]);
	});

	test("answers at once for a name that it remembers, in any case", async () => {
		const { resolver } = await resolverFor({ "pbx.example": { a: ["192.0.2.1"], aaaa: [], ttl: 42 } });
		await resolver.resolve(uri("pbx.example"));
		expect(resolver.resolve(uri("PBX.example"))).toEqual([
			{ protocol: "UDP", address: "192.0.2.1", port: 5060 },
		]);
		expect(responder.askedAddresses).toHaveLength(2);
	});

	test("look-ups of a name at the same time are one", async () => {
		const { resolver } = await resolverFor({ "pbx.example": { a: ["192.0.2.1"], aaaa: [], ttl: 0 } });
		await Promise.all(Array.from({ length: 10 }, async () => resolver.resolve(uri("pbx.example"))));
		expect(responder.askedAddresses).toHaveLength(2);
		expect(new Set(responder.asked).size).toBe(responder.asked.length);
	});

	test("a name without addresses is a ResolveError, which is remembered for 5 s", async () => {
		const { resolver, clock } = await resolverFor({});
		const look = () => resolver.resolve(uri("none.example"));
		expect(await failure(look)).toBe("none.example has no IP address");
		const questions = responder.asked.length;
		clock.advance(4999);
		expect(look).toThrow(ResolveError);
		expect(responder.asked).toHaveLength(questions);
		clock.advance(1);
		expect(await failure(look)).toBe("none.example has no IP address");
		expect(responder.asked.length).toBeGreaterThan(questions);
	});

	test("a server that does not answer is a ResolveError that says so", async () => {
		const { resolver } = await resolverFor("silent");
		expect(await failure(() => resolver.resolve(uri("pbx.example")))).toStartWith(
			"The address of pbx.example could not be found: ",
		);
	}, 15_000);
});

test("without DNS servers the system is asked, which knows localhost", async () => {
	const resolver = new Resolver({ servers: [], ...ALL, families: { ipv4: true, ipv6: false } });
	expect(await resolver.resolve(uri("localhost"))).toEqual([
		{ protocol: "UDP", address: "127.0.0.1", port: 5060 },
	]);
});

test("DNS servers are IP addresses with or without a port", () => {
	for (const server of [
		"192.0.2.1",
		"192.0.2.1:5353",
		"2001:db8::1",
		"[2001:db8::1]",
		"[2001:db8::1]:5353",
	]) {
		expect(() => new Resolver({ ...ALL, servers: [server] })).not.toThrow();
	}
	for (const server of [
		"",
		"dns.example",
		"192.0.2.1:",
		"192.0.2.1:0",
		"192.0.2.1:65536",
		"[192.0.2.1]:53",
		"1.2.3.4.5:53",
	]) {
		expect(() => new Resolver({ ...ALL, servers: [server] })).toThrow(`DNSServers: "${server}"`);
	}
});
