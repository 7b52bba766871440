/** @jsxImportSource hono/jsx */
import type { Translation } from "../../translate/translator.ts";

interface TryProps {
	/** As it was typed; empty for none. */
	readonly address: string;
	readonly translation: Translation | undefined;
}

/** A field for an address, and what the rules make of it. */
export function TryAddress({ address, translation }: TryProps) {
	return (
		<form action="/admin" method="get">
			<label for="address">Try an address</label>
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
				<button type="submit">Try</button>
			</div>
			{translation && (
				<p id="translation" role="status">
					<Cleaned address={address} cleaned={translation.cleaned} />
					<Verdict translation={translation} />
				</p>
			)}
		</form>
	);
}

interface CleanedProps {
	readonly address: string;
	readonly cleaned: string | undefined;
}

/** What the rules see, where that is not what was typed. */
function Cleaned({ address, cleaned = address }: CleanedProps) {
	if (cleaned === address) return null;
	return (
		<>
			{"Cleaned to "}
			<code>{cleaned}</code>
			{", it "}
		</>
	);
}

function Verdict({ translation }: { readonly translation: Translation }) {
	if (translation.ok) {
		const { uri, rule } = translation;
		return (
			<>
				<span class="state good">is called</span> <code>{uri}</code>
				{", by the rule at "}
				<code>{`${rule.file}:${rule.line}`}</code>
			</>
		);
	}
	const { reason, rule, output } = translation;
	return (
		<>
			<span class="state bad">is refused</span> {reason}
			{rule && (
				<>
					{"; the rule at "}
					<code>{`${rule.file}:${rule.line}`}</code>
					{" turns it into "}
					<code>{output}</code>
				</>
			)}
		</>
	);
}
