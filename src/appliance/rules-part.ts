import type { Logger } from "../log/logger.ts";
import { numberCleaner } from "../numbers/number-cleaner.ts";
import { compileRules } from "../translate/compile-rules.ts";
import type { Translator } from "../translate/translator.ts";
import type { Part, Reloaded } from "./parts.ts";

/** The translation rules, and the number cleaning that precedes them. */
export class RulesPart implements Part {
	readonly name = "the translation rules";
	readonly #translator: Translator;
	readonly #log: Logger;
	#stopped = false;

	constructor(translator: Translator, log: Logger) {
		this.#translator = translator;
		this.#log = log;
	}

	/** @throws {TranslationRuleError} for a rule that no engine accepts; nothing has changed then. */
	async reload({ translationRules, numberCleaning, defaultCountry }: Reloaded): Promise<void> {
		const clean = await numberCleaner(numberCleaning, defaultCountry);
		const translator = await compileRules(translationRules, this.#log, clean);
		if (this.#stopped) return translator.dispose();
		for (const warning of translator.warnings) this.#log.warning(warning);
		this.#translator.takeOver(translator);
	}

	stop(): void {
		this.#stopped = true;
		this.#translator.dispose();
	}
}
