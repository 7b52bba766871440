import { editLines, freshLine, joined, readLine, withLineValue } from "./config-lines.ts";
import { entryNamed, namesOf, placeFor } from "./place-for.ts";

/** New values of settings that have one value, by name; undefined takes the line out. */
export type NewValues = Readonly<Record<string, string | undefined>>;

/**
 * A configuration with other values of some settings. Each takes the place of the line that counts, or comes below the
 * commented one that explains it, or next to its neighbours; all other lines stay as they are.
 *
 * @param config octets: what is not changed stays what it was, in any encoding.
 */
export function withValues(config: Buffer, values: NewValues): Buffer {
	return editLines(config, (lines) =>
		Object.entries(values).reduce((edited, [name, value]) => withValue(edited, name, value), lines),
	);
}

function withValue(lines: readonly string[], name: string, value: string | undefined): readonly string[] {
	const [, setting] = entryNamed(name) ?? [];
	// A file may call it by another name.
	const names = setting?.kind === "single" ? namesOf(setting) : new Set([name.toLowerCase()]);
	const isSet = (line: string): boolean => {
		const read = readLine(line);
		return read !== undefined && !read.commented && names.has(read.name);
	};
	if (value === undefined) return joined(lines.map((line) => (isSet(line) ? [] : [line])));
	const at = lines.findLastIndex(isSet);
	if (at >= 0) return lines.with(at, withLineValue(lines[at] ?? "", value));
	return lines.toSpliced(placeFor(lines, setting), 0, freshLine(lines, name, value));
}
