import { describe, expect, test } from "bun:test";
import { ForwardingError, TrustedProxies } from "../../../src/http/forwarding.ts";

const proxies = new TrustedProxies(["127.0.0.1", "10.0.0.0/8"]);
const clientOf = (headers: Record<string, string>, peer = "127.0.0.1") =>
	proxies.clientOf(peer, false, new Headers(headers));

describe("the client", () => {
	test.each<[string, Record<string, string>, object]>([
		["one proxy", { "X-Forwarded-For": "192.0.2.1" }, { peer: "192.0.2.1", secure: false }],
		["with a port", { "X-Forwarded-For": "192.0.2.1:4711" }, { peer: "192.0.2.1" }],
		["IPv6", { "X-Forwarded-For": "[2001:db8::1]:4711" }, { peer: "2001:db8::1" }],
		["IPv4 in IPv6", { "X-Forwarded-For": "::ffff:192.0.2.1" }, { peer: "192.0.2.1" }],
		[
			"what the client claimed counts for nothing",
			{ "X-Forwarded-For": "192.0.2.66, 192.0.2.1" },
			{ peer: "192.0.2.1" },
		],
		["two proxies", { "X-Forwarded-For": "192.0.2.66, 192.0.2.1, 10.0.0.9" }, { peer: "192.0.2.1" }],
		[
			"scheme and host of one proxy",
			{
				"X-Forwarded-For": "192.0.2.1",
				"X-Forwarded-Proto": "https",
				"X-Forwarded-Host": "CTC.example.com:8443",
			},
			{ peer: "192.0.2.1", secure: true, host: "ctc.example.com:8443" },
		],
		[
			"schemes beside the addresses",
			{ "X-Forwarded-For": "192.0.2.66, 192.0.2.1, 10.0.0.9", "X-Forwarded-Proto": "http, https, http" },
			{ peer: "192.0.2.1", secure: true },
		],
		[
			"a host that is none",
			{ "X-Forwarded-For": "192.0.2.1", "X-Forwarded-Host": "a/b" },
			{ host: undefined },
		],
		["not an address", { "X-Forwarded-For": "192.0.2.1, unknown" }, { peer: "127.0.0.1", proxied: true }],
		["no address", { "X-Forwarded-Proto": "https" }, { peer: "127.0.0.1", secure: false }],
		[
			"RFC 7239",
			{ Forwarded: 'for=192.0.2.66, For="[2001:db8::1]:80";proto=https;host="ctc.example.com"' },
			{ peer: "2001:db8::1", secure: true, host: "ctc.example.com" },
		],
		[
			"RFC 7239, two proxies",
			{ Forwarded: "for=192.0.2.1;proto=https,for=10.1.1.1;proto=http" },
			{ peer: "192.0.2.1", secure: true },
		],
		["RFC 7239, hidden", { Forwarded: "for=_secret;proto=https" }, { peer: "127.0.0.1", secure: true }],
		["RFC 7239, broken", { Forwarded: 'for="192.0.2.1' }, { peer: "127.0.0.1", secure: false }],
		[
			"both, and they agree",
			{
				Forwarded: "for=192.0.2.1;proto=https",
				"X-Forwarded-For": "192.0.2.1",
				"X-Forwarded-Proto": "https",
			},
			{ peer: "192.0.2.1", secure: true },
		],
	])("%s", (_, headers, expected) => {
		expect(clientOf(headers)).toMatchObject(expected);
	});

	test("is the peer, whatever it says, if it is not a trusted proxy", () => {
		const headers = {
			"X-Forwarded-For": "192.0.2.1",
			"X-Forwarded-Proto": "https",
			Forwarded: "for=192.0.2.2",
		};
		expect(clientOf(headers, "192.0.2.7")).toEqual({ peer: "192.0.2.7", secure: false, proxied: false });
		expect(new TrustedProxies([]).clientOf("127.0.0.1", false, new Headers(headers)).peer).toBe("127.0.0.1");
	});

	test.each<Record<string, string>>([
		{ Forwarded: "for=192.0.2.66", "X-Forwarded-For": "192.0.2.1" },
		{ Forwarded: "for=192.0.2.1;proto=https", "X-Forwarded-For": "192.0.2.1" },
		{ Forwarded: "for=192.0.2.1;host=box", "X-Forwarded-For": "192.0.2.1" },
	])("is not guessed when two headers differ, as one may be the client's own: %p", (headers) => {
		expect(() => clientOf(headers)).toThrow(ForwardingError);
	});
});
