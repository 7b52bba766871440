import { isDeepStrictEqual } from "node:util";
import type { ShownGroup, ShownRow } from "./settings-types.ts";

/** What the form of a page with rows says. */
export interface RowsForm {
	readonly mark: string;
	/** What was typed. */
	readonly rows: readonly ShownRow[];
	/** What the file had when the page was made, without secrets. */
	readonly base: readonly ShownRow[];
	/** What is to be done: `save`, `add`, or `up`, `down` or `remove` with a row. */
	readonly what: string;
	readonly row: number;
}

/** Reads the form of a group of lines; fields that may be repeated have one value a line. */
export function readRows(fields: URLSearchParams, group: ShownGroup): RowsForm {
	const without = fields.getAll("without");
	const columns = group.fields.map(({ name, many }) => ({ name, many, typed: fields.getAll(name) }));
	const rows = fields.getAll("from").map((from, row): ShownRow => {
		const values = columns.map(({ name, many, typed }) => {
			const text = typed[row] ?? "";
			return [
				name,
				(many ? text.split("\n") : [text]).map((each) => each.trim()).filter((each) => each !== ""),
			];
		});
		return {
			values: Object.fromEntries(values),
			from: /^\d+$/.test(from) ? Number(from) : undefined,
			without: group.fields.flatMap(({ name }) => (without.includes(`${row} ${name}`) ? name : [])),
		};
	});
	const [what = "", row = ""] = (fields.get("do") ?? "").split(" ");
	return { mark: fields.get("mark") ?? "", rows, base: readBase(fields.get("base")), what, row: Number(row) };
}

/** The rows of a file for a hidden field, which a page that is sent back is compared with. */
export function writtenBase(rows: readonly ShownRow[]): string {
	return JSON.stringify(rows.map(({ values }) => values));
}

function readBase(text: string | null): ShownRow[] {
	try {
		const base: unknown = JSON.parse(text ?? "[]");
		return Array.isArray(base) ? base.map((values, from) => ({ values: { ...values }, from })) : [];
	} catch {
		return [];
	}
}

/** The rows after one of the buttons was pressed. */
export function moved(rows: readonly ShownRow[], what: string, row: number): readonly ShownRow[] {
	const one = rows[row];
	if (what === "add") return [...rows, { values: {} }];
	if (!one) return rows;
	const others = rows.toSpliced(row, 1);
	if (what === "remove") return others;
	if (what === "up") return others.toSpliced(Math.max(row - 1, 0), 0, one);
	return what === "down" ? others.toSpliced(row + 1, 0, one) : rows;
}

/**
 * What was typed into a page, for a file that somebody else has changed meanwhile: what was typed stays, what was not
 * touched is as it is now, and what has come is there.
 */
export function rebased(
	typed: readonly ShownRow[],
	base: readonly ShownRow[],
	now: readonly ShownRow[],
): ShownRow[] {
	const free = new Set(now);
	/** Where each row of the base is by now. */
	const places = base.map(({ values }) => {
		const same = [...free].find((row) => isDeepStrictEqual(row.values, values));
		if (same) free.delete(same);
		return same?.from;
	});
	const kept = typed.flatMap((row): ShownRow[] => {
		const before = base[row.from ?? -1];
		const from = places[row.from ?? -1];
		if (before && from === undefined && isUntouched(row, before)) return [];
		return [{ ...row, from }];
	});
	return [...kept, ...free];
}

function isUntouched({ values, without = [] }: ShownRow, before: ShownRow): boolean {
	return without.length === 0 && isDeepStrictEqual(shortened(values), shortened(before.values));
}

/** An empty field is the same as none. */
function shortened(values: ShownRow["values"]): Record<string, readonly string[]> {
	const given = Object.entries(values).map(
		([name, list]) => [name, list.filter((text) => text !== "")] as const,
	);
	return Object.fromEntries(given.filter(([, list]) => list.length > 0));
}
