/** @jsxImportSource hono/jsx */
import { ringsElsewhere } from "../../live/handed-over.ts";
import type { LiveCall } from "../../live/types.ts";
import type { Texts } from "../../words/texts.ts";
import { outcomeOf } from "../../words/words.ts";
import { HangUp, LegState, legText, recentCall, TalkTimer, talkTime } from "./call-list.tsx";
import { ClusterNotice } from "./cluster-notice.tsx";
import { renderPage } from "./layout.tsx";
import { Moment } from "./moment.tsx";
import { Redial } from "./redial.tsx";
import { render, useTexts, type View } from "./view.tsx";

/** Seconds after which a browser without script looks again. */
const REFRESH = 2;

/** Where the live parts of the page of a call come from. */
function callStream(id: string): string {
	return `/calls/${id}/live`;
}

/**
 * The live view of a call in progress, or of one that has just ended.
 *
 * @param lostSince since when the box that has the call is not seen, in milliseconds since 1970; undefined if it is.
 */
export function callPage(view: View, call: LiveCall, lostSince: number | undefined): string {
	const { texts } = view;
	const open = call.state !== "ended";
	return renderPage(
		view,
		{
			title: texts.fromTo(call.initiator.address, call.destination.address),
			tab: callTab(texts, call),
			section: "calls",
			...(open && { refreshWithoutScript: REFRESH, live: callStream(call.id) }),
		},
		<>
			<p class="hidden" role="status" id="announcement">
				{callSentence(texts, call)}
			</p>
			<div id="cluster" role="status">
				<ClusterNotice since={lostSince} shown="call" />
			</div>
			<section class="sheet" id="call" aria-label={texts.theCall}>
				<CallDetails call={call} />
			</section>
			<p>
				<a href="/">{texts.another}</a>
			</p>
		</>,
	);
}

/** What a tab says of a call: its state first, as tabs are narrow. */
export function callTab(texts: Texts, { initiator, destination, way, result, state }: LiveCall): string {
	const phone = initiator.state === "answered" ? destination : initiator;
	const now =
		state === "ended"
			? outcomeOf(result, way, false, texts.outcomes).text
			: state === "connected"
				? texts.connectedNow
				: `${phone.address} ${texts.legStates[phone.state]}`;
	return `${now}: ${texts.fromTo(initiator.address, destination.address)}`;
}

/** The parts of that page that change. */
export function callParts(
	texts: Texts,
	call: LiveCall,
	lostSince: number | undefined,
): Record<string, string> {
	return {
		cluster: render(texts, <ClusterNotice since={lostSince} shown="call" />),
		call: render(texts, <CallDetails call={call} />),
	};
}

/** The state of a call, in a sentence for screen readers. */
export function callSentence(texts: Texts, call: LiveCall): string {
	const { initiator, destination, way, result, state } = call;
	if (state === "ended") return texts.callOver(outcomeOf(result, way, false, texts.outcomes).text);
	return `${initiator.address} ${legText(texts, initiator)}, ${destination.address} ${legText(texts, destination)}.`;
}

function CallDetails({ call }: { readonly call: LiveCall }) {
	const { initiator, destination, box, way, state, startedAt, answeredAt, endedBy, result } = call;
	const texts = useTexts();
	const { labels } = texts;
	const outcome = outcomeOf(result, way, false, texts.outcomes);
	return (
		<div data-key={`${call.id} ${state === "ended" ? "over" : "open"}`}>
			<dl class="facts" data-cell>
				<dt>{labels.from}</dt>
				<dd>
					<LegState leg={initiator} />
					<span class="uri">{initiator.uri}</span>
				</dd>
				<dt>{labels.to}</dt>
				<dd>
					<LegState leg={destination} />
					<span class="uri">{destination.uri}</span>
				</dd>
				<dt>{labels.started}</dt>
				<dd>
					<Moment at={startedAt} />
				</dd>
				{answeredAt !== undefined && (
					<>
						<dt>{way === "refer" ? labels.handedOver : labels.connected}</dt>
						<dd>
							<Moment at={answeredAt} timeOnly />
							<TalkTimer call={call} />
						</dd>
					</>
				)}
				{box !== undefined && (
					<>
						<dt>{labels.box}</dt>
						<dd>{box}</dd>
					</>
				)}
				{state === "ended" && (
					<>
						<dt>{labels.result}</dt>
						<dd>
							<span class={`state ${outcome.kind}`}>{outcome.text}</span>
							{endedBy && ` ${texts.enders[endedBy]}`}
						</dd>
						<dt>{labels.duration}</dt>
						<dd>{talkTime(recentCall(texts, call))}</dd>
					</>
				)}
			</dl>
			<div class="actions">
				{state === "ended" ? (
					<Redial call={recentCall(texts, call)} text={texts.callAgain} />
				) : (
					<HangUp call={call} back="call" />
				)}
			</div>
			{ringsElsewhere(call) && (
				<p class="meta" data-cell>
					{texts.ringsOn}
				</p>
			)}
		</div>
	);
}
