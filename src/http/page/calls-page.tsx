/** @jsxImportSource hono/jsx */
import type { RefusedAddress } from "../../call/types.ts";
import type { LiveCall } from "../../live/types.ts";
import { refusedSentence } from "../../words/words.ts";
import type { ParameterProblem } from "../call-query.ts";
import { AddressField } from "./address-field.tsx";
import { CallList, type RecentCall, RecentCalls } from "./call-list.tsx";
import { renderPage } from "./layout.tsx";

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
}

/** Where the live parts of the page come from. */
export const CALLS_STREAM = "/live";

/** The page to call from. */
export function callsPage({ form, phones, refusal, calls, recent }: CallsPageContent): string {
	return renderPage(
		{ title: "Calls", tab: callsTab(calls), section: "calls", live: CALLS_STREAM },
		<>
			<p class="hidden" role="status" id="announcement"></p>
			<div class="columns">
				<section class="sheet" aria-labelledby="place-heading">
					<h2 id="place-heading">Place a call</h2>
					{refusal && <Refusal {...refusal} />}
					<CallFormFields form={form} phones={phones} invalid={invalidFields(refusal)} />
					<TelHandler />
				</section>
				<div>
					<section class="sheet" aria-labelledby="progress-heading">
						<h2 id="progress-heading">In progress</h2>
						<div id="in-progress">
							<CallList calls={calls} />
						</div>
					</section>
					<section class="sheet" aria-labelledby="recent-heading">
						<h2 id="recent-heading">Recent calls</h2>
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
export function callsTab({ length }: readonly LiveCall[]): string {
	return length === 0 ? "Calls" : `(${length}) Calls`;
}

/** The parts of the page that change, as they stand in it. */
export function callsParts(
	calls: readonly LiveCall[],
	recent: readonly RecentCall[],
): Record<string, string> {
	return {
		"in-progress": String(<CallList calls={calls} />),
		recent: String(<RecentCalls calls={recent} />),
	};
}

/** The calls in progress, in a sentence for screen readers. */
export function announcement(calls: readonly LiveCall[]): string {
	if (calls.length === 0) return "No call in progress.";
	return calls.length === 1 ? "One call in progress." : `${calls.length} calls in progress.`;
}

function Refusal({ sentence, problems = [], refused = [] }: CallRefusal) {
	const reasons = [
		...problems.map(
			({ parameter, problem, expected }) => `The ${parameter} ${problem}. Expected: ${expected}.`,
		),
		...refused.map(refusedSentence),
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
	return (
		<form id="tel-handler" action="/call" method="get" hidden>
			<button type="submit" class="quiet">
				Open telephone links here
			</button>
			<p class="hint">
				Numbers that you click in other pages and programs then open here. You are asked before a call is
				placed.
			</p>
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
	return (
		<form id="call-form" data-places-call action="/calls" method="post">
			<AddressField
				name="initiator"
				label="From"
				hint="Your phone: it rings first."
				value={form.initiator}
				choices={phones}
				autofocus={invalid.has("initiator")}
				invalid={invalid.has("initiator")}
			/>
			<AddressField
				name="destination"
				label="To"
				hint="A number, a name, or a SIP address."
				value={form.destination}
				autofocus={!invalid.has("initiator")}
				invalid={invalid.has("destination")}
			/>
			<label class="choice">
				<input type="checkbox" name="anchor" value="true" checked={form.anchor} />
				<span>Let me follow the call and hang it up here</span>
			</label>
			<p class="hint">The server then stays in the call instead of handing it over.</p>
			<button type="submit" class="wide">
				Call
			</button>
		</form>
	);
}
