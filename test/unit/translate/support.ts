import { NULL_LOGGER } from "../../../src/log/null-logger.ts";
import { compileRules } from "../../../src/translate/compile-rules.ts";
import type { Translator } from "../../../src/translate/translator.ts";
import type { TranslationRule } from "../../../src/translate/types.ts";

/** Rules on lines 1, 3, 5, … of the file `test`. */
export function rules(...pairs: readonly (readonly [pattern: string, output: string])[]): TranslationRule[] {
	return pairs.map(([pattern, output], index) => ({ pattern, output, file: "test", line: 2 * index + 1 }));
}

/** Calls `use` with a translator and frees it. */
export async function withRules(
	pairs: readonly (readonly [pattern: string, output: string])[],
	use: (translator: Translator) => void | Promise<void>,
	logger = NULL_LOGGER,
): Promise<void> {
	const translator = await compileRules(rules(...pairs), logger);
	try {
		await use(translator);
	} finally {
		translator.dispose();
	}
}
