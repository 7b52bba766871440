import { describe, expect, test } from "bun:test";
import { equivalentURI, URI } from "sip.js/lib/grammar/index.js";
import { parseNameAddr, parseUri, readUri, WireUri } from "../../../../src/sip/message/uri.ts";

function uri(text: string): WireUri {
	const read = readUri(text);
	if (!read) throw new Error(`not read: ${text}`);
	return read;
}

describe("parseUri", () => {
	test("reads every part", () => {
		const read = parseUri(
			"sip:alice:pw@Example.COM:5070;transport=TCP;lr;maddr=192.0.2.1?Subject=a&Priority=urgent",
		);
		expect(read).toBeInstanceOf(URI);
		expect(read).toMatchObject({ scheme: "sip", user: "alice:pw", host: "example.com", port: 5070 });
		expect(read?.getParam("transport")).toBe("tcp");
		expect(read?.getParam("maddr")).toBe("192.0.2.1");
		expect(read?.hasParam("lr")).toBe(true);
		expect(read?.getHeader("priority")).toEqual(["urgent"]);
	});

	test.each([
		["sip:example.com", "example.com"],
		["sips:bob@example.com.", "example.com."],
		["SIP:bob@my_host-1", "my_host-1"],
		["sip:bob@3f2a9b", "3f2a9b"],
		["sip:bob@192.0.2.1", "192.0.2.1"],
		["sip:bob@[2001:db8::1]:5070", "[2001:db8::1]"],
		["sip:[::]", "[::]"],
		["sip:[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]"],
		["sip:[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]"],
		["sip:%61@h", "h"],
		["sip:+1-212;ext=2@h;user=phone", "h"],
	])("takes %s", (text, host) => {
		expect(parseUri(text)?.host).toBe(host);
	});

	test.each([
		"",
		"sip:",
		"sip:@h",
		"sip::pw@h",
		"sip:bob@",
		"bob@example.com",
		"sip:bob@ex ample.com",
		"sip:b<b@h",
		"<sip:bob@h>",
		'sip:"bob"@h',
		"sip:bob@h:",
		"sip:bob@h:0",
		"sip:bob@h:65536",
		"sip:bob@h:5060a",
		"sip:bob@300.1.1.1",
		"sip:bob@1.2.3",
		"sip:bob@1234",
		"sip:bob@a..b",
		"sip:bob@.a",
		"sip:bob@2001:db8::1",
		"sip:bob@[2001:db8::1",
		"sip:bob@[1:2:3:4:5:6:7:8:9]",
		"sip:bob@[1::2::3]",
		"sip:bob@[::g]",
		"sip:bob@[1:2:3:4:5:6:7::8]x",
		"sip:100%@h",
		"sip:a%zz@h",
		"sip:jürgen@h",
		"sip:bob@hôte",
		"sip:bob@h;",
		"sip:bob@h;=x",
		"sip:bob@h;a=",
		"sip:bob@h;a=b@c",
		"sip:bob@h?",
		"sip:bob@h?a",
		"sip:bob@h?a=b@c",
		"sip:bob\r\n@h",
		"1sip:bob@h",
	])("refuses '%s'", (text) => {
		expect(parseUri(text)).toBeUndefined();
	});

	test("reads other schemes as scheme, text and parameters, with an empty host", () => {
		const read = parseUri("tel:+1-201-555-0123;phone-context=example.com");
		expect(read).toMatchObject({ scheme: "tel", user: "+1-201-555-0123", host: "", port: undefined });
		expect(read?.getParam("phone-context")).toBe("example.com");
		expect(String(read)).toBe("tel:+1-201-555-0123;phone-context=example.com");
	});
});

