import type { CompiledPattern } from "./types.ts";

type Search = CompiledPattern["search"];

/** One character, written as itself, by an escape, or as a class. */
const LITERAL = "[\\w:@/#%&~,;=!<>\"' -]";
const ESCAPE = "\\\\[.+*?()|[\\]{}^$/\\\\]";
const CLASS = `\\[\\^?(?:[A-Za-z]-[A-Za-z]|\\d-\\d|[\\w:@/#%,;=.+*?() ]|${ESCAPE}|\\\\d)+\\]`;
const CHARACTER = `(?:${LITERAL}|${ESCAPE}|${CLASS}|\\\\[dw]|\\.)`;
const REPEAT = "(?:[*+?]|\\{\\d+(?:,\\d*)?\\})";

/** An anchor at either end, and between them characters, each perhaps repeated, and groups that are not. */
const PLAIN = new RegExp(`^\\^?(?:${CHARACTER}${REPEAT}?|\\((?!\\?)|\\)(?![*+?{]))*\\$?$`);

/** What may be repeated for long. */
const LONG_REPEATS = /[^\\][*+{]/g;

/** How many of those a pattern may have: with more, a search that fails could take long. */
const MOST_REPEATS = 2;

/** To the runtime's expressions these end a line, too. */
const OTHER_LINE_ENDS = /[\u2028\u2029]/;

/**
 * A pattern that is so plain that it means the same to the runtime's own expressions as to RE2, to which an address
 * has to be copied: most rules are. Anchored at the start, with few repeats, it takes no long search either.
 *
 * @param pattern that RE2 has compiled.
 * @param elsewhere searches what differs after all.
 * @returns undefined for any other pattern.
 */
export function plainSearch(pattern: string, elsewhere: Search): Search | undefined {
	if (!pattern.startsWith("^") || !PLAIN.test(pattern)) return undefined;
	if ((pattern.match(LONG_REPEATS)?.length ?? 0) > MOST_REPEATS) return undefined;
	const expression = new RegExp(pattern, "u");
	return (subject) => (OTHER_LINE_ENDS.test(subject) ? elsewhere(subject) : expression.exec(subject));
}
