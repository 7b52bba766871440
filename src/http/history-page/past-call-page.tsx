/** @jsxImportSource hono/jsx */
import type { HistoryCallDetails, HistoryState } from "../../history/types.ts";
import { duration, ENDER_WORDS } from "../../words/words.ts";
import { talkTime } from "../page/call-list.tsx";
import { renderPage } from "../page/layout.tsx";
import { Moment } from "../page/moment.tsx";
import { AddressLink, Redial, reversed } from "../page/redial.tsx";
import { TableHead } from "../page/table-head.tsx";
import { originText, pastOutcome, stepText, WAY_WORDS } from "./call-words.ts";

/** Whether a call in each state can still be watched. */
const IN_PROGRESS: Readonly<Record<HistoryState, boolean>> = {
	"calling initiator": true,
	referring: true,
	"calling destination": true,
	joining: true,
	telling: true,
	connected: true,
	ended: false,
	refused: false,
	interrupted: false,
};

/** A call of the history with everything that happened in it. */
export function pastCallPage(call: HistoryCallDetails): string {
	const { id, initiator, destination, initiatorUri, destinationUri, way, endedBy, state, origin } = call;
	const outcome = pastOutcome(call);
	return renderPage(
		{ title: `${initiator} to ${destination}`, section: "history" },
		<>
			<section class="sheet" aria-label="The call">
				<dl class="facts">
					<dt>From</dt>
					<dd>
						<AddressLink address={initiator} />
						<span class="uri">{initiatorUri}</span>
					</dd>
					<dt>To</dt>
					<dd>
						<AddressLink address={destination} />
						<span class="uri">{destinationUri}</span>
					</dd>
					<dt>Requested by</dt>
					<dd>{originText(origin)}</dd>
					<dt>Started</dt>
					<dd>
						<Moment at={call.startedAt} />
					</dd>
					<dt>Way</dt>
					<dd>{WAY_WORDS[way]}</dd>
					<dt>Result</dt>
					<dd>
						<span class={`state ${outcome.kind}`}>{outcome.text}</span>
						{endedBy && `, ${ENDER_WORDS[endedBy]}`}
					</dd>
					{call.result && (
						<>
							<dt>Code</dt>
							<dd>{`${call.result.code} ${call.result.text}`}</dd>
						</>
					)}
					<dt>Duration</dt>
					<dd>{talkTime({ ...call, outcome })}</dd>
				</dl>
				<div class="actions">
					{IN_PROGRESS[state] && (
						<a class="button" href={`/calls/${encodeURIComponent(id)}`}>
							Watch the call
						</a>
					)}
					<Redial call={call} text="Call again" />
					<Redial call={reversed(call)} text="Call back" />
				</div>
			</section>
			<section class="sheet" aria-labelledby="steps-heading">
				<h2 id="steps-heading">What happened</h2>
				<Steps call={call} />
			</section>
			<p>
				<a href="/history">History</a>
			</p>
		</>,
	);
}

function Steps({ call }: { readonly call: HistoryCallDetails }) {
	const { steps, startedAt, way } = call;
	if (steps.length === 0) return <p class="empty">No steps are recorded.</p>;
	return (
		<table>
			<TableHead columns={["Time", "After", "What"]} />
			<tbody>
				<tr>
					<td class="time">
						<Moment at={startedAt} />
					</td>
					<td class="time">{afterText(0)}</td>
					<td>{`${call.state === "refused" ? "requested" : "placed"} by ${originText(call.origin)}`}</td>
				</tr>
				{steps.map((step) => (
					<tr>
						<td class="time">
							<Moment at={step.at} />
						</td>
						<td class="time">{afterText(step.at - startedAt)}</td>
						<td>{stepText(step, way)}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

/** Such as `2.5 s` or `1:05`. @param milliseconds since the start of the call. */
function afterText(milliseconds: number): string {
	return milliseconds < 60_000 ? `${(milliseconds / 1000).toFixed(1)} s` : duration(milliseconds);
}