describe("WireUri is written as it was received", () => {
	test.each([
		"sip:100%@example.com",
		"sip:a%zz@example.com",
		"sip:%ff%fe@example.com",
		"sip:%41lice@Example.COM:05060;Transport=UDP;LR;x=%2C",
		"sip:jürgen@example.com",
		"sip:user;par=u%40example.net@example.com",
		"sip:a&b=c+d$e,f;g?h/i@example.com",
		"sip:bob@h;;lr;",
		"sip:bob@h?Replaces=a@b%3Bto-tag%3D1",
		"tel:+1;isub=1",
		"http://www.example.com/a;b?c=d",
	])("%s", (text) => {
		const read = uri(text);
		expect(read.toString()).toBe(text);
		expect(read.toRaw()).toBe(text);
		expect(read.clone().toString()).toBe(text);
		expect(read.clone()).toBeInstanceOf(WireUri);
	});

	test("a change is written, and what did not change keeps its spelling", () => {
		const read = uri("sip:a%zz%41@Host:5060;lr;transport=tcp?x=y");
		read.deleteParam("transport");
		read.setParam("ob", null);
		read.clearHeaders();
		read.port = 5070;
		expect(String(read)).toBe("sip:a%zz%41@host:5070;lr;ob");
		read.scheme = "sips";
		read.host = "192.0.2.1";
		read.port = undefined;
		read.clearParams();
		read.setHeader("Subject", "z");
		expect(String(read)).toBe("sips:a%zz%41@192.0.2.1?Subject=z");
		read.deleteHeader("subject");
		read.user = 'a b@c%"\ud800';
		expect(String(read)).toBe("sips:a%20b%40c%25%22%EF%BF%BD@192.0.2.1");
		read.user = undefined;
		expect(String(read)).toBe("sips:192.0.2.1");
	});

	test("a clone changes alone", () => {
		const read = uri("sip:a@h;lr?x=y");
		const copy = read.clone();
		copy.setParam("lr", "on");
		copy.setHeader("x", "z");
		copy.user = "b";
		expect(String(copy)).toBe("sip:b@h;lr=on?X=z");
		expect(String(read)).toBe("sip:a@h;lr?x=y");
		expect(read.getHeader("x")).toEqual(["y"]);
	});

	test("SIP.js compares it", () => {
		expect(
			equivalentURI(uri("sip:%61lice@EXAMPLE.com;transport=TCP"), uri("sip:alice@example.com;Transport=tcp")),
		).toBe(true);
		expect(equivalentURI(uri("sip:alice@example.com"), uri("sips:alice@example.com"))).toBe(false);
	});

	test("an escaped letter of a parameter name is that letter", () => {
		expect(uri("sip:a@h;%6C%72").hasParam("lr")).toBe(true);
	});
});

describe("parseNameAddr", () => {
	test.each([
		['"Bob" <sip:bob@h>;tag=1', "Bob", "sip:bob@h", { tag: "1" }],
		['"a \\"b\\" \\\\"<sip:bob@h>', 'a \\"b\\" \\\\', "sip:bob@h", {}],
		['"<sip:x@y>;tag=9" <sip:bob@h>', "<sip:x@y>;tag=9", "sip:bob@h", {}],
		['"" <sip:bob@h>', "", "sip:bob@h", {}],
		["Bob von Builder <sip:bob@h;lr>;Tag=aB;x", "Bob von Builder", "sip:bob@h;lr", { tag: "aB", x: null }],
		["J. Müller (home) <sip:j@h>", "J. Müller (home)", "sip:j@h", {}],
		["sip:bob@h;tag=1", "", "sip:bob@h", { tag: "1" }],
		["sip:bob@h ; tag = 1", "", "sip:bob@h", { tag: "1" }],
		['<sip:bob@h>;x="a;b,\\"c>"; y=2', "", "sip:bob@h", { x: '"a;b,\\"c>"', y: "2" }],
		["  <tel:+1;isub=2>;tag=abc==", "", "tel:+1;isub=2", { tag: "abc==" }],
		['sip:bob@h;x="<"', "", "sip:bob@h", { x: '"<"' }],
	])("reads %s", (text, displayName, uriText, parameters) => {
		const read = parseNameAddr(text);
		expect(read?.displayName).toBe(displayName);
		expect(String(read?.uri)).toBe(uriText);
		expect(read?.parameters).toEqual(parameters as Record<string, string | null>);
	});

	test("escapes a backslash of a name without quotes, so that it can be written in quotes", () => {
		expect(String(parseNameAddr("a\\ <sip:bob@h>"))).toBe('"a\\\\" <sip:bob@h>');
	});

	test.each([
		"",
		"*",
		"<>",
		"<sip:bob@h",
		"sip:bob@h>",
		'"Bob <sip:bob@h>',
		'"Bob" sip:bob@h',
		'"Bob" x <sip:bob@h>',
		"<sip:bob@h> x",

		"<sip:bob@h>;=1",
		"<sip:bob@h>;a b=1",
		'<sip:bob@h>;a="b',
		"<sip:bob@h>;a=b,c",
		"<sip:bob@h>, <sip:carol@h>",
		"Bell, Bob <sip:bob@h>",
		"sip:bob@h?a=b",
		"sip:bob@h,sip:carol@h",
		"< sip:bob@h>",
		"<<sip:bob@h>>",
	])("refuses '%s'", (text) => {
		expect(parseNameAddr(text)).toBeUndefined();
	});
});
