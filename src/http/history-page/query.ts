import { startOfDay } from "../../history/local-days.ts";
import type { HistoryFilter, HistoryQuery, ResultClass } from "../../history/types.ts";

/** What stands in the search form, as it was typed. */
export interface SearchForm {
	readonly text: string;
	readonly result: string;
	readonly way: string;
	readonly from: string;
	readonly to: string;
}

/** A field that cannot be used. */
export interface SearchProblem {
	readonly field: string;
	readonly expected: string;
}

export type Search =
	| {
			readonly ok: true;
			readonly form: SearchForm;
			readonly filter: HistoryFilter;
			readonly query: HistoryQuery;
	  }
	| { readonly ok: false; readonly form: SearchForm; readonly problems: readonly SearchProblem[] };

/** Calls on a page. */
const PAGE_SIZE = 50;

const RESULT_CLASSES: ReadonlyMap<string, ResultClass | undefined> = new Map([
	["", undefined],
	["2", 2],
	["3", 3],
	["4", 4],
	["5", 5],
	["6", 6],
]);

/** Reads the query of the history page; an empty field asks for nothing. */
export function readSearch(parameters: URLSearchParams): Search {
	const value = (name: string): string => parameters.get(name)?.trim() ?? "";
	const form: SearchForm = {
		text: value("text"),
		result: value("result"),
		way: value("way"),
		from: value("from"),
		to: value("to"),
	};
	const from = readDay(form.from, 0);
	// The last day is part of what is asked for.
	const to = readDay(form.to, 1);
	const problems: SearchProblem[] = [];
	const expect = (field: string, right: boolean, expected: string): void => {
		if (!right) problems.push({ field, expected });
	};
	expect("text", form.text.length <= 200, "at most 200 characters");
	expect("result", RESULT_CLASSES.has(form.result), "2, 3, 4, 5 or 6");
	expect("way", ["", "refer", "anchor"].includes(form.way), "refer or anchor");
	expect("from", from !== null, "a day such as 2026-03-01");
	expect("to", to !== null, "a day such as 2026-03-01");
	if (problems.length > 0) return { ok: false, form, problems };
	const filter: HistoryFilter = {
		...(form.text !== "" && { text: form.text }),
		...(form.result !== "" && { resultClass: RESULT_CLASSES.get(form.result) }),
		...((form.way === "refer" || form.way === "anchor") && { way: form.way }),
		...(from != null && { from }),
		...(to != null && { to }),
	};
	const cursor = parameters.get("cursor");
	return {
		ok: true,
		form,
		filter,
		query: { ...filter, limit: PAGE_SIZE, ...(cursor !== null && { cursor }) },
	};
}

/** The query of the same search. @param cursor of another page of it. */
export function searchParameters(form: SearchForm, cursor?: string): string {
	const parameters = new URLSearchParams({ ...form, ...(cursor !== undefined && { cursor }) });
	for (const [name, value] of [...parameters]) if (value === "") parameters.delete(name);
	return parameters.toString();
}

/** @returns the start of a day in the server's time zone; undefined for none, null when it is no day. */
function readDay(text: string, later: number): number | undefined | null {
	if (text === "") return undefined;
	const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
	const date = new Date(Number(year), Number(month) - 1, Number(day));
	if (date.getMonth() !== Number(month) - 1 || date.getDate() !== Number(day)) return null;
	return startOfDay(date, later);
}
