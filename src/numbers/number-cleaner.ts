import { cleanNumber } from "./clean-number.ts";

/** Makes of an address what the translation rules are given; addresses that are no telephone numbers stay as they are. */
export type NumberCleaner = (typed: string) => string;

/**
 * The cleaner that the settings ask for.
 *
 * @param cleaning false leaves every address as it was typed.
 * @param country two letters of the country whose numbers become E.164 numbers; empty for none. What that takes is
 * loaded only then.
 */
export async function numberCleaner(cleaning: boolean, country: string): Promise<NumberCleaner> {
	if (!cleaning) return asTyped;
	if (country === "") return cleanNumber;
	const { loadE164 } = await import("./e164.ts");
	const toE164 = await loadE164(country);
	return (typed) => toE164(cleanNumber(typed));
}

/** Leaves every address as it was typed. */
export function asTyped(typed: string): string {
	return typed;
}
