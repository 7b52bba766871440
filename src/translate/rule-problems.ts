import { NULL_LOGGER } from "../log/null-logger.ts";
import { compileRules } from "./compile-rules.ts";
import { type TranslationRule, TranslationRuleError } from "./types.ts";

/** Problems with the rules, to be listed together with all others. */
export async function ruleProblems(
	rules: readonly TranslationRule[],
): Promise<readonly { readonly message: string }[]> {
	try {
		(await compileRules(rules, NULL_LOGGER)).dispose();
		return [];
	} catch (error) {
		if (error instanceof TranslationRuleError) return error.problems;
		throw error;
	}
}
