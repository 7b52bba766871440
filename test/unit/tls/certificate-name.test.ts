import { afterAll, describe, expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import {
	type CertificateNames,
	namesDomain,
	readAlternatives,
	readNames,
	sipDomains,
} from "../../../src/tls/certificate-name.ts";
import { Authority } from "../../support/authority.ts";

const authority = new Authority();
afterAll(() => authority[Symbol.dispose]());

/** Names from text as in a certificate: `URI:sip:a, DNS:b`. */
function names(text: string | undefined, ...commonNames: string[]): CertificateNames {
	return { alternatives: text === undefined ? undefined : readAlternatives(text), commonNames };
}

describe("which SIP domains a certificate is for (RFC 5922 section 7.1)", () => {
	test.each([
		["a SIP URI", "URI:sip:example.test", ["example.test"]],
		["a SIP URI in capitals, with port and parameters", "URI:SIP:Example.test:5061;x=y", ["example.test"]],
		["several SIP URIs", "URI:sip:a.test, URI:sip:b.test", ["a.test", "b.test"]],
		["a DNS name without SIP URIs", "DNS:pbx.test, DNS:b.test", ["pbx.test", "b.test"]],
		["no DNS name beside a SIP URI", "DNS:pbx.test, URI:sip:example.test", ["example.test"]],
		["no URI with a user, so the DNS name", "URI:sip:alice@example.test, DNS:pbx.test", ["pbx.test"]],
		["no URI of another scheme", "URI:sips:example.test, URI:https://example.test", []],
		["no mail address", "email:a@example.test", []],
	])("%s", (_rule, text, domains) => {
		expect(sipDomains(names(text))).toEqual(domains);
	});

	test("the common name only without a subjectAltName", () => {
		expect(sipDomains(names(undefined, "example.test"))).toEqual(["example.test"]);
		expect(sipDomains(names("email:a@b", "example.test"))).toEqual([]);
		expect(sipDomains(names("", "example.test"))).toEqual([]);
	});
});

describe("whether a certificate is for a domain (RFC 5922 section 7.2)", () => {
	test.each([
		["URI:sip:example.test", "example.test", true],
		["URI:sip:EXAMPLE.test", "Example.TEST.", true],
		["URI:sip:example.test", "sip.example.test", false],
		["URI:sip:example.test, DNS:pbx.test", "pbx.test", false],
		["DNS:example.test", "example.test", true],
		["DNS:*.example.test", "sip.example.test", false],
		["DNS:*.example.test", "*.example.test", false],
		["DNS:.example.test", "sip.example.test", false],
		["DNS:example.test.other", "example.test", false],
		["IP Address:192.0.2.1", "192.0.2.1", true],
		["IP Address:192.0.2.1", "192.0.2.2", false],
		["IP Address:2001:DB8:0:0:0:0:0:1", "[2001:db8::1]", true],
		["URI:sip:192.0.2.1", "192.0.2.1", true],
		["IP Address:192.0.2.1", "example.test", false],
		["", "example.test", false],
		["DNS:", "", false],
	])("%p for %p: %p", (text, domain, expected) => {
		expect(namesDomain(names(text), domain)).toBe(expected);
	});
});

describe("the text of a subjectAltName", () => {
	test("quoted values are read as JSON strings", () => {
		expect(readAlternatives('URI:"sip:a\\u002c DNS:b", DNS:c')).toEqual([
			{ type: "URI", value: "sip:a, DNS:b" },
			{ type: "DNS", value: "c" },
		]);
	});

	test.each(["DNS", "DNS:a,DNS:b", 'DNS:"a', 'DNS:"a"b', 'DNS:a"b', ", DNS:a", 'DNS:"\\x"'])(
		"nothing is taken from %p, which cannot be read whole",
		(text) => {
			expect(readAlternatives(text)).toEqual([]);
		},
	);

	test("a value never becomes more than one name, and no text is an exception", () => {
		fc.assert(
			fc.property(fc.array(fc.string(), { maxLength: 4 }), fc.string(), (values, junk) => {
				const text = values.map((value) => `DNS:${JSON.stringify(value)}`).join(", ");
				expect(readAlternatives(text)).toEqual(values.map((value) => ({ type: "DNS", value })));
				readAlternatives(junk);
			}),
		);
	});
});

describe("real certificates", () => {
	const read = (request: Parameters<Authority["issue"]>[0]) =>
		readNames(new X509Certificate(authority.issue(request).certificate));

	test("all kinds of names are read", () => {
		expect(read({ names: "URI:sip:example.test,DNS:pbx.test,IP:::1", subject: "/CN=a.test" })).toEqual({
			alternatives: [
				{ type: "URI", value: "sip:example.test" },
				{ type: "DNS", value: "pbx.test" },
				{ type: "IP Address", value: "0:0:0:0:0:0:0:1" },
			],
			commonNames: ["a.test"],
		});
	});

	test("a name that looks like two is one", () => {
		const found = read({ names: "@them\n[them]\nURI.1=sip:evil.test\\, DNS:bank.test" });
		expect(found.alternatives).toEqual([{ type: "URI", value: "sip:evil.test, DNS:bank.test" }]);
		expect(namesDomain(found, "bank.test")).toBe(false);
		expect(namesDomain(found, "evil.test")).toBe(false);
	});

	test("several common names are all read; without a subjectAltName there are no alternatives", () => {
		expect(read({ subject: "/CN=a.test/CN=b.test" })).toEqual({
			alternatives: undefined,
			commonNames: ["a.test", "b.test"],
		});
		expect(read({ subject: "/O=nobody" }).commonNames).toEqual([]);
	});
});
