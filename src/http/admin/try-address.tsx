/** @jsxImportSource hono/jsx */
import { NO_RULE, type Translation } from "../../translate/translator.ts";
import type { AdminTexts } from "../../words/admin/types.ts";

interface TryProps {
	readonly texts: AdminTexts;
	/** The reason when no rule takes an address. */
	readonly noRule: string;
	/** As it was typed; empty for none. */
	readonly address: string;
	readonly translation: Translation | undefined;
}

/** A field for an address, and what the rules make of it. */
export function TryAddress({ texts, noRule, address, translation }: TryProps) {
	return (
		<form action="/admin" method="get">
			<label for="address">{texts.tryAddress}</label>
			<div class="field-row">
				<input
					type="text"
					id="address"
					name="address"
					value={address}
					maxlength={512}
					autocapitalize="off"
					spellcheck={false}
					autocomplete="off"
					// Brings the answer into view.
					autofocus={translation !== undefined}
					{...(translation && { "aria-describedby": "translation" })}
				/>
				<button type="submit">{texts.tryIt}</button>
			</div>
			{translation && (
				<p id="translation" role="status">
					<Cleaned texts={texts} address={address} cleaned={translation.cleaned} />
					<Verdict texts={texts} noRule={noRule} translation={translation} />
				</p>
			)}
		</form>
	);
}

interface CleanedProps {
	readonly texts: AdminTexts;
	readonly address: string;
	readonly cleaned: string | undefined;
}

/** What the rules see, where that is not what was typed. */
function Cleaned({ texts, address, cleaned = address }: CleanedProps) {
	const [before, after] = texts.cleaned;
	if (cleaned === address) return null;
	return (
		<>
			{before}
			<code>{cleaned}</code>
			{after}
		</>
	);
}

interface VerdictProps {
	readonly texts: AdminTexts;
	readonly noRule: string;
	readonly translation: Translation;
}

function Verdict({ texts, noRule, translation }: VerdictProps) {
	if (translation.ok) {
		const { uri, rule } = translation;
		return (
			<>
				<span class="state good">{texts.isCalled}</span> <code>{uri}</code>
				{texts.byRule}
				<code>{`${rule.file}:${rule.line}`}</code>
			</>
		);
	}
	const { reason, rule, output } = translation;
	const [ruleAt, makes] = texts.ruleMakes;
	return (
		<>
			<span class="state bad">{texts.isRefused}</span> {reason === NO_RULE ? noRule : reason}
			{rule && (
				<>
					{ruleAt}
					<code>{`${rule.file}:${rule.line}`}</code>
					{makes}
					<code>{output}</code>
				</>
			)}
		</>
	);
}
