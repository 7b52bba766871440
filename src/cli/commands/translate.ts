import type { Settings } from "../../config/settings.ts";
import { NULL_LOGGER } from "../../log/null-logger.ts";
import { numberCleaner } from "../../numbers/number-cleaner.ts";
import { compileRules } from "../../translate/compile-rules.ts";
import { say } from "../output.ts";
import { StartError } from "../start-error.ts";
import { UsageError } from "../usage-error.ts";

/**
 * Shows which rule matches each address, and the resulting URI.
 *
 * @returns 0 when every address has a URI, else 1.
 * @throws {UsageError} when no address is given.
 * @throws {StartError} for a rule that cannot be compiled.
 */
export async function translateCommand(addresses: readonly string[], settings: Settings): Promise<number> {
	if (addresses.length === 0) throw new UsageError("expected an ADDRESS");
	const clean = numberCleaner(settings.numberCleaning);
	const translator = await compileRules(settings.translationRules, NULL_LOGGER, clean).catch(
		(error: unknown) => {
			throw StartError.from(error);
		},
	);
	let failures = 0;
	for (const address of addresses) {
		const result = translator.translate(address);
		const rule = result.rule
			? `${result.rule.file}:${result.rule.line} ${result.rule.pattern} (${result.rule.engine})`
			: "";
		if (result.ok) {
			say(`${address}\n    ${result.uri}\n    by ${rule}`);
		} else {
			failures += 1;
			say(`${address}\n    refused: ${result.reason}${rule ? `\n    by ${rule}` : ""}`);
		}
	}
	translator.dispose();
	return failures === 0 ? 0 : 1;
}
