/** @jsxImportSource hono/jsx */
import type { CallEnder } from "../../call/events.ts";
import type { CallWay } from "../../call/types.ts";
import { ringsElsewhere } from "../../live/handed-over.ts";
import type { LiveCall, LiveLeg } from "../../live/types.ts";
import type { Texts } from "../../words/texts.ts";
import { duration, type Outcome, outcomeOf } from "../../words/words.ts";
import { Moment } from "./moment.tsx";
import { AddressLink, Redial } from "./redial.tsx";
import { TableHead } from "./table-head.tsx";
import { useTexts } from "./view.tsx";

/** A call that is over, as far as the list of recent calls shows it. Times are in milliseconds since 1970. */
export interface RecentCall {
	readonly id: string;
	readonly initiator: string;
	readonly destination: string;
	readonly way: CallWay;
	readonly startedAt: number;
	readonly answeredAt?: number | undefined;
	readonly endedAt?: number | undefined;
	readonly endedBy?: CallEnder | undefined;
	readonly outcome: Outcome;
}

/** A call that has just ended, as a recent one. */
export function recentCall(texts: Texts, call: LiveCall): RecentCall {
	const { id, way, startedAt, answeredAt, endedAt, endedBy, result } = call;
	return {
		id,
		initiator: call.initiator.address,
		destination: call.destination.address,
		way,
		startedAt,
		answeredAt,
		endedAt,
		endedBy,
		outcome: outcomeOf(result, way, false, texts.outcomes),
	};
}

/** What a phone does and hears, as the end of a sentence that begins with who it is. */
export function legText({ legStates, tones, and }: Texts, { state, hears }: LiveLeg): string {
	return hears ? `${legStates[state]} ${and} ${tones[hears]}` : legStates[state];
}

/** One of the two phones with its state. */
export function LegState({ leg }: { readonly leg: LiveLeg }) {
	const texts = useTexts();
	return (
		<>
			<span class="who">
				{leg.name !== undefined && `${leg.name} · `}
				{leg.address}
			</span>{" "}
			<span class={`state ${leg.state}`}>{legText(texts, leg)}</span>
		</>
	);
}

/** The button that ends a call. @param back the page that is shown then. */
export function HangUp({ call, back }: { readonly call: LiveCall; readonly back: "/" | "call" }) {
	const texts = useTexts();
	return (
		<form action={`/calls/${call.id}/hangup`} method="post">
			<input type="hidden" name="back" value={back} />
			<button type="submit" class="hang-up">
				{texts.hangUp}
				<span class="hidden">{`: ${texts.fromTo(call.initiator.address, call.destination.address)}`}</span>
			</button>
		</form>
	);
}

/** The calls in progress, the latest first. */
export function CallList({ calls }: { readonly calls: readonly LiveCall[] }) {
	const texts = useTexts();
	if (calls.length === 0) return <p class="empty">{texts.noneInProgress}</p>;
	return (
		<ul class="calls">
			{calls.toReversed().map((call) => (
				<li data-key={call.id}>
					<div class="legs" data-cell>
						<LegState leg={call.initiator} />
						<span class="arrow" aria-hidden="true">
							→
						</span>
						<span class="hidden">–</span>
						<LegState leg={call.destination} />
					</div>
					<HangUp call={call} back="/" />
					<p class="meta" data-cell>
						{call.answeredAt === undefined ? texts.startedAt : texts.connectedAt}{" "}
						<Moment at={call.answeredAt ?? call.startedAt} timeOnly />
						<TalkTimer call={call} />
						{call.box !== undefined && ` ${texts.cluster.onBox(call.box)}`},{" "}
						<a href={`/calls/${call.id}`}>{texts.details}</a>
						{ringsElsewhere(call) && <> · {texts.ringsOn}</>}
					</p>
				</li>
			))}
		</ul>
	);
}

/** How long the phones have been connected; a script counts. */
export function TalkTimer({ call: { way, answeredAt, state } }: { readonly call: LiveCall }) {
	if (way !== "anchor" || answeredAt === undefined || state === "ended") return null;
	return <span class="timer" data-since={String(answeredAt)}></span>;
}

/** How long the phones were connected, as far as the server knows: it leaves a call that was handed over. */
export function talkTime({ way, answeredAt, endedAt }: RecentCall): string {
	if (way !== "anchor" || answeredAt === undefined || endedAt === undefined) return "–";
	return duration(endedAt - answeredAt);
}

/** The calls that are over, newest first. */
export function RecentCalls({ calls }: { readonly calls: readonly RecentCall[] }) {
	const { labels, ...texts } = useTexts();
	if (calls.length === 0) return <p class="empty">{texts.noneYet}</p>;
	return (
		<section class="scroll" tabindex={0} aria-label={texts.recentTable}>
			<table class="records recent">
				<TableHead
					columns={[labels.time, labels.from, labels.to, labels.result, labels.duration, labels.again]}
				/>
				<tbody>
					{calls.map((call) => (
						<tr data-key={call.id}>
							<td class="time">
								<Moment at={call.startedAt} href={`/calls/${call.id}`} />
							</td>
							<td data-label={labels.from}>
								<AddressLink address={call.initiator} />
							</td>
							<td data-label={labels.to}>
								<AddressLink address={call.destination} />
							</td>
							<td data-label={labels.result} class="result">
								<span class={`state ${call.outcome.kind}`} title={call.endedBy && texts.enders[call.endedBy]}>
									{call.outcome.text}
								</span>
							</td>
							<td data-label={labels.duration} class="duration">
								{talkTime(call)}
							</td>
							<td class="again">
								<Redial call={call} text={texts.callAgain} />
							</td>
						</tr>
					))}
				</tbody>
			</table>
		</section>
	);
}
