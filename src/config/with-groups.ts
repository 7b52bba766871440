import { editLines, freshLine, joined, linesIn, readLine, withLineValue } from "./config-lines.ts";
import { type AnyGroup, type GroupBlock, groupBlocks } from "./group-blocks.ts";
import { placeFor } from "./place-for.ts";

/** A group of lines, such as a user with its password and phones, as a file has it or is to have it. */
export interface WrittenGroup {
	/** Values by the name of the field; a field without any has no line. */
	readonly values: Readonly<Record<string, readonly string[]>>;
	/** Where it is among those of the file, from 0; undefined for a new one. */
	readonly from?: number | undefined;
}

/**
 * A configuration with other groups of a setting. Each group keeps its lines, and takes the comments right above it along
 * when it moves; as few as possible move. All other lines stay as they are.
 *
 * @param config octets: what is not changed stays what it was, in any encoding.
 */
export function withGroups(config: Buffer, setting: AnyGroup, groups: readonly WrittenGroup[]): Buffer {
	return editLines(config, (lines) => {
		const blocks = groupBlocks(lines, setting);
		const stay = new Set(longestRising(groups.map(({ from = -1 }) => from)));
		/** What each line becomes, and what comes before and after it. */
		const edited: string[][] = lines.map((line) => [line]);
		const before: string[][] = lines.map(() => []);
		const after: string[][] = lines.map(() => []);
		for (const { members } of blocks) for (const index of members) edited[index] = [];
		let last: number | undefined;
		const early: string[] = [];
		for (const [place, group] of groups.entries()) {
			const block = blocks[group.from ?? -1];
			const written = block ? editedBlock(lines, setting, block, group) : undefined;
			if (block && written && stay.has(place)) {
				for (const [index, own] of written) edited[index] = own;
				last = block.members.at(-1);
				continue;
			}
			const own = written ? [...written.values()].flat() : freshBlock(lines, setting, group);
			(last === undefined ? early : after[last])?.push(...own);
		}
		if (early.length > 0) {
			const next = groups.find((_group, place) => stay.has(place))?.from;
			const at = blocks[next ?? 0]?.members[0] ?? placeFor(lines, setting);
			if (at >= lines.length) return [...lines, ...early];
			before[at]?.push(...early);
		}
		return joined(
			lines.map((_line, index) => [
				...(before[index] ?? []),
				...(edited[index] ?? []),
				...(after[index] ?? []),
			]),
		);
	});
}

/** The groups of a setting that a configuration has. @param config in UTF-8. */
export function groupsIn(config: Buffer, setting: AnyGroup): WrittenGroup[] {
	const lines = linesIn(config);
	return groupBlocks(lines, setting).map(({ fields }, from) => ({
		values: Object.fromEntries(
			Object.values(setting.fields).map(({ name }) => [
				name,
				(fields.get(name.toLowerCase()) ?? []).map((index) => valueAt(lines, index)),
			]),
		),
		from,
	}));
}

/** Which of the groups of a configuration a line belongs to. @param line from 1. */
export function groupAtLine(config: Buffer, setting: AnyGroup, line: number): number | undefined {
	const place = groupBlocks(linesIn(config), setting).findIndex(({ members }) => members.includes(line - 1));
	return place < 0 ? undefined : place;
}

/** What each line of a group becomes. */
function editedBlock(
	lines: readonly string[],
	setting: AnyGroup,
	{ members, fields }: GroupBlock,
	{ values }: WrittenGroup,
): ReadonlyMap<number, string[]> {
	const edited = new Map(members.map((index) => [index, [lines[index] ?? ""]]));
	let place = members[0] ?? 0;
	for (const { name } of Object.values(setting.fields)) {
		const known = fields.get(name.toLowerCase()) ?? [];
		const wanted = values[name] ?? [];
		const old = known.map((index) => valueAt(lines, index));
		const same = commonStart(old, wanted);
		const end = commonStart(old.slice(same).reverse(), wanted.slice(same).reverse());
		const changed = known.slice(same, known.length - end);
		const fresh = wanted.slice(same, wanted.length - end);
		for (const [index, at] of changed.entries()) {
			const value = fresh[index];
			edited.set(at, value === undefined ? [] : [withLineValue(lines[at] ?? "", value)]);
		}
		const more = fresh.slice(changed.length).map((value) => freshLine(lines, name, value));
		const next = changed.length === 0 ? known[same] : undefined;
		if (next === undefined) edited.get(changed.at(-1) ?? known.at(-1) ?? place)?.push(...more);
		else edited.get(next)?.unshift(...more);
		place = known.at(-1) ?? place;
	}
	return edited;
}

function freshBlock(lines: readonly string[], setting: AnyGroup, { values }: WrittenGroup): string[] {
	return Object.values(setting.fields).flatMap(({ name }) =>
		(values[name] ?? []).map((value) => freshLine(lines, name, value)),
	);
}

function valueAt(lines: readonly string[], index: number): string {
	return readLine(lines[index] ?? "")?.value ?? "";
}

function commonStart(some: readonly string[], others: readonly string[]): number {
	const end = some.findIndex((value, index) => value !== others[index]);
	return end < 0 ? Math.min(some.length, others.length) : end;
}

/** Places of a longest row of numbers that rise; negative ones do not count. */
function longestRising(numbers: readonly number[]): number[] {
	const best: number[][] = [];
	for (const [place, number] of numbers.entries()) {
		const before = best
			.slice(0, place)
			.filter((row) => (numbers[row.at(-1) ?? -1] ?? Number.POSITIVE_INFINITY) < number);
		const longest = before.reduce<number[]>((one, other) => (other.length > one.length ? other : one), []);
		best.push(number < 0 ? [] : [...longest, place]);
	}
	return best.reduce<number[]>((one, other) => (other.length > one.length ? other : one), []);
}
