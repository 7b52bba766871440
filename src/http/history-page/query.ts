import { RESULT_CLASSES } from "../../call/results.ts";
import { CALL_WAYS } from "../../call/types.ts";
import type { CsvSeparator } from "../../history/csv.ts";
import { startOfNamedDay } from "../../history/local-days.ts";
import type { HistoryFilter, HistoryQuery } from "../../history/types.ts";
import { isOneOf } from "../../one-of.ts";
import type { Texts } from "../../words/texts.ts";

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
	/** What it should be, in a language. */
	readonly expected: (texts: Texts) => string;
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
			/** The cursors of the pages that were passed on the way to this one. */
			readonly trail: readonly string[];
			/** Of the fields of a file; absent when none is chosen. */
			readonly separator: SeparatorName | undefined;
	  }
	| { readonly ok: false; readonly form: SearchForm; readonly problems: readonly SearchProblem[] };

/** What a spreadsheet expects between fields, by the value of the parameter `separator`. */
export const SEPARATORS: Readonly<Record<SeparatorName, CsvSeparator>> = { comma: ",", semicolon: ";" };

export type SeparatorName = "comma" | "semicolon";

/**
 * Which separator a browser's spreadsheet probably expects: where numbers have a decimal comma, it is the semicolon.
 *
 * @param acceptLanguage the header of that name.
 */
export function likelySeparator(acceptLanguage: string | undefined): SeparatorName {
	const tag = /^\s*([a-z]{2,3}(?:-[a-z0-9]{2,8})*)/i.exec(acceptLanguage ?? "")?.[1] ?? "en";
	try {
		return new Intl.NumberFormat(tag).format(0.5).includes(",") ? "semicolon" : "comma";
	} catch {
		return "comma";
	}
}

/** How many pages back "Newer" remembers. */
const MAX_TRAIL = 100;

/** Calls on a page. */
const PAGE_SIZE = 50;

/** Longest text that is searched for, in characters. */
export const MAX_TEXT = 200;

const A_DAY = ({ aDay }: Texts): string => aDay;

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
	const separator = value("separator");
	const range = CHART_RANGES.find((count) => String(count) === days);
	const problems: SearchProblem[] = [];
	const expect = (field: string, right: boolean, expected: SearchProblem["expected"]): void => {
		if (!right) problems.push({ field, expected });
	};
	expect("text", form.text.length <= MAX_TEXT, ({ characters }) => characters(MAX_TEXT));
	expect("result", form.result === "" || resultClass !== undefined, ({ or }) => `2, 3, 4, 5 ${or} 6`);
	expect("way", form.way === "" || isOneOf(CALL_WAYS, form.way), ({ or }) => CALL_WAYS.join(` ${or} `));
	expect("from", from !== null, A_DAY);
	expect("to", to !== null, A_DAY);
	if (from != null && to != null) expect("to", from < to, ({ laterDay }) => laterDay);
	expect("days", days === "" || range !== undefined, ({ or }) => CHART_RANGES.join(` ${or} `));
	expect("separator", separator === "" || isSeparator(separator), ({ or }) =>
		Object.keys(SEPARATORS).join(` ${or} `),
	);
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
		trail: parameters.getAll("trail").slice(-MAX_TRAIL),
		separator: isSeparator(separator) ? separator : undefined,
		chart: all ? (range ?? CHART_RANGES[0]) : undefined,
	};
}

function isSeparator(name: string): name is SeparatorName {
	return Object.hasOwn(SEPARATORS, name);
}

/** A page of the same search, with its query. @param more parameters: the cursor of another page, the separator. */
export function searchAddress(
	path: string,
	form: SearchForm,
	more: {
		readonly cursor?: string | undefined;
		readonly trail?: readonly string[];
		readonly separator?: SeparatorName;
	} = {},
): string {
	const { cursor = "", trail = [], separator = "" } = more;
	const parameters = new URLSearchParams({ ...form, separator, cursor });
	for (const passed of trail.slice(-MAX_TRAIL)) parameters.append("trail", passed);
	for (const [name, value] of [...parameters]) if (value === "") parameters.delete(name);
	return parameters.size > 0 ? `${path}?${parameters}` : path;
}

/** @returns the start of a day in the server's time zone; undefined for none, null when it is not a day. */
function readDay(text: string, later: number): number | undefined | null {
	if (text === "") return undefined;
	return startOfNamedDay(text, later) ?? null;
}
