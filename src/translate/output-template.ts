import type { Captures, PatternGroups } from "./types.ts";

/** A piece of an output: literal text, or the groups whose text goes there (the first one set counts). */
type Piece = string | readonly number[];

/** A TranslationOutput that was checked against its pattern's groups. */
export interface OutputTemplate {
	readonly pieces: readonly Piece[];
	/** True if `\$` precedes a digit or brace, where `$` was probably meant. */
	readonly escapesReference: boolean;
}

/** An output refers to something that does not exist; the message says what was expected. */
export class OutputError extends Error {
	override readonly name = "OutputError";
}

/** `\$`, `${…}`, or `$` and one or two digits; `${` without a name and its brace is caught as the last form. */
const REFERENCE = /\\\$|\$\{([A-Za-z_]\w*|\d{1,2})\}|\$(\d\d?)|\$\{/g;

/**
 * Parses a TranslationOutput.
 *
 * `$0` is the whole match, `$1` to `$99` and `${1}` to `${99}` are groups, `${name}` is a named group, and
 * `\$` is a dollar sign, as is any `$` that starts none of these forms. Two digits mean the group with that
 * number if the pattern has it, otherwise the group of the first digit followed by the second as text: `$10`
 * is group 1 and a zero in a pattern with fewer than ten groups.
 *
 * @throws {OutputError} if it refers to a group that the pattern does not have
 */
export function parseOutput(output: string, groups: PatternGroups): OutputTemplate {
	const pieces: Piece[] = [];
	let literal = "";
	let end = 0;
	let escapesReference = false;
	for (const match of output.matchAll(REFERENCE)) {
		const [text, braced, digits] = match;
		literal += output.slice(end, match.index);
		end = match.index + text.length;
		if (text === "\\$") {
			literal += "$";
			escapesReference ||= /^[\d{]/.test(output.slice(end));
			continue;
		}
		let numbers: readonly number[];
		let rest = "";
		if (braced !== undefined) {
			numbers = /^\d/.test(braced) ? [existing(Number(braced), groups, text)] : named(braced, groups);
		} else if (digits !== undefined) {
			const two = Number(digits);
			const takesBoth = digits.length === 1 || (digits[0] !== "0" && two <= groups.count);
			numbers = [existing(takesBoth ? two : Number(digits[0]), groups, text)];
			if (!takesBoth) rest = digits.slice(1);
		} else {
			throw new OutputError("expected a group's number or name and a closing brace after ${");
		}
		if (literal !== "") pieces.push(literal);
		pieces.push(numbers);
		literal = rest;
	}
	literal += output.slice(end);
	if (literal !== "") pieces.push(literal);
	return { pieces, escapesReference };
}

function existing(group: number, groups: PatternGroups, text: string): number {
	if (group <= groups.count) return group;
	const has = groups.count === 1 ? "1 group" : `${groups.count} groups`;
	throw new OutputError(`${text} refers to a group that the pattern does not have (it has ${has})`);
}

function named(name: string, groups: PatternGroups): readonly number[] {
	const numbers = groups.names.get(name);
	if (numbers) return numbers;
	const known = [...groups.names.keys()];
	const has = known.length === 0 ? "it names none" : `it names ${known.join(", ")}`;
	throw new OutputError(`\${${name}} refers to a group that the pattern does not have (${has})`);
}

/** The numbers of the groups whose text it uses, each once. */
export function groupsIn({ pieces }: OutputTemplate): number[] {
	return [...new Set(pieces.flatMap((piece) => (typeof piece === "string" ? [] : piece)))];
}

/** Inserts the captured texts; a captured text is never searched for references itself. */
export function expandOutput(template: OutputTemplate, captures: Captures): string {
	let text = "";
	for (const piece of template.pieces) {
		text += typeof piece === "string" ? piece : firstSet(piece, captures);
	}
	return text;
}

function firstSet(groups: readonly number[], captures: Captures): string {
	for (const group of groups) {
		const captured = captures[group];
		if (captured !== undefined) return captured;
	}
	return "";
}
