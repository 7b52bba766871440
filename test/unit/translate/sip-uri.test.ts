import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
	isPlainSipUri,
	MAX_URI_LENGTH,
	parseSipAddress,
	parseSipUri,
} from "../../../src/translate/sip-uri.ts";
import { escapeUriPart } from "../../../src/translate/uri-escape.ts";

function text(input: string): string | undefined {
	const result = parseSipUri(input);
	return result.ok ? result.uri.text : undefined;
}

describe("a SIP URI", () => {
	test.each([
		"sip:example.com",
		"sip:alice@example.com",
		"sips:alice@example.com:5061",
		"sip:alice:secret@example.com",
		"sip:+1-212-555-1212:1234@gateway.com;user=phone",
		"sip:alice@192.0.2.1",
		"sip:alice@[2001:db8::1]:5070;transport=tcp;lr",
		"sip:alice;day=tuesday@atlanta.com",
		"sip:a%20b@example.com",
		"sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com",
		"sip:*72%23@example.com?Subject=x&Priority=",
		"sip:a?b/c@example.com.",
	])("%s is taken as it is", (uri) => {
		expect(text(uri)).toBe(uri);
	});

	test.each([
		["", "no scheme"],
		["alice@example.com", "no scheme"],
		["tel:+1555", "another scheme"],
		["sip:", "no host"],
		["sip:@example.com", "empty user"],
		["sip:alice@", "no host after @"],
		["sip:a@b@example.com", "two @"],
		["sip:a@exa mple.com", "space in the host"],
		["sip:a@-example.com", "label that begins with a hyphen"],
		["sip:a@example..com", "empty label"],
		["sip:a@1.2.3", "no IPv4 address and no name"],
		["sip:a@256.1.1.1", "octet over 255"],
		["sip:a@b_c.example.com", "underscore"],
		["sip:a@[2001:db8::1", "open bracket"],
		["sip:a@[fe80::1%25eth0]", "zone"],
		["sip:a@2001:db8::1", "IPv6 without brackets"],
		["sip:a@[::1]5060", "no colon before the port"],
		["sip:a@b:", "empty port"],
		["sip:a@b:0", "port 0"],
		["sip:a@b:65536", "port over 65535"],
		["sip:a@b:+1", "sign in the port"],
		["sip:a@b;", "empty parameter"],
		["sip:a@b;=x", "parameter without a name"],
		["sip:a@b;x=", "parameter without a value"],
		["sip:a@b;lr;LR", "repeated parameter"],
		["sip:a@b?", "empty header"],
		["sip:a@b?x", "header without ="],
		["sip:a\r\nVia: x@b", "CR and LF"],
		["sip:a\0@b", "NUL"],
		["sip:a%0d%0aVia@b", "escaped CR and LF"],
		["sip:a@b;x=%00", "escaped NUL"],
		["sip:\ud800@b", "half a character"],
	])("%j is refused: %s", (uri) => {
		expect(parseSipUri(uri).ok).toBe(false);
	});

	test("what is longer than 512 characters, as it is or once it is escaped, is refused", () => {
		expect(parseSipUri(`sip:${"a".repeat(MAX_URI_LENGTH - 6)}@b`).ok).toBe(true);
		expect(parseSipUri(`sip:${"a".repeat(MAX_URI_LENGTH - 5)}@b`).ok).toBe(false);
		expect(parseSipUri(`sip:${" ".repeat(200)}@b`).ok).toBe(false);
		expect(parseSipAddress("<".repeat(5000)).ok).toBe(false);
	});

	test("characters that may not stand in a part are percent-encoded there", () => {
		expect(text("sip:b1 & <x>@example.com")).toBe("sip:b1%20&%20%3Cx%3E@example.com");
		expect(text("sip:*72#@example.com")).toBe("sip:*72%23@example.com");
		expect(text('sip:"é"@example.com;x=a b?h=<')).toBe("sip:%22%C3%A9%22@example.com;x=a%20b?h=%3C");
		expect(text("sip:😀\t@h.example")).toBe("sip:%F0%9F%98%80%09@h.example");
	});

	test("an escape stays, and a percent sign that begins none is encoded", () => {
		expect(text("sip:50%25%2@h.example")).toBe("sip:50%25%252@h.example");
		expect(text("sip:50%@h.example")).toBe("sip:50%25@h.example");
	});

	test("a user that looks like parameters and headers stays the user", () => {
		const result = parseSipUri("sip:1234;transport=tcp?x=y@gw.example");
		expect(result.ok && result.uri.user).toBe("1234;transport=tcp?x=y");
		expect(result.ok && result.uri.host).toBe("gw.example");
	});

	test("the parts are given", () => {
		const result = parseSipUri("SIPS:alice:pw@[::1]:5061;transport=tls;lr?a=b");
		expect(result.ok && result.uri).toEqual({
			scheme: "sips",
			user: "alice",
			password: "pw",
			host: "[::1]",
			port: 5061,
			parameters: [{ name: "transport", value: "tls" }, { name: "lr" }],
			headers: "a=b",
			text: "sips:alice:pw@[::1]:5061;transport=tls;lr?a=b",
		});
	});

	test("what is taken is ASCII without controls, at most 512 characters, and is taken again unchanged", () => {
		const pieces = fc.constantFrom(
			"sip:",
			"@",
			":",
			";",
			"?",
			"=",
			"&",
			"%",
			"%0d",
			"[",
			"]",
			"::1",
			"a",
			"b.c",
			"5060",
			" ",
			"<",
			"\r\n",
			"é",
		);
		const input = fc.oneof(
			fc.string({ unit: "binary" }),
			fc.array(pieces).map((parts) => `sip:${parts.join("")}`),
			fc.string({ unit: "binary" }).map((user) => `sip:${user}@example.com`),
		);
		fc.assert(
			fc.property(input, (uri) => {
				const result = text(uri);
				if (result === undefined) return;
				expect(result).toMatch(/^sips?:[!-~]{1,508}$/);
				expect(result).not.toMatch(/[<>"\\^`{|}]|%(?![0-9A-Fa-f]{2})|%0[0adAD]/);
				expect(text(result)).toBe(result);
			}),
		);
	});

	test("escaping is undone by decoding", () => {
		fc.assert(
			fc.property(
				fc.string({ unit: "grapheme" }),
				fc.constantFrom("user", "password", "parameter", "header" as const),
				(input, part) => {
					fc.pre(!/[%\0\r\n]/.test(input));
					expect(decodeURIComponent(escapeUriPart(input, part) ?? "")).toBe(input);
				},
			),
		);
	});
});

describe("a SIP address", () => {
	test.each([
		['"X" <sip:a@b>', "sip:a@b"],
		["<sip:a@b;lr>;tag=1", "sip:a@b;lr"],
		["  Alice Smith <sip:a b@c>  ", "sip:a%20b@c"],
		['"\\"<sip:no@no>\\"" <sips:a@b>', "sips:a@b"],
		["sip:a<x>@b", "sip:a%3Cx%3E@b"],
	])("%s is taken for its URI", (address, uri) => {
		const result = parseSipAddress(address);
		expect(result.ok && result.uri.text).toBe(uri);
	});

	test.each(['"X" sip:a@b', "X <a@b>", '"X <sip:a@b>', "<sip:a@b", "<sip:a@b> x", "X\r\n<sip:a@b>"])(
		"%j is refused",
		(address) => {
			expect(parseSipAddress(address).ok).toBe(false);
		},
	);
});

test("a plain URI is what the parser makes of it", () => {
	expect(["sip:i1@127.0.0.1:40001", "sips:+49.89@a-b.example", "sip:a@b"].every(isPlainSipUri)).toBe(true);
	const piece = fc.constantFrom(
		"sip:",
		"SIP:",
		"@",
		"a",
		"1",
		"-",
		".",
		":",
		"5060",
		"65536",
		"0",
		"%",
		";",
		" ",
		"192.0.2.1",
	);
	let plain = 0;
	fc.assert(
		fc.property(
			fc.array(piece, { maxLength: 4 }),
			fc.constantFrom("", "sip:a@", "sips:1@a.b", "sip:a@192.0.2.1:"),
			(pieces, start) => {
				const text = start + pieces.join("");
				if (!isPlainSipUri(text)) return;
				plain += 1;
				expect(parseSipAddress(text)).toMatchObject({ ok: true, uri: { text } });
			},
		),
		{ numRuns: 3000 },
	);
	expect(plain).toBeGreaterThan(100);
});
