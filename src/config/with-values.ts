import { SETTING_ENTRIES } from "./settings.ts";

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
	const { names, first } = placeOf(name);
	const isSet = (index: number, of: readonly string[]): boolean =>
		isNamed(found[index], of) && found[index]?.[2] === "";
	if (value === undefined) return lines.filter((_line, index) => !isSet(index, names));
	const text = Buffer.from(value).toString("latin1");
	const indexes = [...lines.keys()];
	const set = indexes.findLast((index) => isSet(index, names));
	// What belongs to a group counts after the line that begins it, and nowhere before.
	const begin = first === undefined ? -1 : (indexes.findLast((index) => isSet(index, [first])) ?? -1);
	const at = set ?? indexes.find((index) => index > begin && isNamed(found[index], names));
	if (at !== undefined) {
		const [, indent = "", , , written = name, equals = " = ", , end = ""] = found[at] ?? [];
		return lines.with(at, `${indent}${written}${equals.trimEnd()} ${text}${end}`);
	}
	const line = `${name} = ${text}`;
	const isLast = lines.at(-1) === "";
	const after = begin >= 0 ? begin + 1 : isLast ? lines.length - 1 : lines.length;
	const before = lines[after - 1];
	// With the same end of line as the one before it.
	return lines.toSpliced(after, 0, before?.endsWith("\r") ? `${line}\r` : line);
}

function isNamed(match: RegExpExecArray | null | undefined, names: readonly string[]): boolean {
	const [, , , , written] = match ?? [];
	return written !== undefined && isOneOf(written, names);
}

/** All names of a setting, and what begins its group, if it is a further line of one. */
function placeOf(name: string): { readonly names: readonly string[]; readonly first?: string | undefined } {
	for (const [, setting] of SETTING_ENTRIES) {
		if (setting.kind === "single") {
			const names = [setting.name, ...(setting.aliases ?? [])];
			if (isOneOf(name, names)) return { names };
			continue;
		}
		const [first, ...others] = Object.values(setting.fields).map((field) => field.name);
		if (isOneOf(name, others)) return { names: [name], first };
	}
	return { names: [name] };
}

function isOneOf(name: string, names: readonly string[]): boolean {
	return names.some((other) => other.toLowerCase() === name.toLowerCase());
}
