import { isComment, readLine } from "./config-lines.ts";
import type { AnySetting } from "./setting.ts";
import { SETTING_ENTRIES, type Settings } from "./settings.ts";

/** The names by which a file may set a setting, in small letters. */
export function namesOf(setting: AnySetting): ReadonlySet<string> {
	const names =
		setting.kind === "single"
			? [setting.name, ...(setting.aliases ?? [])]
			: Object.values(setting.fields).map(({ name }) => name);
	return new Set(names.map((name) => name.toLowerCase()));
}

/** The entry of the table that has a name. */
export function entryNamed(name: string): readonly [keyof Settings, AnySetting] | undefined {
	return SETTING_ENTRIES.find(([, setting]) => namesOf(setting).has(name.toLowerCase()));
}

/**
 * Where a person would write a setting that a file does not have: below its commented line, or else next to those around
 * it in the table, or else at the end.
 *
 * @returns index of the line before which it goes.
 */
export function placeFor(lines: readonly string[], setting: AnySetting | undefined): number {
	const found = lines.map(readLine);
	const last = (one: AnySetting): number =>
		found.findLastIndex((line) => line !== undefined && namesOf(one).has(line.name));
	const first = (one: AnySetting): number =>
		found.findIndex((line) => line !== undefined && namesOf(one).has(line.name));
	const neighbours = SETTING_ENTRIES.map(([, one]) => one).filter(
		({ section }) => section === setting?.section,
	);
	const own = setting === undefined ? -1 : neighbours.indexOf(setting);
	for (const one of neighbours.slice(0, own + 1).reverse()) if (last(one) >= 0) return last(one) + 1;
	for (const one of neighbours.slice(own + 1)) if (first(one) >= 0) return aboveComments(lines, first(one));
	return lines.at(-1)?.trim() === "" ? lines.length - 1 : lines.length;
}

function aboveComments(lines: readonly string[], index: number): number {
	let start = index;
	while (start > 0 && isComment(lines[start - 1] ?? "")) start -= 1;
	return start;
}
