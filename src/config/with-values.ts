/** New values of settings that have one value, by name; undefined takes the line out. */
export type NewValues = Readonly<Record<string, string | undefined>>;

const LINE = /^(\s*)(#?)(\s*)([A-Za-z][\w.-]*)(\s*=\s*)(.*?)(\s*)$/;

/**
 * A configuration with other values of some settings. Each takes the place of the line that counts, or of the commented
 * one that stands for it, or comes at the end; all other lines stay as they are.
 *
 * @param config octets: what is not changed stays what it was, in any encoding.
 */
export function withValues(config: Buffer, values: NewValues): Buffer {
	let lines = config.toString("latin1").split("\n");
	for (const [name, value] of Object.entries(values)) lines = withValue(lines, name, value);
	return Buffer.from(lines.join("\n"), "latin1");
}

function withValue(lines: readonly string[], name: string, value: string | undefined): string[] {
	const found = lines.map((line) => LINE.exec(line));
	const isNamed = (match: RegExpExecArray | null): boolean =>
		match?.[4]?.toLowerCase() === name.toLowerCase();
	const set = found.findLastIndex((match) => isNamed(match) && match?.[2] === "");
	if (value === undefined)
		return lines.filter((_line, index) => !isNamed(found[index] ?? null) || found[index]?.[2] === "#");
	const at = set >= 0 ? set : found.findIndex((match) => isNamed(match));
	const text = Buffer.from(value).toString("latin1");
	const [, indent = "", , , written = name, equals = " = ", , end = ""] = found[at] ?? [];
	const line = `${indent}${written}${equals.trimEnd()} ${text}${end}`;
	if (at >= 0) return lines.with(at, line);
	const hasEnd = lines.at(-1) === "";
	return [...(hasEnd ? lines.slice(0, -1) : lines), line, ...(hasEnd ? [""] : [])];
}
