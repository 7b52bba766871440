import type { HistoryCall } from "./types.ts";

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

/**
 * The same at points where a spreadsheet may split a field, quoted or not, if its separator is not the comma.
 */
const FORMULA_INSIDE = /([;\t\r\n]\s*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g;

/** The line with the names of the fields. */
export function csvHeader(): string {
	return line(COLUMNS.map(([name]) => name));
}

/** The line of a call. */
export function csvLine(call: HistoryCall): string {
	return line(COLUMNS.map(([, read]) => read(call)));
}

/**
 * A field of RFC 4180 that no spreadsheet mistakes for a formula: such a text gets an apostrophe in front.
 */
export function csvField(value: string | number | undefined): string {
	if (value === undefined) return "";
	if (typeof value === "number") return String(value);
	const harmless = value.replace(FORMULA_INSIDE, "$1'");
	const text = FORMULA.test(value) ? `'${harmless}` : harmless;
	return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function line(values: readonly (string | number | undefined)[]): string {
	return `${values.map(csvField).join(",")}\r\n`;
}

function time(milliseconds: number | undefined): string | undefined {
	return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}

/** How long the phones were connected, as far as the server knows: it leaves a call that was referred. */
function talkSeconds({ way, answeredAt, endedAt }: HistoryCall): number | undefined {
	if (way !== "anchor" || answeredAt === undefined || endedAt === undefined) return undefined;
	return Math.max(0, Math.round((endedAt - answeredAt) / 1000));
}
