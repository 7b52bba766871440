import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { CLEAN_NUMBER_SCRIPT, cleanNumber } from "../../../src/numbers/clean-number.ts";

describe("a number as people write it loses what only makes it readable", () => {
	test.each([
		["+49 30 1234567", "+49301234567"],
		["+49\u00a030\u202f123\u20094567", "+49301234567"],
		["030/1234567", "0301234567"],
		["030 / 123 456", "030123456"],
		["030 - 123 456", "030123456"],
		["(030) 12 34", "0301234"],
		["[030] 12 34", "0301234"],
		["+1.201.555.0123", "+12015550123"],
		["01.23.45.67.89", "0123456789"],
		["030.12.34.56", "030123456"],
		["+49\u201130\u2010123\u2013456\u22127", "+49301234567"],
		["\u202a+49 30 123\u202c", "+4930123"],
		["\u2066030\u2069\u200e 1234\u200f", "0301234"],
		["\ufeff030\u00ad123456", "030123456"],
		[" 201\t", "201"],
		["12 34", "1234"],
		["0800 FLOWERS", "0800 FLOWERS"],
		["+ 49 30 123", "+4930123"],
		["(+49) 30 123", "+4930123"],
		["+(49)(30) 123", "+4930123"],
		["*21*030 1234#", "*21*0301234#"],
		["*21*+49 30 1234#", "*21*+49301234#"],
		["＋４９（３０）１２３－４５", "+493012345"],
		["٠٣٠ ١٢٣٤", "0301234"],
		["०३०-१२३४", "0301234"],
	])("%j is %j", (typed, cleaned) => {
		expect(cleanNumber(typed)).toBe(cleaned);
	});

	test.each([...Intl.supportedValuesOf("numberingSystem")])("the digits of %s", (numberingSystem) => {
		const format = new Intl.NumberFormat("en", { numberingSystem, useGrouping: false });
		const digits = [..."0123456789"].map((digit) => format.format(Number(digit)));
		if (digits.every((digit) => /^\p{Nd}$/u.test(digit))) {
			expect(cleanNumber(digits.join(" "))).toBe("0123456789");
		} else expect(cleanNumber(`${digits.join("")}a`)).toBe(`${digits.join("")}a`);
	});
});

describe("the trunk prefix after a country code is not dialled", () => {
	test.each([
		["+49 (0)30 123-45", "+493012345"],
		["+49(0)30123456", "+4930123456"],
		["+44(0)2079460000", "+442079460000"],
		["+41 (0)31 123 21 21", "+41311232121"],
		["+49 ( 0 ) 30 123", "+4930123"],
		["+49 [0] 30 123", "+4930123"],
		["(+49) (0) 30 / 123", "+4930123"],
		["+353-(0)1-2345678", "+35312345678"],
		["0049 (0)30 123", "004930123"],
		["00 49 (0)30 123", "004930123"],
	])("%j is %j", (typed, cleaned) => {
		expect(cleanNumber(typed)).toBe(cleaned);
	});

	test.each([
		["(0)30 123456", "030123456"],
		["+49 30 123-(0)", "+49301230"],
		["+39 (0)6 698 12345", "+390669812345"],
		["+378 (0)549 88 23 45", "+3780549882345"],
	])("but elsewhere it is: %j is %j", (typed, cleaned) => {
		expect(cleanNumber(typed)).toBe(cleaned);
	});
});

describe("a tel: URI is read (RFC 3966)", () => {
	test.each([
		["tel:+49-30-1234", "+49301234"],
		["TEL:+1-(201).555-0123;ext=7", "+12015550123"],
		["tel:7042;phone-context=example.com", "7042"],
		["tel:863-1234;phone-context=+1-914-555", "8631234"],
		["tel:+358-555-1234567;isub=1411;foo=bar", "+3585551234567"],
		["tel://+4930123456", "+4930123456"],
		["tel:///+491234567890", "+491234567890"],
		["tel: +49 30 123", "+4930123"],
		["tel:+49%20(0)30%20123-456", "+4930123456"],
		["tel:%2B4930123456", "+4930123456"],
		["tel:*21*0301%23", "*21*0301#"],
		["tel:%E2%80%AA+4930123%E2%80%AC", "+4930123"],
		["tel:(0)30123456", "030123456"],
		["tel:20-1", "201"],
		["tel:10.1.2.3", "10123"],
	])("%j is %j", (typed, cleaned) => {
		expect(cleanNumber(typed)).toBe(cleaned);
	});

	test.each(["tel:%zz", "tel:%ff", "tel:alice", "tel:", "tel:1-800-FLOWERS", "tel:tel:123", "telly:123"])(
		"%j stays",
		(typed) => {
			expect(cleanNumber(typed)).toBe(typed);
		},
	);
});

