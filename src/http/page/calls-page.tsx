/** @jsxImportSource hono/jsx */
import type { RefusedAddress } from "../../call/types.ts";
import type { LiveCall } from "../../live/types.ts";
import { NO_RULE } from "../../translate/translator.ts";
import type { Texts } from "../../words/texts.ts";
import type { ParameterProblem } from "../call-query.ts";
import { AddressField } from "./address-field.tsx";
import { CallList, type RecentCall, RecentCalls } from "./call-list.tsx";
import { ClusterNotice } from "./cluster-notice.tsx";
import { renderPage } from "./layout.tsx";
import { render, useTexts, type View } from "./view.tsx";

/** The contents of the form. */
export interface CallForm {
	readonly initiator: string;
	readonly destination: string;
	readonly anchor: boolean;
}

/** Why the requested call was not placed. */
export interface CallRefusal {
	readonly sentence: string;
	readonly problems?: readonly ParameterProblem[];
	/** The addresses that cannot be called. */
	readonly refused?: readonly RefusedAddress[] | undefined;
}

export interface CallsPageContent {
	readonly form: CallForm;
	/** The phones to call from; absent when any will do. */
	readonly phones?: readonly string[] | undefined;
	readonly refusal?: CallRefusal | undefined;
	readonly calls: readonly LiveCall[];
	readonly recent: readonly RecentCall[];
	/** Since when the other boxes are not seen, in milliseconds since 1970; undefined while they are. */
	readonly lostSince: number | undefined;
}

/** Where the live parts of the page come from. */
export const CALLS_STREAM = "/live";

/** The page to call from. */
export function callsPage(
	view: View,
	{ form, phones, refusal, calls, recent, lostSince }: CallsPageContent,
): string {
	const { texts } = view;
	return renderPage(
		view,
		{ title: texts.sections.calls, tab: callsTab(texts, calls), section: "calls", live: CALLS_STREAM },
		<>
			<p class="hidden" role="status" id="announcement"></p>
			<div class="columns">
				<section class="sheet" aria-labelledby="place-heading">
					<h2 id="place-heading">{texts.place}</h2>
					{refusal && <Refusal {...refusal} />}
					<CallFormFields form={form} phones={phones} invalid={invalidFields(refusal)} />
					<TelHandler />
				</section>
				<div>
					<section class="sheet" aria-labelledby="progress-heading">
						<h2 id="progress-heading">{texts.inProgress}</h2>
						<div id="cluster" role="status">
							<ClusterNotice since={lostSince} shown="calls" />
						</div>
						<div id="in-progress">
							<CallList calls={calls} />
						</div>
					</section>
					<section class="sheet" aria-labelledby="recent-heading">
						<h2 id="recent-heading">{texts.recent}</h2>
						<div id="recent">
							<RecentCalls calls={recent} />
						</div>
					</section>
				</div>
			</div>
		</>,
	);
}

/** What the tab says: how many calls are in progress. */
export function callsTab({ sections }: Texts, { length }: readonly LiveCall[]): string {
	return length === 0 ? sections.calls : `(${length}) ${sections.calls}`;
}

/** The parts of the page that change, as they stand in it. */
export function callsParts(
	texts: Texts,
	calls: readonly LiveCall[],
	recent: readonly RecentCall[],
	lostSince: number | undefined,
	seenBy: Pick<View, "nameOf" | "mayCallFrom">,
): Record<string, string> {
	return {
		cluster: render(texts, <ClusterNotice since={lostSince} shown="calls" />),
		"in-progress": render(texts, <CallList calls={calls} />),
		recent: render(texts, <RecentCalls calls={recent} />, seenBy),
	};
}

function Refusal({ sentence, problems = [], refused = [] }: CallRefusal) {
	const texts = useTexts();
	const reasons = [
		...problems.map(({ parameter, fault }) => texts.problem(parameter, fault)),
		...refused.map(({ name, address, reason }) =>
			texts.cannotBeCalled(name, address, reason === NO_RULE ? texts.noRule : reason),
		),
	];
	return (
		<div class="alert" role="alert">
			<strong>{sentence}</strong>
			{reasons.length > 0 && (
				<ul>
					{reasons.map((reason) => (
						<li>{reason}</li>
					))}
				</ul>
			)}
		</div>
	);
}

/** For browsers that let a page open the links of a whole computer; its script shows it to them. */
function TelHandler() {
	const texts = useTexts();
	return (
		<form id="tel-handler" action="/call" method="get" hidden>
			<button type="submit" class="quiet">
				{texts.telHandler}
			</button>
			<p class="hint">{texts.telHandlerHint}</p>
		</form>
	);
}

interface FormProps {
	readonly form: CallForm;
	readonly phones: readonly string[] | undefined;
	/** Names of the fields whose values could not be used. */
	readonly invalid: ReadonlySet<string>;
}

function invalidFields({ problems = [], refused = [] }: Partial<CallRefusal> = {}): ReadonlySet<string> {
	return new Set([...problems.map(({ parameter }) => parameter), ...refused.map(({ name }) => name)]);
}

function CallFormFields({ form, phones, invalid }: FormProps) {
	const texts = useTexts();
	return (
		<form id="call-form" data-places-call action="/calls" method="post">
			<AddressField
				name="initiator"
				label={texts.labels.from}
				hint={texts.yourPhone}
				value={form.initiator}
				choices={phones}
				autofocus={invalid.has("initiator")}
				invalid={invalid.has("initiator")}
			/>
			<AddressField
				name="destination"
				label={texts.labels.to}
				hint={texts.whom}
				value={form.destination}
				autofocus={!invalid.has("initiator")}
				invalid={invalid.has("destination")}
			/>
			<label class="choice">
				<input type="checkbox" name="anchor" value="true" checked={form.anchor} />
				<span>{texts.follow}</span>
			</label>
			<p class="hint">{texts.followHint}</p>
			<button type="submit" class="wide">
				{texts.call}
			</button>
		</form>
	);
}
