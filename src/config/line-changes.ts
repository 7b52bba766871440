import { entryNamed } from "./place-for.ts";

/** What differs between two configurations; names, never a value. */
export interface LineChanges {
	/** Of the lines that only one of both has, in the order of the file. */
	readonly what: readonly string[];
	/** Of the groups that stand in another order, by the name of the first field. */
	readonly order: readonly string[];
}

/** Compares the lines of two configurations that set something. */
export function lineChanges(before: Uint8Array, after: Uint8Array): LineChanges {
	const [old, fresh] = [settingLines(before), settingLines(after)];
	const what = new Set([...surplus(fresh, old), ...surplus(old, fresh)].map(({ name }) => name));
	const order = [...new Set(fresh.map(({ name }) => name))].filter(
		(name) => !what.has(name) && linesOf(old, name) !== linesOf(fresh, name),
	);
	const first = order.map((name) => Object.values(groupFields(name))[0]?.name ?? name);
	return { what: [...what], order: [...new Set(first)] };
}

interface SettingLine {
	readonly name: string;
	readonly line: string;
}

function settingLines(config: Uint8Array): SettingLine[] {
	const lines = Buffer.from(config).toString("latin1").split("\n");
	return lines.flatMap((line) => {
		const name = /^\s*([A-Za-z][\w.-]*)\s*=/.exec(line)?.[1];
		return name === undefined ? [] : { name, line };
	});
}

/** The lines that there are more of than in the other file. */
function surplus(lines: readonly SettingLine[], others: readonly SettingLine[]): SettingLine[] {
	const left = new Map<string, number>();
	for (const { line } of others) left.set(line, (left.get(line) ?? 0) + 1);
	return lines.filter(({ line }) => {
		const count = left.get(line) ?? 0;
		left.set(line, count - 1);
		return count <= 0;
	});
}

function linesOf(lines: readonly SettingLine[], wanted: string): string {
	return lines.flatMap(({ name, line }) => (name === wanted ? line : [])).join("\n");
}

function groupFields(name: string): Readonly<Record<string, { readonly name: string }>> {
	const [, setting] = entryNamed(name) ?? [];
	return setting?.kind === "group" ? setting.fields : {};
}
