import { isComment, isSetting, readLine, toOctets } from "./config-lines.ts";
import { namesOf } from "./place-for.ts";
import { documentationOf } from "./render-sample.ts";
import type { AnySetting } from "./setting.ts";

/** An entry of the table whose lines are repeated together. */
export type AnyGroup = Extract<AnySetting, { readonly kind: "group" }>;

/** The lines of one group in a file: its fields, what is between them, and the comments right above them. */
export interface GroupBlock {
	/** Indexes of all its lines, in order. */
	readonly members: readonly number[];
	/** Indexes of the lines of each field, by its name in small letters. */
	readonly fields: ReadonlyMap<string, readonly number[]>;
}

/** The groups of a setting in the lines of a file, in order. */
export function groupBlocks(lines: readonly string[], setting: AnyGroup): GroupBlock[] {
	const known = namesOf(setting);
	const [first] = known;
	const documentation = new Set(documentationOf(setting).map(toOctets));
	const isOwnComment = (line: string): boolean =>
		isComment(line) && !documentation.has(line.trim()) && !known.has(readLine(line)?.name ?? "");
	const blocks: { members: number[]; fields: Map<string, number[]> }[] = [];
	for (const [index, line] of lines.entries()) {
		const read = readLine(line);
		if (!read || read.commented || !known.has(read.name)) continue;
		const end = (blocks.at(-1)?.members.at(-1) ?? -1) + 1;
		if (read.name === first) {
			let start = index;
			while (start > end && isOwnComment(lines[start - 1] ?? "")) start -= 1;
			blocks.push({ members: range(start, index), fields: new Map() });
		}
		const block = blocks.at(-1);
		if (!block) continue;
		// Other settings may stand between its lines; they stay where they are.
		const between = range(end, index);
		if (read.name !== first && !between.some((at) => isSetting(lines[at] ?? "")))
			block.members.push(...between);
		block.members.push(index);
		block.fields.set(read.name, [...(block.fields.get(read.name) ?? []), index]);
	}
	return blocks;
}

function range(from: number, to: number): number[] {
	return Array.from({ length: Math.max(to - from, 0) }, (_, index) => from + index);
}
