/** @jsxImportSource hono/jsx */

import type { DayCount, HistoryCall, HistoryPage } from "../../history/types.ts";
import { systemWallClock } from "../../time/wall-clock.ts";
import { talkTime } from "../page/call-list.tsx";
import { renderPage } from "../page/layout.tsx";
import { Moment } from "../page/moment.tsx";
import { AddressLink, Redial } from "../page/redial.tsx";
import { TableHead } from "../page/table-head.tsx";
import { useTexts, type View } from "../page/view.tsx";
import { originText, pastOutcome } from "./call-words.ts";
import { Charts, chartSummary } from "./chart.tsx";
import {
	CHART_RANGES,
	type SearchForm,
	type SearchProblem,
	type SeparatorName,
	searchAddress,
} from "./query.ts";
import { SearchFields } from "./search-form.tsx";

/** A page of what was found. */
export interface FoundPage extends HistoryPage {
	/** Its own cursor; absent for the first page. */
	readonly cursor: string | undefined;
	/** The cursors of the pages between it and the first one, in their order. */
	readonly trail: readonly string[];
}

export interface HistoryPageContent {
	readonly form: SearchForm;
	readonly problems?: readonly SearchProblem[];
	/** Absent when the query cannot be used. */
	readonly found?: FoundPage;
	/** What the browser's spreadsheet probably expects between fields. */
	readonly separator: SeparatorName;
	/** Of the charts; absent when there are none. */
	readonly days?: readonly DayCount[] | undefined;
}

/** The history: the charts, the search, and the calls that were found. */
export function historyPage(
	view: View,
	{ form, problems = [], found, separator, days }: HistoryPageContent,
): string {
	const { texts } = view;
	return renderPage(
		view,
		{ title: texts.sections.history, section: "history" },
		<>
			{days && <ChartSheet days={days} />}
			<section class="sheet" aria-labelledby="search-heading">
				<h2 id="search-heading">{texts.search}</h2>
				<SearchFields form={form} problems={problems} />
			</section>
			{found && <FoundSheet form={form} found={found} separator={separator} />}
		</>,
	);
}

function ChartSheet({ days }: { readonly days: readonly DayCount[] }) {
	const texts = useTexts();
	return (
		<section class="sheet" aria-labelledby="chart-heading">
			<div class="heading">
				<h2 id="chart-heading">{texts.lastDays(days.length)}</h2>
				<nav class="switch" aria-label={texts.chartDays}>
					{CHART_RANGES.map((range) => (
						<a
							href={`/history?days=${range}`}
							{...(range === days.length && { "aria-current": "true" as const })}
						>
							{texts.days(range)}
						</a>
					))}
				</nav>
			</div>
			<p>{`${chartSummary(texts, days)}.`}</p>
			<Charts days={days} />
		</section>
	);
}

interface FoundProps {
	readonly form: SearchForm;
	readonly found: FoundPage;
	readonly separator: SeparatorName;
}

function FoundSheet({ form, found: { calls, next, cursor, trail }, separator }: FoundProps) {
	const texts = useTexts();
	return (
		<section class="sheet" aria-labelledby="calls-heading">
			<div class="heading">
				<h2 id="calls-heading">{texts.sections.calls}</h2>
				<DownloadLinks form={form} separator={separator} />
			</div>
			{calls.length === 0 ? (
				<p class="empty">{next === undefined ? texts.noneFound : texts.noneHere}</p>
			) : (
				<CallTable calls={calls} />
			)}
			{(cursor !== undefined || next !== undefined) && (
				<nav class="actions" aria-label={texts.pagesOfCalls}>
					{cursor !== undefined && (
						<>
							<a href={searchAddress("/history", form)}>{texts.newest}</a>
							<a
								rel="prev"
								href={searchAddress("/history", form, { cursor: trail.at(-1), trail: trail.slice(0, -1) })}
							>
								{texts.newer}
							</a>
						</>
					)}
					{next !== undefined && (
						<a
							rel="next"
							href={searchAddress("/history", form, {
								cursor: next,
								trail: cursor === undefined ? [] : [...trail, cursor],
							})}
						>
							{texts.older}
						</a>
					)}
				</nav>
			)}
			<ZoneHint />
		</section>
	);
}

/** The file as the spreadsheet probably wants it, and the other one. */
function DownloadLinks({ form, separator }: Omit<FoundProps, "found">) {
	const { download, withSeparator } = useTexts();
	const other = separator === "comma" ? "semicolon" : "comma";
	return (
		<span>
			<a href={searchAddress("/history.csv", form, { separator })}>{download}</a>
			{" ("}
			<a href={searchAddress("/history.csv", form, { separator: other })}>{withSeparator[other]}</a>)
		</span>
	);
}

function CallTable({ calls }: { readonly calls: readonly HistoryCall[] }) {
	const { callTable, labels } = useTexts();
	return (
		<section class="scroll" tabindex={0} aria-label={callTable}>
			<table class="records">
				<TableHead
					columns={[
						labels.time,
						labels.from,
						labels.to,
						labels.way,
						labels.result,
						labels.duration,
						labels.requestedBy,
						labels.again,
					]}
				/>
				<tbody>
					{calls.map((call) => (
						<CallRow call={call} />
					))}
				</tbody>
			</table>
		</section>
	);
}

function CallRow({ call }: { readonly call: HistoryCall }) {
	const { id, initiator, destination, initiatorUri, destinationUri, way, endedBy, origin } = call;
	const texts = useTexts();
	const { labels } = texts;
	const outcome = pastOutcome(texts, call);
	return (
		<tr>
			<td class="time">
				<Moment at={call.startedAt} href={`/history/${encodeURIComponent(id)}`} />
			</td>
			<td data-label={labels.from}>
				<AddressLink address={initiator} />
				<span class="uri">{initiatorUri}</span>
			</td>
			<td data-label={labels.to}>
				<AddressLink address={destination} />
				<span class="uri">{destinationUri}</span>
			</td>
			<td data-label={labels.way}>{texts.ways[way]}</td>
			<td data-label={labels.result}>
				<span class={`state ${outcome.kind}`}>{outcome.text}</span>
				{endedBy && <span class="uri">{texts.enders[endedBy]}</span>}
			</td>
			<td data-label={labels.duration} class="duration">
				{talkTime({ ...call, outcome })}
			</td>
			<td data-label={labels.requestedBy}>{originText(texts, origin)}</td>
			<td class="again">
				<Redial call={call} text={texts.callAgain} />
			</td>
		</tr>
	);
}

/** Whose time zone the times are in; scripts change that. */
function ZoneHint() {
	const texts = useTexts();
	const zone = utcOffset(new Date(systemWallClock.now()));
	return (
		<p class="hint" id="zone" data-local={texts.localZone(zone)}>
			{texts.serverZone(zone)}
		</p>
	);
}

/** Such as `UTC+01:00`. */
function utcOffset(date: Date): string {
	const minutes = -date.getTimezoneOffset();
	const two = (number: number): string => String(Math.trunc(number)).padStart(2, "0");
	const size = Math.abs(minutes);
	return minutes === 0 ? "UTC" : `UTC${minutes < 0 ? "-" : "+"}${two(size / 60)}:${two(size % 60)}`;
}
