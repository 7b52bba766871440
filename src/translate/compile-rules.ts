import type { Logger } from "../log/logger.ts";
import { asTyped, type NumberCleaner } from "../numbers/number-cleaner.ts";
import { compilePcre2 } from "./engine-pcre2.ts";
import { compileRe2 } from "./engine-re2.ts";
import { OutputError, parseOutput } from "./output-template.ts";
import { type CompiledRule, Translator } from "./translator.ts";
import {
	type CompiledPattern,
	PatternError,
	type RuleProblem,
	type TranslationRule,
	TranslationRuleError,
} from "./types.ts";

/**
 * Creates a translator from the rules, in their order. A pattern runs on RE2 if RE2 can express it, otherwise
 * on PCRE2, which is loaded for the first such pattern.
 *
 * @param logger told about rules that are abandoned while an address is translated
 * @param clean turns an address into what the rules get; by default they get what was typed
 * @throws {TranslationRuleError} with every pattern that no engine accepts and every reference to a group
 * that does not exist
 */
export async function compileRules(
	rules: readonly TranslationRule[],
	logger: Logger,
	clean: NumberCleaner = asTyped,
): Promise<Translator> {
	const compiled: CompiledRule[] = [];
	const problems: RuleProblem[] = [];
	for (const rule of rules) {
		const result = await compileRule(rule);
		if ("message" in result) problems.push(result);
		else compiled.push(result);
	}
	if (problems.length > 0) {
		for (const { pattern } of compiled) pattern.dispose();
		throw new TranslationRuleError(problems);
	}
	return new Translator(compiled, logger, compilePcre2, clean);
}

async function compileRule(rule: TranslationRule): Promise<CompiledRule | RuleProblem> {
	let pattern: CompiledPattern;
	try {
		pattern = await compilePattern(rule.pattern);
	} catch (error) {
		if (!(error instanceof PatternError)) throw error;
		const expected = `a Perl-compatible regular expression (${error.message})`;
		return ruleProblem(rule, "TranslationPattern", rule.pattern, expected);
	}
	try {
		return { rule, pattern, output: parseOutput(rule.output, pattern.groups) };
	} catch (error) {
		pattern.dispose();
		if (!(error instanceof OutputError)) throw error;
		const expected = `references to groups of the pattern only; ${error.message}`;
		return ruleProblem(rule, "TranslationOutput", rule.output, expected);
	}
}

async function compilePattern(pattern: string): Promise<CompiledPattern> {
	try {
		return await compileRe2(pattern);
	} catch (error) {
		if (!(error instanceof PatternError)) throw error;
		// PCRE2 supports all that RE2 does, so its reason is the one to report.
		return compilePcre2(pattern);
	}
}

function ruleProblem(
	rule: TranslationRule,
	setting: RuleProblem["setting"],
	value: string,
	expected: string,
): RuleProblem {
	const { file, line } = rule;
	return {
		file,
		line,
		setting,
		value,
		expected,
		message: `${file}:${line}: ${setting} = ${value}: expected ${expected}`,
	};
}
