// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is what outputs are written with.
import { describe, expect, test } from "bun:test";
import { NULL_LOGGER } from "../../../src/log/null-logger.ts";
import { compileRules } from "../../../src/translate/compile-rules.ts";
import { TranslationRuleError } from "../../../src/translate/types.ts";
import { rules, withRules } from "./support.ts";

async function problemsOf(...pairs: readonly (readonly [string, string])[]) {
	try {
		(await compileRules(rules(...pairs), NULL_LOGGER)).dispose();
	} catch (error) {
		if (error instanceof TranslationRuleError) return error.problems;
		throw error;
	}
	return [];
}

describe("a pattern", () => {
	test.each([
		["^(.*)$", "RE2", "ab"],
		["(?i)^A(?<rest>.)$", "RE2", "ab"],
		["^(?P<n>a)b", "RE2", "ab"],
		["^[[:alpha:]]+$", "RE2", "ab"],
		["\\Qab", "RE2", "ab"],
		["^a(?=b)", "PCRE2", "ab"],
		["(?<=a)b", "PCRE2", "ab"],
		["^(a)b\\1?$", "PCRE2", "ab"],
		["^a++b$", "PCRE2", "ab"],
		["^(?>a)b$", "PCRE2", "ab"],
		["^ab\\h*$", "PCRE2", "ab"],
		["^(?#comment)ab$", "PCRE2", "ab"],
		["(?x) ^ a b $ # as they come", "PCRE2", "ab"],
		["(?=a)\\Qab", "PCRE2", "ab"],
		["^[(?<ab]+$", "PCRE2", "a(?<b"],
		["a|b(?!c)", "PCRE2", "ab"],
	])("%s runs on %s and matches", async (pattern, engine, address) => {
		await withRules([[pattern, "sip:x@y.example"]], (translator) => {
			expect(translator.rules.map((rule) => rule.engine)).toEqual([engine as "RE2"]);
			expect(translator.translate(address).ok).toBe(true);
		});
	});

	test("is searched for, not anchored", async () => {
		await withRules([["5+", "sip:$0@h"]], (translator) => {
			expect(translator.translate("12555e")).toMatchObject({ ok: true, uri: "sip:555@h" });
		});
	});

	test.each([
		"(",
		"a)",
		"a)(?:b",
		"[a",
		"*",
		"a\\",
		"(?=a",
		"(*LIMIT_MATCH=9000000)a(?=b)",
		"(?#",
		"a{2}{3}(?<x",
	])("%s is an error with its file and line", async (pattern) => {
		const problems = await problemsOf(["^fine$", "sip:a@b"], [pattern, "sip:a@b"]);
		expect(problems).toMatchObject([
			{ file: "test", line: 3, setting: "TranslationPattern", value: pattern },
		]);
		expect(problems[0]?.message).toStartWith(`test:3: TranslationPattern = ${pattern}: expected `);
	});

	test("a long list of rules is taken whole", async () => {
		const many = Array.from({ length: 1200 }, (_, n) => [`^${n}$`, `sip:${n}@h`] as const);
		await withRules(many, (translator) => {
			expect(translator.rules.at(0)?.engine).toBe("RE2");
			expect(translator.rules.at(-1)?.engine).toBe("PCRE2");
			expect(translator.translate("1199")).toMatchObject({ uri: "sip:1199@h" });
		});
	});
});

describe("an output", () => {
	test.each(["$2", "${name}", "${", "${2}"])(
		"%s, which refers to no group, is an error with file and line",
		async (output) => {
			for (const pattern of ["^(a)$", "^(a)(?!b)"]) {
				const problems = await problemsOf([pattern, output]);
				expect(problems).toMatchObject([
					{ file: "test", line: 1, setting: "TranslationOutput", value: output },
				]);
			}
		},
	);

	test("all problems are listed at once", async () => {
		const problems = await problemsOf(["(", "x"], ["a", "sip:a@b"], ["(a)", "$2"], ["[", "x"]);
		expect(problems.map(({ line }) => line)).toEqual([1, 5, 7]);
	});

	test("groups count alike in both engines, those that took no part and named ones included", async () => {
		for (const end of ["$", "(?!x)$"]) {
			await withRules([[`^(a)?(?<n>b)(c)?${end}`, "sip:[$1]$2${n}[$3]@h"]], (translator) => {
				expect(translator.translate("b")).toMatchObject({ uri: "sip:%5B%5Dbb%5B%5D@h" });
			});
		}
	});

	test("a name that several groups bear is the one that took part", async () => {
		await withRules([["^(?|(?<n>a)x|(?<n>b)y)$", "sip:${n}@h"]], (translator) => {
			expect(translator.translate("by")).toMatchObject({ uri: "sip:b@h" });
		});
	});
});
