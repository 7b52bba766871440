import type { Settings } from "../config/settings.ts";
import { NULL_LOGGER } from "../log/null-logger.ts";
import { compileRules } from "../translate/compile-rules.ts";
import { TranslationRuleError } from "../translate/types.ts";

/** Problems with the rules, to be listed together with all others. */
export async function ruleProblems(
	rules: Settings["translationRules"],
): Promise<readonly { readonly message: string }[]> {
	try {
		(await compileRules(rules, NULL_LOGGER)).dispose();
		return [];
	} catch (error) {
		if (error instanceof TranslationRuleError) return error.problems;
		throw error;
	}
}
