/** One pair of TranslationPattern and TranslationOutput, as it was written. */
export interface TranslationRule {
	/** A Perl-compatible regular expression; it is searched for, not anchored. */
	readonly pattern: string;
	/** What the address becomes, with `$0`, `$1` to `$99`, `${12}`, `${name}` and `\$`. */
	readonly output: string;
	/** File the rule was read from, or `command line`. */
	readonly file: string;
	/** Line of the pattern in that file, from 1; on the command line the number of the argument. */
	readonly line: number;
}

/** The regular-expression engines, in the order in which they are tried. */
export type EngineName = "RE2" | "PCRE2";

/** The text of each group, the whole match first; undefined for a group that took no part. */
export type Captures = readonly (string | undefined)[];

/** The groups of a pattern: what an output may refer to. */
export interface PatternGroups {
	/** Number of capturing groups, without the whole match. */
	readonly count: number;
	/** Numbers of the groups that have a name; several if the pattern repeats the name. */
	readonly names: ReadonlyMap<string, readonly number[]>;
}

/** A compiled pattern of either engine. */
export interface CompiledPattern {
	readonly engine: EngineName;
	readonly groups: PatternGroups;
	/**
	 * Searches the subject from its start.
	 *
	 * @param subject at most 512 characters, well-formed UTF-16: the engines' memory is fixed
	 * @returns the captures of the first match, or null
	 * @throws {MatchLimitError} when the search was abandoned
	 * @throws {EngineFailure} when the engine can no longer be used
	 */
	search(subject: string): Captures | null;
	/** Frees the engine's memory; the pattern cannot be used afterwards. */
	dispose(): void;
}

/** A search took more steps than a rule may take. */
export class MatchLimitError extends Error {
	override readonly name = "MatchLimitError";
}

/** An engine broke down (its memory is fixed); none of its patterns can be used any longer. */
export class EngineFailure extends Error {
	override readonly name = "EngineFailure";
}

/** A pattern that an engine does not accept; the message says why, in the engine's words. */
export class PatternError extends Error {
	override readonly name = "PatternError";
}

/** What is wrong with one rule. */
export interface RuleProblem {
	readonly file: string;
	readonly line: number;
	readonly setting: "TranslationPattern" | "TranslationOutput";
	readonly value: string;
	/** The expected value. */
	readonly expected: string;
	/** File, line, setting, value and what was expected, in one line. */
	readonly message: string;
}

/** Unusable rules; lists every problem found in them. */
export class TranslationRuleError extends Error {
	override readonly name = "TranslationRuleError";

	constructor(readonly problems: readonly RuleProblem[]) {
		super(problems.map((problem) => problem.message).join("\n"));
	}
}
