/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import { BOX_TEXTS } from "../../words/box/texts.ts";
import type { BoxTexts } from "../../words/box/types.ts";
import { SETTINGS_TEXTS } from "../../words/settings/texts.ts";
import type { RowGroup, SettingsTexts } from "../../words/settings/types.ts";
import { renderPage } from "../page/layout.tsx";
import type { View } from "../page/view.tsx";

/** The pages that set a box up, besides its settings, and what each of them is called. */
export const BOX_PAGES: Readonly<Record<string, (box: BoxTexts, settings: SettingsTexts) => string>> = {
	"/setup/account": ({ account }) => account,
	"/setup/rules": (_box, { groups }) => groups.TranslationPattern.title,
	"/setup/accounts": (_box, { groups }) => groups.SipAuthUser.title,
	"/setup/users": (_box, { groups }) => groups.HttpUser.title,
	"/setup/tokens": (_box, { groups }) => groups.HttpApiToken.title,
	"/setup/webhooks": (_box, { groups }) => groups.Webhook.title,
	"/setup/settings": (_box, { title }) => title,
	"/setup/versions": (_box, { versions }) => versions.title,
	"/setup/certificates": ({ certificates }) => certificates.title,
	"/setup/transfer": ({ transfer }) => transfer.title,
	"/setup/update": ({ update }) => update.title,
};

/** The pages of repeated lines, by the name of the first. */
export const ROW_PAGES: Readonly<Record<RowGroup, string>> = {
	TranslationPattern: "/setup/rules",
	SipAuthUser: "/setup/accounts",
	HttpUser: "/setup/users",
	HttpApiToken: "/setup/tokens",
	Webhook: "/setup/webhooks",
};

/** What a page says of what was asked of it. */
export interface Notice {
	readonly kind: "good" | "bad";
	readonly text: string;
	/** More lines, as the program says them. */
	readonly details?: string | undefined;
}

/** The texts of these pages in the language of a view. */
export function boxTexts({ texts }: View): BoxTexts {
	return BOX_TEXTS[texts.language];
}

/** The texts of the pages of the settings. */
export function settingsTexts({ texts }: View): SettingsTexts {
	return SETTINGS_TEXTS[texts.language];
}

/** One of these pages. @param path its own. */
export function boxPage(view: View, path: string, notice: Notice | undefined, content: Child): string {
	const texts = boxTexts(view);
	const title = BOX_PAGES[path]?.(texts, settingsTexts(view)) ?? texts.pages;
	return renderPage(
		view,
		{ title, section: "admin" },
		<>
			<BoxNavigation view={view} here={path} />
			<Told notice={notice} />
			{content}
		</>,
	);
}

/** Leads to these pages. @param here the path of the one that is shown, if any. */
export function BoxNavigation({ view, here }: { readonly view: View; readonly here?: string }) {
	const texts = boxTexts(view);
	const settings = settingsTexts(view);
	return (
		<nav class="sheet" aria-label={texts.pages}>
			{Object.entries(BOX_PAGES).map(([to, name]) => (
				<>
					<a href={to} {...(to === here && { "aria-current": "page" as const })}>
						{name(texts, settings)}
					</a>{" "}
				</>
			))}
		</nav>
	);
}

/** A notice, for those who see and for those who hear the page. */
export function Told({ notice }: { readonly notice: Notice | undefined }) {
	if (!notice) return null;
	const { kind, text, details } = notice;
	return (
		<section class="sheet" role={kind === "bad" ? "alert" : "status"} id="told">
			<p>
				<span class={`state ${kind}`}>{text}</span>
			</p>
			{details !== undefined && <pre lang="en">{details}</pre>}
		</section>
	);
}

/** A field with its label. */
export function Field(props: {
	readonly id: string;
	readonly label: string;
	readonly type?: "text" | "password" | "file";
	readonly value?: string;
	readonly hint?: string;
	readonly required?: boolean;
	readonly accept?: string;
	readonly complete?: string;
	/** What is wrong with what was typed. */
	readonly problems?: readonly string[];
}) {
	const { id, label, type = "text", value, hint, required = false, accept, complete = "off" } = props;
	const { problems = [] } = props;
	return (
		<>
			<label for={id}>{label}</label>
			<input
				type={type}
				id={id}
				name={id}
				required={required}
				autocomplete={complete}
				autocapitalize="off"
				spellcheck={false}
				{...(value !== undefined && { value })}
				{...(accept !== undefined && { accept })}
				{...(hint !== undefined && { "aria-describedby": `${id}-hint` })}
				{...(problems.length > 0 && { "aria-invalid": "true" as const })}
			/>
			{problems.map((problem) => (
				<p class="state bad" role="alert">
					{problem}
				</p>
			))}
			{hint !== undefined && (
				<p class="hint" id={`${id}-hint`}>
					{hint}
				</p>
			)}
		</>
	);
}

/** Offers a restart, or says that it is for somebody else. @param text why there is to be one. */
export function Restart(props: {
	readonly texts: BoxTexts;
	readonly possible: boolean;
	readonly text?: string | undefined;
}) {
	const { texts, possible, text = texts.needsRestart } = props;
	if (!possible) return <p>{texts.restartByHand}</p>;
	return (
		<form action="/setup/restart" method="post">
			<p>{text}</p>
			<button type="submit">{texts.restart}</button>
		</form>
	);
}
