import { RESULT_CLASSES } from "../../call/results.ts";
import { CALL_WAYS } from "../../call/types.ts";
import { startOfDay } from "../../history/local-days.ts";
import type { HistoryFilter, HistoryQuery } from "../../history/types.ts";
import { isOneOf } from "../../one-of.ts";

/** The contents of the search form, as typed. */
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

/** Days that the charts can show. */
export const CHART_RANGES = [30, 90] as const;

export type ChartRange = (typeof CHART_RANGES)[number];

export type Search =
	| {
			readonly ok: true;
			readonly form: SearchForm;
			readonly filter: HistoryFilter;
			readonly query: HistoryQuery;
			/** Absent when there is no chart: it is of all calls, so a search has none. */
			readonly chart: ChartRange | undefined;
	  }
	| { readonly ok: false; readonly form: SearchForm; readonly problems: readonly SearchProblem[] };

/** Calls on a page. */
const PAGE_SIZE = 50;

/** Longest text that is searched for, in characters. */
export const MAX_TEXT = 200;

const A_DAY = "a day such as 2026-03-01";

/** Reads the query of the history page; an empty field asks for nothing. All problems come at once. */
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
	const days = value("days");
	const resultClass = RESULT_CLASSES.find((digit) => String(digit) === form.result);
	const range = CHART_RANGES.find((count) => String(count) === days);
	const problems: SearchProblem[] = [];
	const expect = (field: string, right: boolean, expected: string): void => {
		if (!right) problems.push({ field, expected });
	};
	expect("text", form.text.length <= MAX_TEXT, `at most ${MAX_TEXT} characters`);
	expect("result", form.result === "" || resultClass !== undefined, "2, 3, 4, 5 or 6");
	expect("way", form.way === "" || isOneOf(CALL_WAYS, form.way), CALL_WAYS.join(" or "));
	expect("from", from !== null, A_DAY);
	expect("to", to !== null, A_DAY);
	if (from != null && to != null) expect("to", from < to, "a day not before the first one");
	expect("days", days === "" || range !== undefined, CHART_RANGES.join(" or "));
	if (problems.length > 0) return { ok: false, form, problems };
	const filter: HistoryFilter = {
		...(form.text !== "" && { text: form.text }),
		...(resultClass !== undefined && { resultClass }),
		...(isOneOf(CALL_WAYS, form.way) && { way: form.way }),
		...(from != null && { from }),
		...(to != null && { to }),
	};
	const cursor = parameters.get("cursor");
	const all = cursor === null && Object.keys(filter).length === 0;
	return {
		ok: true,
		form,
		filter,
		query: { ...filter, limit: PAGE_SIZE, ...(cursor !== null && { cursor }) },
		chart: all ? (range ?? CHART_RANGES[0]) : undefined,
	};
}

/** A page of the same search, with its query. @param cursor of another page of it. */
export function searchAddress(path: string, form: SearchForm, cursor?: string): string {
	const parameters = new URLSearchParams({ ...form, ...(cursor !== undefined && { cursor }) });
	for (const [name, value] of [...parameters]) if (value === "") parameters.delete(name);
	return parameters.size > 0 ? `${path}?${parameters}` : path;
}

/** @returns the start of a day in the server's time zone; undefined for none, null when it is not a day. */
function readDay(text: string, later: number): number | undefined | null {
	if (text === "") return undefined;
	const [, year, month, day] = /^([1-9]\d{3})-(\d{2})-(\d{2})$/.exec(text) ?? [];
	const date = new Date(Number(year), Number(month) - 1, Number(day));
	if (date.getMonth() !== Number(month) - 1 || date.getDate() !== Number(day)) return null;
	return startOfDay(date, later);
}
