/** @jsxImportSource hono/jsx */
import type { SettingsTexts } from "../../words/settings/types.ts";
import type { View } from "../page/view.tsx";
import { settingsTexts } from "./frame.tsx";
import { type RowsPageRequest, rowsPage } from "./rows-page.tsx";
import type { SettingsSource, TriedAddress } from "./settings-types.ts";

export interface RulesPageRequest extends RowsPageRequest {
	/** As typed, one a line. */
	readonly addresses?: string;
	readonly tried?: readonly TriedAddress[];
}

/** The page of the translation rules: rows, with addresses to try them on before they are saved. */
export function rulesPage(view: View, source: SettingsSource, request: RulesPageRequest): string {
	const { rules: texts } = settingsTexts(view);
	const { addresses = "", tried = [] } = request;
	const button = (
		<button type="submit" name="do" value="test">
			{texts.test}
		</button>
	);
	const content = (
		<>
			<label for="addresses">{texts.addresses}</label>
			<textarea id="addresses" name="addresses" rows={4} autocapitalize="off" spellcheck={false}>
				{addresses}
			</textarea>
			{tried.length > 0 && <Tried texts={texts} tried={tried} />}
		</>
	);
	return rowsPage(view, source, { ...request, more: { button, content } });
}

function Tried(props: { readonly texts: SettingsTexts["rules"]; readonly tried: readonly TriedAddress[] }) {
	const { texts, tried } = props;
	return (
		<div role="status" id="tried">
			<ul>
				{tried.map(({ address, text, ok, rule }) => (
					<li>
						{address} → <span class={`state ${ok ? "good" : "bad"}`}>{text}</span>
						{rule !== undefined && ` (${texts.takenBy(rule + 1)})`}
					</li>
				))}
			</ul>
		</div>
	);
}
