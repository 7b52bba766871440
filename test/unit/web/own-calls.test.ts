import { describe, expect, test } from "bun:test";
import { isSameUri } from "../../../src/translate/same-uri.ts";
import { parseSipUri, type SipUri } from "../../../src/translate/sip-uri.ts";
import type { Translation } from "../../../src/translate/translator.ts";
import { OwnCalls } from "../../../src/web/own-calls.ts";

function uri(text: string): SipUri {
	const result = parseSipUri(text);
	if (!result.ok) throw new Error(result.reason);
	return result.uri;
}

describe("RFC 3261 section 19.1.4", () => {
	test.each([
		["sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"],
		["sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"],
		["sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"],
		["sip:alice@a.com;x=1;y=2", "sip:alice@a.com;y=2;x=1"],
	])("%s is %s", (one, other) => {
		expect(isSameUri(uri(one), uri(other))).toBe(true);
		expect(isSameUri(uri(other), uri(one))).toBe(true);
	});

	test.each([
		["SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"],
		["sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"],
		["sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"],
		["sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"],
		["sip:bob@biloxi.com", "sips:bob@biloxi.com"],
		["sip:bob@biloxi.com", "sip:biloxi.com"],
		["sip:bob@biloxi.com", "sip:bob@biloxi.com;user=phone"],
		["sip:bob:a@biloxi.com", "sip:bob:b@biloxi.com"],
	])("%s is not %s", (one, other) => {
		expect(isSameUri(uri(one), uri(other))).toBe(false);
		expect(isSameUri(uri(other), uri(one))).toBe(false);
	});
});

/** Numbers without separators, as URIs of a PBX; names stay. */
function translate(address: string): Translation {
	const cleaned = address.replaceAll(/[ -]/g, "");
	if (cleaned === "nobody") return { ok: false, code: "no-rule", reason: "no translation rule matches it" };
	const text = cleaned.startsWith("sip:") ? cleaned : `sip:${cleaned}@pbx.example.com`;
	const rule = { pattern: "", output: "", file: "", line: 1, engine: "RE2" } as const;
	return { ok: true, cleaned, uri: text, rule };
}

const anna = new OwnCalls("anna", ["+49 30 201", "nobody", "sip:anna:secret@desk.example.com"], translate);

describe("one's own phone", () => {
	test.each(["+4930201", "+49-30-201", "sip:+4930201@PBX.example.com", "nobody", " +49 30 201 "])(
		"may be typed as %p",
		(address) => expect(anna.hasPhone(address)).toBe(true),
	);

	test.each(["202", "sip:+4930201@elsewhere.example.com", "sip:+4930201@pbx.example.com:5060", ""])(
		"is not %p",
		(address) => expect(anna.hasPhone(address)).toBe(false),
	);
});

describe("one's own calls", () => {
	const via = "http";

	test("are those that one has placed, whatever became of the phone, and of the request", () => {
		expect(anna.owns({ origin: { via, user: "anna" }, initiatorUri: "sip:old@pbx.example.com" })).toBe(true);
		expect(anna.owns({ origin: { via, user: "anna" } })).toBe(true);
	});

	test("are those from one's phones, whoever has placed them", () => {
		const initiatorUri = "sip:%2B4930201@pbx.example.com";
		expect(anna.owns({ origin: { via: "xml" }, initiatorUri })).toBe(true);
		expect(anna.owns({ origin: { via, user: "admin" }, initiatorUri: "sip:anna@desk.example.com" })).toBe(
			true,
		);
	});

	test("are no others", () => {
		expect(anna.owns({ origin: { via, user: "Anna" }, initiatorUri: "sip:202@pbx.example.com" })).toBe(false);
		expect(anna.owns({ origin: { via: "xml" } })).toBe(false);
		expect(anna.owns({ origin: { via: "xml" }, initiatorUri: "damaged…" })).toBe(false);
	});

	test("are not those of other programs that share a name", () => {
		const program = new OwnCalls(undefined, ["201"], translate);
		expect(program.owns({ origin: { via, user: "token" }, initiatorUri: "sip:202@pbx.example.com" })).toBe(
			false,
		);
		expect(program.owns({ origin: { via, user: "token" }, initiatorUri: "sip:201@pbx.example.com" })).toBe(
			true,
		);
	});
});
