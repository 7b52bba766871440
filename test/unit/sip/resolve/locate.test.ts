import { describe, expect, test } from "bun:test";
import { ADDRESSES, look, naptr, places, server, type World } from "./world.ts";

const UDP_AND_TCP: World = {
	addresses: ADDRESSES,
	srv: {
		"_sip._udp.pbx.example": [server("a.example", 5071)],
		"_sip._tcp.pbx.example": [server("b.example", 5072)],
		"_sips._tcp.pbx.example": [server("b.example", 5073)],
	},
};

describe("RFC 3263 section 4.1, the protocol", () => {
	test("NAPTR records choose it, and the SRV records that count", () => {
		const world = {
			...UDP_AND_TCP,
			naptr: [naptr(2, "SIP+D2U", "_sip._udp.pbx.example"), naptr(1, "SIP+D2T", "_x.example")],
		};
		const srv = { ...world.srv, "_x.example": [server("a.example", 5099)] };
		expect(places("sip:bob@pbx.example", { ...world, srv })).toEqual(["TCP 192.0.2.10 5099"]);
	});

	test("a NAPTR protocol that we do not have is left out", () => {
		const world: World = {
			...UDP_AND_TCP,
			naptr: [naptr(1, "SIPS+D2T", "_sips._tcp.pbx.example"), naptr(2, "SIP+D2T", "_sip._tcp.pbx.example")],
		};
		expect(places("sip:bob@pbx.example", world)).toEqual([
			"TLS 192.0.2.20 5073 pbx.example",
			"TLS 2001:db8::20 5073 pbx.example",
		]);
		expect(places("sip:bob@pbx.example", { ...world, protocols: ["UDP", "TCP"] })).toEqual([
			"TCP 192.0.2.20 5072",
			"TCP 2001:db8::20 5072",
		]);
	});

	test("without NAPTR records the protocols with SRV records are tried: UDP, TCP, TLS", () => {
		expect(places("sip:bob@pbx.example", UDP_AND_TCP)).toEqual([
			"UDP 192.0.2.10 5071",
			"TCP 192.0.2.20 5072",
			"TCP 2001:db8::20 5072",
			"TLS 192.0.2.20 5073 pbx.example",
			"TLS 2001:db8::20 5073 pbx.example",
		]);
		expect(places("sip:bob@pbx.example", { ...UDP_AND_TCP, protocols: ["UDP"] })).toEqual([
			"UDP 192.0.2.10 5071",
		]);
	});

	test("NAPTR records with nothing for us count as none", () => {
		const world = { ...UDP_AND_TCP, naptr: [naptr(1, "SIP+D2S", "_sip._sctp.pbx.example")] };
		expect(places("sip:bob@pbx.example", world)[0]).toBe("UDP 192.0.2.10 5071");
	});

	test("without UDP the next protocol is the usual one", () => {
		expect(places("sip:bob@pbx.example", { addresses: ADDRESSES, protocols: ["TLS", "TCP"] })).toEqual([
			"TCP 192.0.2.1 5060",
		]);
	});

	test("sips means TLS whatever NAPTR and SRV records offer besides", () => {
		const world = { ...UDP_AND_TCP, naptr: [naptr(1, "SIP+D2U", "_sip._udp.pbx.example")] };
		const tls = ["TLS 192.0.2.20 5073 pbx.example", "TLS 2001:db8::20 5073 pbx.example"];
		expect(places("sips:bob@pbx.example", world)).toEqual(tls);
		expect(places("sips:bob@pbx.example", { addresses: ADDRESSES })).toEqual([
			"TLS 192.0.2.1 5061 pbx.example",
		]);
		const { asked, found } = look("sips:bob@pbx.example", world);
		found();
		expect(asked.filter((question) => question.startsWith("SRV"))).toEqual(["SRV _sips._tcp.pbx.example"]);
	});

	test("transport= chooses it without NAPTR records", () => {
		const world = { ...UDP_AND_TCP, naptr: [naptr(1, "SIP+D2U", "_sip._udp.pbx.example")] };
		expect(places("sip:bob@pbx.example;transport=tcp", world)[0]).toBe("TCP 192.0.2.20 5072");
		expect(places("sip:bob@pbx.example;transport=tls", world)[0]).toBe("TLS 192.0.2.20 5073 pbx.example");
		const { asked, found } = look("sip:bob@pbx.example;transport=udp", world);
		found();
		expect(asked).not.toContain("NAPTR pbx.example");
	});
});

