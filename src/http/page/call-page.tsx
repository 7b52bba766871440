/** @jsxImportSource hono/jsx */
import type { HistoryCallDetails, HistoryStep } from "../../history/types.ts";
import type { LiveCall } from "../../live/types.ts";
import { HangUp, LegState, recentCall, talkTime } from "./call-list.tsx";
import { renderPage } from "./layout.tsx";
import { dateAndTime, ENDER_WORDS, LEG_WORDS, outcomeOf, timeOfDay } from "./words.ts";

/** Seconds after which a browser without script looks again. */
const REFRESH = 2;

/** Where the live parts of the page of a call come from. */
export function callStream(id: string): string {
	return `/calls/${id}/live`;
}

/** The live view of a call in progress, or of one that has just ended. */
export function callPage(call: LiveCall): string {
	const open = call.state !== "ended";
	return renderPage(
		{
			title: `${call.initiator.address} to ${call.destination.address}`,
			section: "calls",
			...(open && { refreshWithoutScript: REFRESH, live: callStream(call.id) }),
		},
		<>
			<p class="hidden" role="status" id="announcement">
				{callSentence(call)}
			</p>
			<section class="sheet" id="call" aria-label="The call">
				<CallDetails call={call} />
			</section>
			<p>
				<a href="/">Place another call</a>
			</p>
		</>,
	);
}

/** The parts of that page that change. */
export function callParts(call: LiveCall): Record<string, string> {
	return { call: String(<CallDetails call={call} />) };
}

/** How a call stands, in a sentence that a screen reader says. */
export function callSentence(call: LiveCall): string {
	const { initiator, destination, way, result, state } = call;
	if (state === "ended") return `The call is over: ${outcomeOf(result, way, false).text}.`;
	return `${initiator.address} ${LEG_WORDS[initiator.state]}, ${destination.address} ${LEG_WORDS[destination.state]}.`;
}

function CallDetails({ call }: { readonly call: LiveCall }) {
	const { initiator, destination, way, state, startedAt, answeredAt, endedBy, result } = call;
	const outcome = outcomeOf(result, way, false);
	return (
		<div data-key={`${call.id} ${state === "ended" ? "over" : "open"}`}>
			<dl class="facts" data-cell>
				<dt>From</dt>
				<dd>
					<LegState leg={initiator} />
					<span class="uri">{initiator.uri}</span>
				</dd>
				<dt>To</dt>
				<dd>
					<LegState leg={destination} />
					<span class="uri">{destination.uri}</span>
				</dd>
				<dt>Started</dt>
				<dd>{dateAndTime(startedAt)}</dd>
				{answeredAt !== undefined && (
					<>
						<dt>{way === "refer" ? "Handed over" : "Connected"}</dt>
						<dd>{timeOfDay(answeredAt)}</dd>
					</>
				)}
				{state === "ended" && (
					<>
						<dt>Result</dt>
						<dd>
							<span class={`state ${outcome.kind}`}>{outcome.text}</span>
							{endedBy && ` ${ENDER_WORDS[endedBy]}`}
						</dd>
						<dt>Duration</dt>
						<dd>{talkTime(recentCall(call))}</dd>
					</>
				)}
			</dl>
			{state !== "ended" && (
				<div class="actions">
					<HangUp call={call} back="call" />
				</div>
			)}
		</div>
	);
}

/** A call of the history with all that happened in it. */
export function pastCallPage(call: HistoryCallDetails): string {
	const { initiator, destination, initiatorUri, destinationUri, way, endedBy, result, state, origin } = call;
	const outcome = outcomeOf(result, way, state === "refused");
	const who = [origin.user, origin.peer, `by ${origin.via.toUpperCase()}`].filter(Boolean).join(" ");
	return renderPage(
		{ title: `${initiator} to ${destination}`, section: "history" },
		<>
			<section class="sheet" aria-label="The call">
				<dl class="facts">
					<dt>From</dt>
					<dd>
						{initiator}
						<span class="uri">{initiatorUri}</span>
					</dd>
					<dt>To</dt>
					<dd>
						{destination}
						<span class="uri">{destinationUri}</span>
					</dd>
					<dt>Asked for</dt>
					<dd>{who}</dd>
					<dt>Way</dt>
					<dd>{way === "anchor" ? "the server stays in the call" : "handed over by REFER"}</dd>
					<dt>Result</dt>
					<dd>
						{state === "interrupted" ? (
							<span class="state bad">interrupted: the server went down</span>
						) : (
							<span class={`state ${outcome.kind}`}>{outcome.text}</span>
						)}
						{endedBy && ` ${ENDER_WORDS[endedBy]}`}
					</dd>
					<dt>Duration</dt>
					<dd>{talkTime({ ...call, outcome })}</dd>
				</dl>
			</section>
			<section class="sheet" aria-labelledby="steps-heading">
				<h2 id="steps-heading">What happened</h2>
				<table>
					<thead>
						<tr>
							<th scope="col">Time</th>
							<th scope="col">Step</th>
						</tr>
					</thead>
					<tbody>
						<tr>
							<td class="time">{dateAndTime(call.startedAt)}</td>
							<td>asked for</td>
						</tr>
						{call.steps.map((step) => (
							<tr>
								<td class="time">{dateAndTime(step.at)}</td>
								<td>{stepText(step)}</td>
							</tr>
						))}
					</tbody>
				</table>
			</section>
			<p>
				<a href="/history">History</a>
			</p>
		</>,
	);
}

function stepText(step: HistoryStep): string {
	if ("code" in step) return step.leg ? `${step.code} ${step.leg}` : String(step.code);
	return step.note === undefined ? step.state : `${step.state}: ${step.note}`;
}
