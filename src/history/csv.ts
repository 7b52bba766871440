import type { HistoryCall } from "./types.ts";

/** What may stand between two fields. */
export type CsvSeparator = "," | ";";

/** For whom a file is. */
export interface CsvForm {
	readonly separator: CsvSeparator;
	/** Whether an apostrophe keeps spreadsheets from taking a text for a formula; programs get each text as it is. */
	readonly guarded: boolean;
}

/** For programs: RFC 4180, each value as it is. */
export const PLAIN_CSV: CsvForm = { separator: ",", guarded: false };

const COLUMNS: readonly (readonly [string, (call: HistoryCall) => string | number | undefined])[] = [
	["id", ({ id }) => id],
	["started", ({ startedAt }) => time(startedAt)],
	["answered", ({ answeredAt }) => time(answeredAt)],
	["ended", ({ endedAt }) => time(endedAt)],
	["talk_seconds", talkSeconds],
	["initiator", ({ initiator }) => initiator],
	["destination", ({ destination }) => destination],
	["initiator_uri", ({ initiatorUri }) => initiatorUri],
	["destination_uri", ({ destinationUri }) => destinationUri],
	["way", ({ way }) => way],
	["state", ({ state }) => state],
	["code", ({ result }) => result?.code],
	["leg", ({ result }) => result?.leg],
	["result", ({ result }) => result?.text],
	["ended_by", ({ endedBy }) => endedBy],
	["via", ({ origin }) => origin.via],
	["peer", ({ origin }) => origin.peer],
	["user", ({ origin }) => origin.user],
];

/** Field content that must be quoted (RFC 4180 section 2), or that a spreadsheet might split at. */
const QUOTED = /[",;\t\r\n]|^\s|\s$/;

/** First characters that make a spreadsheet take text for a formula, including their full-width forms. */
const FORMULA = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\t\r]/;

/** The same at points where a spreadsheet that expects another separator may split a field, quoted or not. */
const FORMULA_INSIDE: Readonly<Record<CsvSeparator, RegExp>> = {
	",": /([;\t\r\n]\s*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g,
	";": /([,\t\r\n]\s*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g,
};

/** The line with the names of the fields. */
export function csvHeader(form: CsvForm): string {
	return line(
		COLUMNS.map(([name]) => name),
		form,
	);
}

/** The line of a call. */
export function csvLine(call: HistoryCall, form: CsvForm): string {
	return line(
		COLUMNS.map(([, read]) => read(call)),
		form,
	);
}

/** A field as in RFC 4180; in a guarded file, a text that looks like a formula gets an apostrophe in front. */
export function csvField(value: string | number | undefined, { separator, guarded }: CsvForm): string {
	if (value === undefined) return "";
	if (typeof value === "number") return String(value);
	const text = guarded ? withoutFormulas(value, separator) : value;
	return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function withoutFormulas(value: string, separator: CsvSeparator): string {
	const harmless = value.replace(FORMULA_INSIDE[separator], "$1'");
	return FORMULA.test(value) ? `'${harmless}` : harmless;
}

function line(values: readonly (string | number | undefined)[], form: CsvForm): string {
	return `${values.map((value) => csvField(value, form)).join(form.separator)}\r\n`;
}

function time(milliseconds: number | undefined): string | undefined {
	return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}

/** How long the phones were connected, as far as the server knows: it leaves a call that was referred. */
function talkSeconds({ way, answeredAt, endedAt }: HistoryCall): number | undefined {
	if (way !== "anchor" || answeredAt === undefined || endedAt === undefined) return undefined;
	return Math.max(0, Math.round((endedAt - answeredAt) / 1000));
}