describe("what is not plainly a number stays exactly as it is", () => {
	test.each([
		"",
		" ",
		"+",
		"alice",
		" alice ",
		"alice\u200e",
		"1-800-FLOWERS",
		"sip:+49 30 123@example.com",
		"sip:123",
		"<sip:+4930123@h>",
		"123@example.com",
		"192.168.1.10",
		"10.0.0.1:5060",
		"[::1]",
		"20-1",
		"1.5",
		"12/34",
		"(20)1",
		"200_1",
		"030 1234 ext. 5",
		"030 1234,5",
		"030 1234;5",
		"-5",
		"123456-",
		"++49 30 123",
		"49+30 123 456",
		"030 12345\n",
		"030 123\u2028456",
		"½ 123456",
		"030 123456 \ud800",
	])("%j", (typed) => {
		expect(cleanNumber(typed)).toBe(typed);
	});

	test.each(["110", "0", "201", "+4930123456", "004930123456", "*21*0301#", "**62#", "*#06#", "#31#0301234"])(
		"as is what has nothing to take out: %j",
		(typed) => {
			expect(cleanNumber(typed)).toBe(typed);
		},
	);
});

describe("of any text", () => {
	const part = fc.constantFrom(
		..."0123456789+*# ()[]/.-–\u202a\u00a0٣abz;@%:",
		"tel:",
		"sip:",
		"(0)",
		"%20",
		"%2B",
	);
	const written = fc.oneof(
		fc.array(part, { maxLength: 20 }).map((parts) => parts.join("")),
		fc.string(),
	);

	test("what was cleaned is clean", () => {
		fc.assert(
			fc.property(written, (typed) => {
				const cleaned = cleanNumber(typed);
				expect(cleanNumber(cleaned)).toBe(cleaned);
			}),
			{ numRuns: 2000 },
		);
	});

	test("it is a number afterwards, or as it was", () => {
		fc.assert(
			fc.property(written, (typed) => {
				const cleaned = cleanNumber(typed);
				if (cleaned !== typed) expect(cleaned).toMatch(/^\+?[\d*#](?:\d|[*#]\+?)*$/);
			}),
			{ numRuns: 2000 },
		);
	});

	test("SIP URIs, and what has a letter or an @ in it, stay", () => {
		fc.assert(
			fc.property(written, fc.constantFrom("sip:", "sips:", "SIP:", "a", "@", "ä"), (typed, mark) => {
				for (const text of [mark + typed, `${typed.replace(/^\s*tel:/i, "")}${mark}`])
					if (!/^\W*tel:/i.test(text)) expect(cleanNumber(text)).toBe(text);
			}),
		);
	});

	test("the digits of a number come in their order, whatever stands between them", () => {
		const separator = fc.constantFrom("", " ", "-", "/", ".", "\u00a0", "\u2011", " - ", "\u202a");
		fc.assert(
			fc.property(fc.array(fc.tuple(fc.nat(9), separator), { minLength: 6, maxLength: 20 }), (digits) => {
				const typed = `+${digits.map(([digit, after]) => `${digit}${after}`).join("")}0`;
				expect(cleanNumber(typed)).toBe(`+${digits.map(([digit]) => digit).join("")}0`);
			}),
		);
	});

	test("the longest address that rules see takes no time", () => {
		for (const text of ["0 ".repeat(256), "+4".padEnd(512, "("), "*".repeat(512), `+4${" ".repeat(509)}x`]) {
			const start = performance.now();
			for (let run = 0; run < 100; run++) cleanNumber(text);
			expect(performance.now() - start).toBeLessThan(2000);
		}
	});
});

test("browsers get the same function", () => {
	const inBrowser = new Function("typed", `${CLEAN_NUMBER_SCRIPT} return cleanNumber(typed);`);
	for (const typed of ["tel:+49 (0)30 123", "٠٣٠ ١٢٣٤", "sip:a@b", "20-1", "tel:%zz"])
		expect(inBrowser(typed)).toBe(cleanNumber(typed));
});
