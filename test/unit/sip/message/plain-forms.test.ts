import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
	isPlainAddress,
	isPlainAddressAt,
	isPlainUri,
	plainBranch,
	plainHost,
	plainTag,
	stampPlainVia,
} from "../../../../src/sip/message/plain-forms.ts";
import { parseNameAddr, readUri } from "../../../../src/sip/message/uri.ts";
import { parseVia, stampViaValue } from "../../../../src/sip/message/via.ts";

/** Whole texts of each kind, and pieces from which odd ones are made. */
const PIECES = [
	...[
		"sip:",
		"sips:",
		"SIP:",
		"tel:",
		"bob",
		"+49 30",
		"%41",
		"%4",
		"@",
		":",
		":5060",
		":65535",
		...[":59999", ":60000", ":64999", ":65499", ":65529", ":65530", ":65536", ":65540", ":65600", ":66000"],
		...[":70000", ":655350"],
		":0",
	],
	...[
		"example.com",
		"a..b",
		"192.0.2.1",
		"300.1.1.1",
		"1.2.3",
		"012.1.1.1",
		"[2001:db8::1]",
		"host_name",
		"x.9",
	],
	...[
		"<",
		">",
		'"Bob"',
		'"B\\"b"',
		"Bob ",
		" ",
		"*",
		",",
		"?a=b",
		";lr",
		";transport=tcp",
		";Tag=x",
		";;",
		"=",
	],
	...[
		";tag=1",
		";tag=",
		";tag=a;tag=b",
		";tag=a.b~c",
		";x=y",
		';q="1"',
		';i="<urn:a@b>;tag=c"',
		";expires=60",
		"\t",
		"é",
		"\0",
	],
	...[
		"SIP/2.0/UDP ",
		"SIP/2.0/udp ",
		"SIP / 2.0 / TCP ",
		";branch=z9hG4bKa",
		";branch=",
		";Branch=b",
		";rport",
	],
	...[";rport=5060", ";received=192.0.2.9", ";received=2001:db8::9", ";branched=1", " ;branch=c"],
	...["<sip:bob@example.com>", '"Bob" <sip:bob@192.0.2.1:5070;ob>', "sip:bob@192.0.2.1:5060"],
	...["SIP/2.0/UDP 192.0.2.1:5060", "SIP/2.0/TLS host.example.com", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKd"],
] as const;

const odd = fc
	.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 6 })
	.map((pieces) => pieces.join(""));
const RUNS = { numRuns: 5000 };

describe("what looks plain says the same as the parsers", () => {
	test("URIs", () => {
		fc.assert(
			fc.property(odd, (text) => {
				if (!isPlainUri(text)) return;
				const uri = readUri(text);
				expect([text, Object.keys(uri?.headers ?? { none: true })]).toEqual([text, []]);
			}),
			RUNS,
		);
	});

	test("addresses and their tags", () => {
		fc.assert(
			fc.property(odd, (text) => {
				const parsed = parseNameAddr(text);
				if (isPlainAddress(text)) expect([text, parsed]).not.toEqual([text, undefined]);
				const tag = plainTag(text);
				if (tag !== undefined) expect([text, tag]).toEqual([text, parsed?.parameters.tag ?? ""]);
			}),
			RUNS,
		);
	});

	test("Vias and their branches", () => {
		fc.assert(
			fc.property(odd, (text) => {
				const branch = plainBranch(text);
				if (branch !== undefined) expect([text, branch]).toEqual([text, parseVia(text)?.branch ?? "none"]);
			}),
			RUNS,
		);
	});

	test("hosts of addresses", () => {
		fc.assert(
			fc.property(odd, (text) => {
				const host = plainHost(text);
				if (host !== undefined) expect([text, host]).toEqual([text, parseNameAddr(text)?.uri.host ?? ""]);
				for (const place of ["192.0.2.1", "192.0.2.9", "example.com"])
					expect([text, place, isPlainAddressAt(place, text)]).toEqual([text, place, host === place]);
			}),
			RUNS,
		);
	});

	test("Vias with where they came from", () => {
		const address = fc.constantFrom("192.0.2.1", "192.0.2.9", "192.0.2", "2001:db8::9");
		fc.assert(
			fc.property(odd, address, (text, from) => {
				const stamped = stampPlainVia(text, from, 5070);
				const parsed = stamped === undefined ? undefined : parseVia(text);
				if (stamped !== undefined)
					expect([text, stamped]).toEqual([text, parsed ? stampViaValue(text, from, 5070, parsed) : ""]);
			}),
			RUNS,
		);
	});
});

describe("what phones write is plain", () => {
	test.each([
		["SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport", ";rport=5070;received=192.0.2.1"],
		["SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1", ""],
		["SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK1", ";received=192.0.2.1"],
	])("a Via to be stamped: %s", (text, added) =>
		expect(stampPlainVia(text, "192.0.2.1", 5070)).toBe(text.replace(/;rport$/, "") + added),
	);

	test.each([
		["<sip:bob@192.0.2.1:5070;ob>;expires=60", "192.0.2.1"],
		['"<sip:x@y>" <sips:Host.example.com>', "host.example.com"],
	])("the host of %s", (text, host) => expect(plainHost(text)).toBe(host));

	test.each([
		["<sip:i1@127.0.0.1:40000>;tag=t1x", "t1x"],
		['"Click-To-Call: d1"<sip:click2call@example.com>;tag=a.b~1', "a.b~1"],
		["Bob <sips:+49301234@pbx.example.com;user=phone>", ""],
	])("%s", (text, tag) => expect(plainTag(text)).toBe(tag));

	test.each([
		["SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1;rport=5060;received=127.0.0.1", "z9hG4bK1"],
		["SIP/2.0/TCP host.example.com;rport;branch=z9hG4bK-2.1", "z9hG4bK-2.1"],
	])("%s", (text, branch) => expect(plainBranch(text)).toBe(branch));

	test("Contacts with their parameters, also in quotes without escapes", () => {
		expect(isPlainAddress("<sip:a@192.0.2.1:5060;ob;transport=udp>;expires=60;q=0.5")).toBe(true);
		const ports = [
			1, 9999, 59999, 60000, 64999, 65000, 65499, 65500, 65529, 65530, 65535, 65536, 65540, 66000, 70000,
		];
		expect(ports.filter((port) => isPlainAddress(`<sip:a@192.0.2.1:${port}>`))).toEqual(ports.slice(0, 11));
		expect(isPlainAddress('<sip:a@192.0.2.1>;+sip.instance="<urn:uuid:1>";reg-id=1')).toBe(true);
		expect(isPlainAddress('<sip:a@192.0.2.1>;methods="A\\"')).toBe(false);
	});

	test("however long a text is, it is told at once", () => {
		expect(isPlainAddress(`<sip:${"a.".repeat(30_000)}@x>`)).toBe(false);
		expect(isPlainUri(`sip:${"a.".repeat(120)}`)).toBe(false);
	});
});