describe("RFC 3263 section 4.2, port and addresses", () => {
	test("a port skips NAPTR and SRV", () => {
		const { asked, found } = look("sip:bob@pbx.example:5080", UDP_AND_TCP);
		expect(found()).toEqual([{ protocol: "UDP", address: "192.0.2.1", port: 5080 }]);
		expect(asked).toEqual(["A pbx.example"]);
	});

	test("maddr is what is looked up", () => {
		expect(places("sip:bob@other.example;maddr=pbx.example", UDP_AND_TCP)[0]).toBe("UDP 192.0.2.10 5071");
	});

	test("without service records the name's own addresses count, on the default port", () => {
		expect(places("sip:bob@pbx.example", { addresses: ADDRESSES })).toEqual(["UDP 192.0.2.1 5060"]);
		expect(places("sip:bob@pbx.example;transport=tls", { addresses: ADDRESSES })).toEqual([
			"TLS 192.0.2.1 5061 pbx.example",
		]);
	});

	test("a NAPTR service without SRV records keeps its protocol on the default port", () => {
		const world: World = { addresses: ADDRESSES, naptr: [naptr(1, "SIP+D2T", "_sip._tcp.pbx.example")] };
		expect(places("sip:bob@pbx.example", world)).toEqual(["TCP 192.0.2.1 5060"]);
	});

	test("servers are sorted by priority and drawn by weight", () => {
		const srv = {
			"_sip._udp.pbx.example": [
				server("b.example", 5, 2),
				server("a.example", 6, 1, 1),
				server("pbx.example", 7, 1, 1),
			],
		};
		const world = { addresses: ADDRESSES, srv };
		const rest = ["UDP 192.0.2.20 5", "UDP 2001:db8::20 5"];
		expect(places("sip:bob@pbx.example", world, () => 0)).toEqual([
			"UDP 192.0.2.10 6",
			"UDP 192.0.2.1 7",
			...rest,
		]);
		expect(places("sip:bob@pbx.example", world, () => 0.9)).toEqual([
			"UDP 192.0.2.1 7",
			"UDP 192.0.2.10 6",
			...rest,
		]);
	});

	test("a server without an address is passed over", () => {
		const srv = { "_sip._udp.pbx.example": [server("gone.example", 1, 1), server("a.example", 2, 2)] };
		expect(places("sip:bob@pbx.example", { addresses: ADDRESSES, srv })).toEqual(["UDP 192.0.2.10 2"]);
	});

	test("SRV records that lead nowhere are an error, the name's own address is not used", () => {
		for (const [name, message] of [
			["gone.example", "gone.example has no IP address"],
			["", "_sip._udp.pbx.example says that it has no such service"],
			[".", "_sip._udp.pbx.example says that it has no such service"],
		] as const) {
			const srv = { "_sip._udp.pbx.example": [server(name, 5060)] };
			expect(() => places("sip:bob@pbx.example", { addresses: ADDRESSES, srv })).toThrow(message);
		}
	});

	test("the same place is listed once, and 16 places at most", () => {
		const twice = [server("a.example", 5060, 1), server("a.example", 5060, 2)];
		expect(
			places("sip:bob@pbx.example", { addresses: ADDRESSES, srv: { "_sip._udp.pbx.example": twice } }),
		).toHaveLength(1);
		const many = Array.from({ length: 64 }, (_, index) => server("b.example", 6000 + index, index));
		const srv = { "_sip._udp.pbx.example": many, "_sip._tcp.pbx.example": many };
		expect(places("sip:bob@pbx.example", { addresses: ADDRESSES, srv })).toHaveLength(16);
	});

	test.each(["localhost", "pbx", "phone.localhost", "pbx."])(
		"%s has no service records to ask for",
		(host) => {
			const { asked, found } = look(`sip:bob@${host}`, {
				addresses: { [host.replace(/\.$/, "")]: ["127.0.0.1"] },
			});
			expect(found()).toEqual([{ protocol: "UDP", address: "127.0.0.1", port: 5060 }]);
			expect(asked).toHaveLength(1);
		},
	);
});
