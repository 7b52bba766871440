/** @jsxImportSource hono/jsx */
import type { SettingsTexts } from "../../words/settings/types.ts";
import type { View } from "../page/view.tsx";
import { boxPage, type Notice, settingsTexts } from "./frame.tsx";
import { Pending } from "./pending.tsx";
import type { SettingsSource, ShownRule, TriedAddress } from "./settings-types.ts";

export interface RulesPageRequest {
	readonly notice?: Notice | undefined;
	/** Those that were typed; absent for those of the file. */
	readonly rules?: readonly ShownRule[];
	/** As typed, one a line. */
	readonly addresses?: string;
	readonly tried?: readonly TriedAddress[];
	readonly restarts: boolean;
}

/** The page of the translation rules: rows that can be changed, moved and tried before they are saved. */
export function rulesPage(view: View, source: SettingsSource, request: RulesPageRequest): string {
	const { rules: texts, save } = settingsTexts(view);
	const { notice, addresses = "", tried = [] } = request;
	const rules = request.rules ?? source.rules();
	return boxPage(
		view,
		"/setup/rules",
		notice,
		<>
			<Pending view={view} source={source} restarts={request.restarts} />
			<section class="sheet" aria-labelledby="rules-heading">
				<h2 id="rules-heading">{texts.title}</h2>
				<p>{texts.explain}</p>
				<form action="/setup/rules" method="post">
					<input type="hidden" name="mark" value={source.mark} />
					<p>
						{/* The first button is what Enter presses. */}
						<button type="submit" name="do" value="test">
							{texts.test}
						</button>{" "}
						<button type="submit" name="do" value="save">
							{save}
						</button>
					</p>
					<ol class="rules">
						{rules.map((rule, index) => (
							<RuleRow texts={texts} rule={rule} index={index} count={rules.length} />
						))}
					</ol>
					<p>
						<button type="submit" name="do" value="add">
							{texts.add}
						</button>
					</p>
					<label for="addresses">{texts.addresses}</label>
					<textarea id="addresses" name="addresses" rows={4} autocapitalize="off" spellcheck={false}>
						{addresses}
					</textarea>
					{tried.length > 0 && <Tried texts={texts} tried={tried} />}
					<button type="submit" name="do" value="test">
						{texts.test}
					</button>{" "}
					<button type="submit" name="do" value="save">
						{save}
					</button>
				</form>
			</section>
		</>,
	);
}

function RuleRow(props: {
	readonly texts: SettingsTexts["rules"];
	readonly rule: ShownRule;
	readonly index: number;
	readonly count: number;
}) {
	const { texts, rule, index, count } = props;
	const number = index + 1;
	return (
		<li>
			<input type="hidden" name="from" value={rule.from === undefined ? "" : `${rule.from}`} />
			<label for={`pattern-${number}`}>{texts.pattern}</label>
			<input
				type="text"
				id={`pattern-${number}`}
				name="pattern"
				value={rule.pattern}
				autocomplete="off"
				autocapitalize="off"
				spellcheck={false}
			/>
			<label for={`output-${number}`}>{texts.output}</label>
			<input
				type="text"
				id={`output-${number}`}
				name="output"
				value={rule.output}
				autocomplete="off"
				autocapitalize="off"
				spellcheck={false}
			/>
			<p>
				{index > 0 && <Move what={`up ${index}`} label={texts.up(number)} sign="↑" />}
				{index < count - 1 && <Move what={`down ${index}`} label={texts.down(number)} sign="↓" />}
				<Move what={`remove ${index}`} label={texts.remove(number)} sign="×" />
			</p>
		</li>
	);
}

function Move({
	what,
	label,
	sign,
}: {
	readonly what: string;
	readonly label: string;
	readonly sign: string;
}) {
	return (
		<>
			<button type="submit" name="do" value={what} aria-label={label} title={label}>
				{sign}
			</button>{" "}
		</>
	);
}

function Tried(props: { readonly texts: SettingsTexts["rules"]; readonly tried: readonly TriedAddress[] }) {
	const { texts, tried } = props;
	return (
		<ul role="status" id="tried">
			{tried.map(({ address, text, ok, rule }) => (
				<li>
					{address} → <span class={`state ${ok ? "good" : "bad"}`}>{text}</span>
					{rule !== undefined && ` (${texts.takenBy(rule + 1)})`}
				</li>
			))}
		</ul>
	);
}
