import { describe, expect, test } from "bun:test";
import {
	partyUriOf,
	readUri,
	requestUriOf,
	spokenUserOf,
	userTextOf,
	type WireUri,
} from "../../../../src/sip/message/uri.ts";

function uri(text: string): WireUri {
	const read = readUri(text);
	if (!read) throw new Error(`not read: ${text}`);
	return read;
}

const ALL = "sip:a%20b:pw@h.example:5070;transport=tcp;ttl=1;maddr=192.0.2.1;lr;user=phone;x=y";

describe("a Request-URI (RFC 3261 section 19.1.1, table 1)", () => {
	test.each([
		["sip:a@h?Subject=x&Route=%3Csip:e%3E", "sip:a@h"],
		["sip:a@h;method=BYE?Replaces=1", "sip:a@h"],
		["sip:a@h;x=1;METHOD=bye;y", "sip:a@h;x=1;y"],
		["sip:a@h;%6Dethod=BYE", "sip:a@h"],
		[`${ALL};method=INVITE?a=b`, ALL],
	])("of %s is %s", (text, expected) => {
		expect(requestUriOf(uri(text)).toRaw()).toBe(expected);
	});

	test("is the URI itself when nothing is to be left out, a question mark in its user included", () => {
		for (const text of [ALL, "sip:a?b;method=c@h", "tel:+1;phone-context=x"]) {
			const same = uri(text);
			expect(requestUriOf(same)).toBe(same);
		}
	});
});

describe("To and From (the same table)", () => {
	test.each([
		[`${ALL};method=INVITE?a=b`, "sip:a%20b:pw@h.example:5070;user=phone;x=y"],
		["sip:a@h;TRANSPORT=tls", "sip:a@h"],
	])("have of %s: %s", (text, expected) => {
		expect(partyUriOf(uri(text)).toRaw()).toBe(expected);
	});

	test("the URI that was read keeps all of it", () => {
		const whole = uri(`${ALL}?a=b`);
		partyUriOf(whole);
		expect(whole.toRaw()).toBe(`${ALL}?a=b`);
	});
});

describe("the user part", () => {
	test.each([
		["sip:bob@h", "bob", "bob"],
		["sips:a%20b:secret@h", "a%20b", "a b"],
		// One escape is taken off, not two.
		["sip:%2541@h", "%2541", "%41"],
		["sip:a%ZZ@h", "a%ZZ", "a%ZZ"],
		["sip:h.example", undefined, "h.example"],
	])("of %s is written %s and read %s", (text, written, spoken) => {
		expect(userTextOf(uri(text))).toBe(written);
		expect(spokenUserOf(uri(text))).toBe(spoken);
	});
});
