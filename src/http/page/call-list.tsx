/** @jsxImportSource hono/jsx */
import type { CallEnder } from "../../call/events.ts";
import type { CallWay } from "../../call/types.ts";
import { RINGS_ON, ringsElsewhere } from "../../live/handed-over.ts";
import type { LiveCall, LiveLeg } from "../../live/types.ts";
import { duration, ENDER_WORDS, legWords, type Outcome, outcomeOf } from "../../words/words.ts";
import { Moment } from "./moment.tsx";
import { AddressLink, Redial } from "./redial.tsx";
import { TableHead } from "./table-head.tsx";

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
export function recentCall(call: LiveCall): RecentCall {
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
		outcome: outcomeOf(result, way, false),
	};
}

/** One of the two phones with its state. */
export function LegState({ leg }: { readonly leg: LiveLeg }) {
	return (
		<>
			<span class="who">{leg.address}</span> <span class={`state ${leg.state}`}>{legWords(leg)}</span>
		</>
	);
}

/** The button that ends a call. @param back the page that is shown then. */
export function HangUp({ call, back }: { readonly call: LiveCall; readonly back: "/" | "call" }) {
	return (
		<form action={`/calls/${call.id}/hangup`} method="post">
			<input type="hidden" name="back" value={back} />
			<button type="submit" class="hang-up">
				Hang up
				<span class="hidden">{` ${call.initiator.address} and ${call.destination.address}`}</span>
			</button>
		</form>
	);
}

/** What a hang-up does not end. */
export const RINGS_ON_NOTE = `After a hang-up ${RINGS_ON}.`;

/** The calls in progress, the latest first. */
export function CallList({ calls }: { readonly calls: readonly LiveCall[] }) {
	if (calls.length === 0) return <p class="empty">No calls in progress.</p>;
	return (
		<ul class="calls">
			{calls.toReversed().map((call) => (
				<li data-key={call.id}>
					<div class="legs" data-cell>
						<LegState leg={call.initiator} />
						<span class="arrow" aria-hidden="true">
							→
						</span>
						<span class="hidden">to</span>
						<LegState leg={call.destination} />
					</div>
					<HangUp call={call} back="/" />
					<p class="meta" data-cell>
						{call.answeredAt === undefined ? "Started" : "Connected"} at{" "}
						<Moment at={call.answeredAt ?? call.startedAt} timeOnly />
						<TalkTimer call={call} />, <a href={`/calls/${call.id}`}>details</a>
						{ringsElsewhere(call) && <> · {RINGS_ON_NOTE}</>}
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
	if (calls.length === 0) return <p class="empty">No calls yet.</p>;
	return (
		<section class="scroll" tabindex={0} aria-label="Table of recent calls">
			<table class="records recent">
				<TableHead columns={["Time", "From", "To", "Result", "Duration", "Again"]} />
				<tbody>
					{calls.map((call) => (
						<tr data-key={call.id}>
							<td class="time">
								<Moment at={call.startedAt} href={`/calls/${call.id}`} />
							</td>
							<td data-label="From">
								<AddressLink address={call.initiator} />
							</td>
							<td data-label="To">
								<AddressLink address={call.destination} />
							</td>
							<td data-label="Result">
								<span class={`state ${call.outcome.kind}`} title={call.endedBy && ENDER_WORDS[call.endedBy]}>
									{call.outcome.text}
								</span>
							</td>
							<td data-label="Duration">{talkTime(call)}</td>
							<td>
								<Redial call={call} text="Call again" />
							</td>
						</tr>
					))}
				</tbody>
			</table>
		</section>
	);
}
