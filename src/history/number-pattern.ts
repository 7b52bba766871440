import { cleanNumber } from "../numbers/clean-number.ts";

/**
 * What people write between the digits of a number: spaces, brackets, a slash, dots, dashes, direction marks.
 */
const SEPARATORS = " \u00a0\u2009\u202f()/.-\u2010\u2011\u2013\u200e\u200f\u202a\u202c";

/**
 * The LIKE pattern, without an escape, for numbers that contain the given one; undefined for a text that is
 * not part of a number.
 */
export function numberPattern(text: string): string | undefined {
	const digits = [...cleanNumber(text)].filter((character) => !SEPARATORS.includes(character)).join("");
	return /^\+?[\d*#]*\d[\d*#]*$/.test(digits) ? `%${digits}%` : undefined;
}

/**
 * An SQL expression that tells whether a column of addresses is LIKE a pattern, ignoring what separates the
 * digits of a number.
 *
 * @param column its name.
 * @param pattern the name of the parameter.
 */
export function bareLike(column: string, pattern: string): string {
	let bare = `replace(${column}, '(0)', '')`;
	for (const character of SEPARATORS) bare = `replace(${bare}, '${character}', '')`;
	// Only a possible number with separators is worth the work.
	const separated = `${column} GLOB '*[0-9]*[^0-9A-Za-z]*[0-9]*'`;
	return `(${column} LIKE ${pattern} OR (${separated} AND ${bare} LIKE ${pattern}))`;
}
