/** @jsxImportSource hono/jsx */
import type { HistoryCallDetails, HistoryState } from "../../history/types.ts";
import { formatsOf } from "../../words/formats.ts";
import type { Texts } from "../../words/texts.ts";
import { duration } from "../../words/words.ts";
import { talkTime } from "../page/call-list.tsx";
import { renderPage } from "../page/layout.tsx";
import { Moment } from "../page/moment.tsx";
import { AddressLink, Redial, reversed } from "../page/redial.tsx";
import { TableHead } from "../page/table-head.tsx";
import { useTexts, type View } from "../page/view.tsx";
import { originText, pastOutcome, stepText } from "./call-words.ts";

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
export function pastCallPage(view: View, call: HistoryCallDetails): string {
	const { texts } = view;
	const { labels } = texts;
	const { id, initiator, destination, initiatorUri, destinationUri, way, endedBy, state, origin } = call;
	const outcome = pastOutcome(texts, call);
	return renderPage(
		view,
		{ title: texts.fromTo(initiator, destination), section: "history" },
		<>
			<section class="sheet" aria-label={texts.theCall}>
				<dl class="facts">
					<dt>{labels.from}</dt>
					<dd>
						<AddressLink address={initiator} />
						<span class="uri">{initiatorUri}</span>
					</dd>
					<dt>{labels.to}</dt>
					<dd>
						<AddressLink address={destination} />
						<span class="uri">{destinationUri}</span>
					</dd>
					<dt>{labels.requestedBy}</dt>
					<dd>{originText(texts, origin)}</dd>
					<dt>{labels.started}</dt>
					<dd>
						<Moment at={call.startedAt} />
					</dd>
					<dt>{labels.way}</dt>
					<dd>{texts.ways[way]}</dd>
					<dt>{labels.result}</dt>
					<dd>
						<span class={`state ${outcome.kind}`}>{outcome.text}</span>
						{endedBy && `, ${texts.enders[endedBy]}`}
					</dd>
					{call.result && (
						<>
							<dt>{labels.code}</dt>
							<dd>{`${call.result.code} ${call.result.text}`}</dd>
						</>
					)}
					<dt>{labels.duration}</dt>
					<dd>{talkTime({ ...call, outcome })}</dd>
				</dl>
				<div class="actions">
					{IN_PROGRESS[state] && (
						<a class="button" href={`/calls/${encodeURIComponent(id)}`}>
							{texts.watch}
						</a>
					)}
					<Redial call={call} text={texts.callAgain} />
					<Redial call={reversed(call)} text={texts.callBack} />
				</div>
			</section>
			<section class="sheet" aria-labelledby="steps-heading">
				<h2 id="steps-heading">{texts.whatHappened}</h2>
				<Steps call={call} />
			</section>
			<p>
				<a href="/history">{texts.sections.history}</a>
			</p>
		</>,
	);
}

function Steps({ call }: { readonly call: HistoryCallDetails }) {
	const { steps, startedAt, way } = call;
	const texts = useTexts();
	const { labels } = texts;
	const who = originText(texts, call.origin);
	if (steps.length === 0) return <p class="empty">{texts.noSteps}</p>;
	return (
		<table>
			<TableHead columns={[labels.time, labels.after, labels.what]} />
			<tbody>
				<tr>
					<td class="time">
						<Moment at={startedAt} />
					</td>
					<td class="time">{afterText(texts, 0)}</td>
					<td>{call.state === "refused" ? texts.refusedFor(who) : texts.placedBy(who)}</td>
				</tr>
				{steps.map((step) => (
					<tr>
						<td class="time">
							<Moment at={step.at} />
						</td>
						<td class="time">{afterText(texts, step.at - startedAt)}</td>
						<td>{stepText(texts, step, way)}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

/** Such as `2.5 s` or `1:05`. @param milliseconds since the start of the call. */
function afterText({ locale }: Texts, milliseconds: number): string {
	return milliseconds < 60_000
		? `${formatsOf(locale).tenths.format(milliseconds / 1000)} s`
		: duration(milliseconds);
}
