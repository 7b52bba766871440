/** @jsxImportSource hono/jsx */
import type { MiddlewareHandler } from "hono";
import type { Child } from "hono/jsx";
import { keysOf } from "../../one-of.ts";
import { systemWallClock } from "../../time/wall-clock.ts";
import type { WebEnv } from "../../web/web.ts";
import { TEXTS } from "../../words/languages.ts";
import { LANGUAGES, type Section } from "../../words/texts.ts";
import type { Access } from "../access.ts";
import { render, useTexts, type View, viewOf } from "./view.tsx";

/**
 * The Content-Security-Policy of these pages: what the server itself serves, and nothing else.
 *
 * @param elsewhere where a script of a page may ask, too.
 */
export function pagePolicy(elsewhere: readonly string[] = []): string {
	const origins = elsewhere.map((url) => ` ${new URL(url).origin}`).join("");
	return (
		`default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'${origins}; ` +
		"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	);
}

const PAGE_POLICY = pagePolicy();

export interface PageOptions {
	readonly title: string;
	/** What the tab says; the title by default. */
	readonly tab?: string | undefined;
	/** Which entry of the navigation the page belongs to. */
	readonly section: Section | undefined;
	/** Seconds after which the page is loaded again when it runs no script. */
	readonly refreshWithoutScript?: number | undefined;
	/** Path, or URL, of the page that it goes on to once the server answers again. */
	readonly waitsFor?: string | undefined;
	/** Address of the stream of its live parts. */
	readonly live?: string | undefined;
}

/** How long the slowest boards take to start again, in seconds. */
const SLOW_START = 20;

const NAVIGATION: Readonly<Record<Section, string>> = { calls: "/", history: "/history", admin: "/admin" };

/** The text of a tab. */
export function tabText(text: string): string {
	return `${text} - ClickToCall`;
}

/** A whole page. */
export function renderPage(
	{ texts, here, restricted, nameOf, mayCallFrom }: View,
	{ title, tab = title, section, refreshWithoutScript, waitsFor, live }: PageOptions,
	content: Child,
): string {
	const page = render(
		texts,
		<html lang={texts.language}>
			<head>
				<meta charset="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<title>{tabText(tab)}</title>
				<link rel="stylesheet" href="/style.css" />
				<link rel="icon" href="/icon.svg" type="image/svg+xml" />
				<link rel="manifest" href="/manifest.webmanifest" />
				{refreshWithoutScript !== undefined && (
					<noscript>
						<meta http-equiv="refresh" content={String(refreshWithoutScript)} />
					</noscript>
				)}
				{waitsFor !== undefined && (
					<noscript>
						<meta http-equiv="refresh" content={`${SLOW_START}; url=${fromHere(waitsFor)}`} />
					</noscript>
				)}
				<script src="/page.js" defer></script>
			</head>
			<body
				data-now={String(systemWallClock.now())}
				data-locale={texts.locale}
				{...(live !== undefined && { "data-live": live })}
			>
				<a class="skip" href="#content">
					{texts.skip}
				</a>
				<header class="bar">
					<nav aria-label={texts.pages}>
						<span class="brand">ClickToCall</span>
						{keysOf(NAVIGATION)
							.filter((entry) => !restricted || entry !== "admin")
							.map((entry) => (
								<a href={NAVIGATION[entry]} {...(entry === section && { "aria-current": "page" as const })}>
									{texts.sections[entry]}
								</a>
							))}
					</nav>
				</header>
				<main id="content">
					<h1>{title}</h1>
					{live !== undefined && <p class="alert" role="status" id="connection" data-text={texts.lost}></p>}
					<p class="alert" role="alert" id="unsent" data-text={texts.unsent}></p>
					{content}
				</main>
				<LanguageChoice here={here} />
			</body>
		</html>,
		{ nameOf, mayCallFrom },
	);
	return `<!DOCTYPE html>${page}`;
}

/** A path is relative, for a proxy that puts something before it. */
function fromHere(target: string): string {
	return target.startsWith("/") ? `..${target}` : target;
}

/** All languages, each by its own name. */
function LanguageChoice({ here }: { readonly here: string }) {
	const { language, languageChoice } = useTexts();
	return (
		<footer class="languages">
			<form action="/language" method="post" aria-label={languageChoice}>
				<input type="hidden" name="back" value={here} />
				{LANGUAGES.map((other) => (
					<button
						type="submit"
						name="to"
						value={other}
						lang={other}
						{...(other === language && { "aria-current": "true" as const })}
					>
						{TEXTS[other].name}
					</button>
				))}
			</form>
		</footer>
	);
}

/** A page with one sentence: something is not there, or cannot be done. */
export function sentencePage(view: View, title: string, sentence: string, section?: Section): string {
	return renderPage(
		view,
		{ title, section },
		<section class="sheet">
			<p>{sentence}</p>
			<p>
				<a href="/">{view.texts.sections.calls}</a>
			</p>
		</section>,
	);
}

/** Guards pages that only admin may see; comes after `guardPages`. */
export function guardForAdmin(access: Access): MiddlewareHandler<WebEnv> {
	return access.forAdministrators((c, { status }) => {
		const view = viewOf(c);
		return c.html(sentencePage(view, view.texts.notPossible, view.texts.adminOnly), status);
	});
}

/** Guards pages of this layout, which say themselves why a request is refused. */
export function guardPages(access: Access): MiddlewareHandler<WebEnv> {
	const judge = access.forPeople((c, { status, sentence }) => {
		const view = viewOf(c);
		const { language, notPossible, passwordRequired, passwordText, wrongPasswords } = view.texts;
		if (status === 429) return c.html(sentencePage(view, notPossible, wrongPasswords), status);
		if (status !== 401) return c.html(sentencePage(view, notPossible, sentence), status);
		return c.html(sentencePage(view, passwordRequired, language === "en" ? sentence : passwordText), status);
	});
	return async (c, next) => {
		c.header("Content-Security-Policy", PAGE_POLICY);
		// With no-referrer browsers send our own forms with "Origin: null", like those of a stranger.
		c.header("Referrer-Policy", "same-origin");
		return judge(c, next);
	};
}
