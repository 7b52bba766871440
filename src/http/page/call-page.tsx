/** @jsxImportSource hono/jsx */
import { ringsElsewhere } from "../../live/handed-over.ts";
import type { LiveCall } from "../../live/types.ts";
import { ENDER_WORDS, LEG_WORDS, legWords, outcomeOf } from "../../words/words.ts";
import { HangUp, LegState, RINGS_ON_NOTE, recentCall, TalkTimer, talkTime } from "./call-list.tsx";
import { renderPage } from "./layout.tsx";
import { Moment } from "./moment.tsx";
import { Redial } from "./redial.tsx";

/** Seconds after which a browser without script looks again. */
const REFRESH = 2;

/** Where the live parts of the page of a call come from. */
function callStream(id: string): string {
	return `/calls/${id}/live`;
}

/** The live view of a call in progress, or of one that has just ended. */
export function callPage(call: LiveCall): string {
	const open = call.state !== "ended";
	return renderPage(
		{
			title: `${call.initiator.address} to ${call.destination.address}`,
			tab: callTab(call),
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

/** What a tab says of a call: its state first, as tabs are narrow. */
export function callTab({ initiator, destination, way, result, state }: LiveCall): string {
	const phone = initiator.state === "answered" ? destination : initiator;
	const now =
		state === "ended"
			? outcomeOf(result, way, false).text
			: state === "connected"
				? "connected"
				: `${phone.address} ${LEG_WORDS[phone.state]}`;
	return `${now}: ${initiator.address} to ${destination.address}`;
}

/** The parts of that page that change. */
export function callParts(call: LiveCall): Record<string, string> {
	return { call: String(<CallDetails call={call} />) };
}

/** The state of a call, in a sentence for screen readers. */
export function callSentence(call: LiveCall): string {
	const { initiator, destination, way, result, state } = call;
	if (state === "ended") return `The call is over: ${outcomeOf(result, way, false).text}.`;
	return `${initiator.address} ${legWords(initiator)}, ${destination.address} ${legWords(destination)}.`;
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
				<dd>
					<Moment at={startedAt} />
				</dd>
				{answeredAt !== undefined && (
					<>
						<dt>{way === "refer" ? "Handed over" : "Connected"}</dt>
						<dd>
							<Moment at={answeredAt} timeOnly />
							<TalkTimer call={call} />
						</dd>
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
			<div class="actions">
				{state === "ended" ? (
					<Redial call={recentCall(call)} text="Call again" />
				) : (
					<HangUp call={call} back="call" />
				)}
			</div>
			{ringsElsewhere(call) && (
				<p class="meta" data-cell>
					{RINGS_ON_NOTE}
				</p>
			)}
		</div>
	);
}
