import { cleanNumber } from "./clean-number.ts";

/** Makes of an address what the translation rules are given; addresses that are no telephone numbers stay as they are. */
export type NumberCleaner = (typed: string) => string;

/**
 * The cleaner that the settings ask for.
 *
 * @param cleaning false leaves every address as it was typed.
 */
export function numberCleaner(cleaning: boolean): NumberCleaner {
	return cleaning ? cleanNumber : asTyped;
}

/** Leaves every address as it was typed. */
export function asTyped(typed: string): string {
	return typed;
}
