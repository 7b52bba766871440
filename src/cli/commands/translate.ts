import type { Settings } from "../../config/settings.ts";
import { NULL_LOGGER } from "../../log/null-logger.ts";
import { numberCleaner } from "../../numbers/number-cleaner.ts";
import { compileRules } from "../../translate/compile-rules.ts";
import { say } from "../output.ts";
import { StartError } from "../start-error.ts";
import { UsageError } from "../usage-error.ts";

/**
 * Shows what the rules see of each address, which rule takes it, and the URI it makes.
 *
 * @returns 0 when every address has a URI, else 1.
 * @throws {UsageError} when no address is given.
 * @throws {StartError} for a rule that cannot be compiled.
 */
export async function translateCommand(addresses: readonly string[], settings: Settings): Promise<number> {
	if (addresses.length === 0) throw new UsageError("expected an ADDRESS");
	const clean = await numberCleaner(settings.numberCleaning, settings.defaultCountry);
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
		const { cleaned = address } = result;
		say(address);
		if (cleaned !== address) say(`    cleaned to ${cleaned}`);
		say(result.ok ? `    ${result.uri}` : `    refused: ${result.reason}`);
		if (rule) say(`    by ${rule}`);
		if (!result.ok) failures += 1;
	}
	translator.dispose();
	return failures === 0 ? 0 : 1;
}
