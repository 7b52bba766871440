/** @jsxImportSource hono/jsx */
import type { DayCount, HistoryCall, HistoryPage } from "../../history/types.ts";
import { talkTime } from "../page/call-list.tsx";
import { renderPage } from "../page/layout.tsx";
import { dateAndTime, ENDER_WORDS, outcomeOf } from "../page/words.ts";
import { CallsChart } from "./chart.tsx";
import { type SearchForm, type SearchProblem, searchParameters } from "./query.ts";

export interface HistoryPageContent {
	readonly form: SearchForm;
	readonly problems: readonly SearchProblem[];
	/** Absent when the query cannot be used. */
	readonly page?: HistoryPage | undefined;
	/** Absent on all pages but the first one. */
	readonly days?: readonly DayCount[] | undefined;
}

const RESULTS = [
	["", "any"],
	["2", "connected"],
	["4", "not reached (4xx)"],
	["5", "failed (5xx)"],
	["6", "declined (6xx)"],
	["3", "redirected (3xx)"],
] as const;

const WAYS = [
	["", "any"],
	["refer", "handed over"],
	["anchor", "stayed in the call"],
] as const;

/** The history: the chart, the search, and the calls that were found. */
export function historyPage({ form, problems, page, days }: HistoryPageContent): string {
	return renderPage(
		{ title: "History", section: "history" },
		<>
			{days && (
				<section class="sheet" aria-labelledby="chart-heading">
					<h2 id="chart-heading">Calls a day</h2>
					<CallsChart days={days} />
				</section>
			)}
			<section class="sheet" aria-labelledby="search-heading">
				<h2 id="search-heading">Search</h2>
				{problems.length > 0 && (
					<div class="alert" role="alert">
						<ul>
							{problems.map(({ field, expected }) => (
								<li>{`${field}: expected ${expected}.`}</li>
							))}
						</ul>
					</div>
				)}
				<SearchFields form={form} />
			</section>
			{page && (
				<section class="sheet" aria-labelledby="calls-heading">
					<h2 id="calls-heading">Calls</h2>
					<CallTable calls={page.calls} />
					<p class="actions">
						<a href={`/history?${searchParameters(form)}`}>Latest</a>
						{page.next !== undefined && <a href={`/history?${searchParameters(form, page.next)}`}>Older</a>}
						<a href={`/history.csv?${searchParameters(form)}`}>Download all as CSV</a>
					</p>
				</section>
			)}
		</>,
	);
}

function SearchFields({ form }: { readonly form: SearchForm }) {
	return (
		<form action="/history" method="get">
			<div class="filters">
				<div>
					<label for="text">Address</label>
					<input type="search" id="text" name="text" value={form.text} maxlength={200} />
				</div>
				<div>
					<label for="result">Result</label>
					<Choice name="result" options={RESULTS} chosen={form.result} />
				</div>
				<div>
					<label for="way">Way</label>
					<Choice name="way" options={WAYS} chosen={form.way} />
				</div>
				<div>
					<label for="from">From day</label>
					<input type="date" id="from" name="from" value={form.from} />
				</div>
				<div>
					<label for="to">To day</label>
					<input type="date" id="to" name="to" value={form.to} />
				</div>
			</div>
			<p class="actions">
				<button type="submit">Search</button>
				<a href="/history">All calls</a>
			</p>
		</form>
	);
}

interface ChoiceProps {
	readonly name: string;
	readonly options: readonly (readonly [string, string])[];
	readonly chosen: string;
}

function Choice({ name, options, chosen }: ChoiceProps) {
	return (
		<select id={name} name={name}>
			{options.map(([value, text]) => (
				<option value={value} selected={value === chosen}>
					{text}
				</option>
			))}
		</select>
	);
}

function CallTable({ calls }: { readonly calls: readonly HistoryCall[] }) {
	if (calls.length === 0) return <p class="empty">No call was found.</p>;
	return (
		<section class="scroll" tabindex={0} aria-label="Table of calls">
			<table>
				<thead>
					<tr>
						<th scope="col">Time</th>
						<th scope="col">From</th>
						<th scope="col">To</th>
						<th scope="col">Result</th>
						<th scope="col">Duration</th>
						<th scope="col">Ended by</th>
						<th scope="col">Asked for by</th>
					</tr>
				</thead>
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
	const { id, initiator, destination, initiatorUri, destinationUri, way, state, result, endedBy, origin } =
		call;
	const interrupted = { text: "interrupted", kind: "bad" } as const;
	const outcome = state === "interrupted" ? interrupted : outcomeOf(result, way, state === "refused");
	return (
		<tr>
			<td class="time">
				<a href={`/calls/${id}`}>{dateAndTime(call.startedAt)}</a>
			</td>
			<td>
				{initiator}
				<span class="uri">{initiatorUri}</span>
			</td>
			<td>
				{destination}
				<span class="uri">{destinationUri}</span>
			</td>
			<td>
				<span class={`state ${outcome.kind}`}>{outcome.text}</span>
			</td>
			<td>{talkTime({ ...call, outcome })}</td>
			<td>{endedBy ? ENDER_WORDS[endedBy] : "–"}</td>
			<td>{[origin.user, origin.peer].filter(Boolean).join(" ") || origin.via}</td>
		</tr>
	);
}
