import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { RE2 } from "re2-wasm";
import { plainSearch } from "../../../src/translate/plain-pattern.ts";

const none = (): null => null;

/** Pieces of patterns, plain and others. */
const PIECES = [
	...["^", "$", "(", ")", "(?:", "(?i)", "|", "*", "+", "?", "{2}", "{1,3}", "{0,}", "*?", "+?"],
	...[
		"0",
		"1",
		"49",
		"a",
		"b",
		"sip:",
		"sips?:",
		"@",
		"-",
		"_",
		" ",
		"/",
		".",
		"\\.",
		"\\+",
		"\\*",
		"\\d",
		"\\w",
	],
	...["\\D", "\\s", "\\b", "\\-", "\\x41", "\\p{L}", "\\pN", "[0-9]", "[^@]", "[a-z]", "[+*#]", "[\\d+]"],
	...[
		"[^0-9a-f]",
		"[[:alpha:]]",
		"[]a]",
		"[a&&b]",
		"é",
		"(\\d+)",
		"(.*)",
		"(.+)@",
		"^(sips?:.*)$",
		"^\\+?(\\d{2,15})$",
	],
] as const;
const pattern = fc
	.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 7 })
	.map((all) => `^${all.join("")}`);
const subject = fc
	.array(
		fc.constantFrom(
			"0",
			"1",
			"49",
			"+",
			"a",
			"b",
			"sip:",
			"sips:",
			"@",
			".",
			"-",
			"_",
			" ",
			"é",
			"😀",
			"*",
			"\u2028",
		),
		{ maxLength: 8 },
	)
	.map((all) => all.join(""));

test("a plain pattern finds what RE2 finds", () => {
	let compared = 0;
	fc.assert(
		fc.property(pattern, fc.array(subject, { minLength: 4, maxLength: 4 }), (text, subjects) => {
			const byRe2 = (of: string): (string | undefined)[] | null => {
				const found = re?.exec(of);
				return found ? [...found] : null;
			};
			let re: RE2 | undefined;
			let search: ReturnType<typeof plainSearch>;
			try {
				search = plainSearch(text, byRe2);
			} catch {
				// What the runtime cannot compile, RE2 cannot either.
				expect(() => new RE2(text, "u")).toThrow();
			}
			if (!search) return;
			try {
				re = new RE2(text, "u");
			} catch {
				return;
			}
			compared += 1;
			for (const of of subjects) {
				const found = search(of);
				expect([text, of, found && [...found]]).toEqual([text, of, byRe2(of)]);
			}
			(re as unknown as { wrapper: { delete(): void } }).wrapper.delete();
		}),
		{ numRuns: 1500 },
	);
	expect(compared).toBeGreaterThan(50);
});

describe("rules as people write them", () => {
	test.each(["^(sips?:.*)$", "^\\+?(\\d+)$", "^0([1-9][0-9]*)$", "^(.*)@example\\.com$", "^9(\\d{3})"])(
		"%s is plain",
		(text) => expect(plainSearch(text, none)).toBeDefined(),
	);

	test.each([
		"(\\d+)",
		"^(?:00|\\+)(\\d+)$",
		"^(?P<number>\\d+)$",
		"^(a+)+$",
		"^(?i)sip:(.*)$",
		"^(.*)a(.*)b(.*)$",
		"^\\p{L}+$",
		"^[[:digit:]]+$",
	])("%s is not", (text) => expect(plainSearch(text, none)).toBeUndefined());

	test("an address with a line end of the runtime's is searched by RE2", () => {
		const asked: string[] = [];
		const search = plainSearch("^(.*)$", (of) => {
			asked.push(of);
			return null;
		});
		search?.("a\u2028b");
		search?.("ab");
		expect(asked).toEqual(["a\u2028b"]);
	});
});
