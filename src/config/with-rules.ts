import { SETTINGS } from "./settings.ts";

/** A translation rule as the file has it, or is to have it. */
export interface WrittenRule {
	readonly pattern: string;
	readonly output: string;
	/** Where it is among the rules of the file, from 0; undefined for a new one. */
	readonly from?: number | undefined;
}

const { pattern: PATTERN, output: OUTPUT } = SETTINGS.translationRules.fields;
const LINE = /^(\s*)([A-Za-z][\w.-]*)(\s*=\s*)(.*?)(\s*)$/;

/** Lines of a rule: the comments right above it, its pattern, and what follows up to its output. */
interface Block {
	/** Index of the first line. */
	readonly start: number;
	readonly lines: readonly string[];
}

/**
 * A configuration with other translation rules. Each rule keeps its lines and the comments right above it, also where
 * it moves; all other lines stay as they are.
 *
 * @param config octets: what is not changed stays what it was, in any encoding.
 */
export function withRules(config: Buffer, rules: readonly WrittenRule[]): Buffer {
	const lines = config.toString("latin1").split("\n");
	const blocks = blocksOf(lines);
	const wanted = rules.map((rule) => blockOf(rule, blocks[rule.from ?? -1]?.lines));
	const result: string[] = [];
	let next = 0;
	for (const [index, { start, lines: own }] of blocks.entries()) {
		result.push(...lines.slice(next, start));
		next = start + own.length;
		result.push(...(wanted[index] ?? []));
		// Those beyond the last place follow it.
		if (index === blocks.length - 1) result.push(...wanted.slice(blocks.length).flat());
	}
	const rest = lines.slice(next);
	if (blocks.length === 0) {
		const hasEnd = rest.at(-1) === "";
		rest.splice(hasEnd ? rest.length - 1 : rest.length, 0, ...wanted.flat());
	}
	return Buffer.from([...result, ...rest].join("\n"), "latin1");
}

/** The rules of a configuration. @param config in UTF-8. */
export function rulesIn(config: Buffer): WrittenRule[] {
	return blocksOf(config.toString("latin1").split("\n")).map(({ lines }, from) => ({
		pattern: valueIn(lines, PATTERN.name),
		output: valueIn(lines, OUTPUT.name),
		from,
	}));
}

function blocksOf(lines: readonly string[]): Block[] {
	const blocks: Block[] = [];
	let free = 0;
	for (let index = 0; index < lines.length; index += 1) {
		if (!isLineOf(lines[index], PATTERN.name)) continue;
		let start = index;
		while (start > free && /^\s*#/.test(lines[start - 1] ?? "")) start -= 1;
		let end = index + 1;
		while (end < lines.length && !isSetting(lines[end])) end += 1;
		// Without an output, the rule is its pattern alone.
		end = isLineOf(lines[end], OUTPUT.name) ? end + 1 : index + 1;
		blocks.push({ start, lines: lines.slice(start, end) });
		free = end;
	}
	return blocks;
}

function blockOf({ pattern, output }: WrittenRule, lines: readonly string[] | undefined): string[] {
	const fresh = [`${PATTERN.name} = ${toOctets(pattern)}`, `${OUTPUT.name} = ${toOctets(output)}`];
	if (!lines?.some((line) => isLineOf(line, OUTPUT.name))) return fresh;
	return lines.map((line) => {
		if (isLineOf(line, PATTERN.name)) return withValue(line, pattern);
		return isLineOf(line, OUTPUT.name) ? withValue(line, output) : line;
	});
}

function withValue(line: string, value: string): string {
	const [, indent = "", name = "", equals = " = ", before = "", end = ""] = LINE.exec(line) ?? [];
	const octets = toOctets(value);
	return before === octets ? line : `${indent}${name}${equals.trimEnd()} ${octets}${end}`;
}

function valueIn(lines: readonly string[], name: string): string {
	const line = lines.find((text) => isLineOf(text, name));
	return Buffer.from(LINE.exec(line ?? "")?.[4] ?? "", "latin1").toString();
}

function isLineOf(line: string | undefined, name: string): boolean {
	return LINE.exec(line ?? "")?.[2]?.toLowerCase() === name.toLowerCase();
}

function isSetting(line: string | undefined): boolean {
	return /^\s*[^\s#]/.test(line ?? "");
}

function toOctets(value: string): string {
	return Buffer.from(value.trim()).toString("latin1");
}
