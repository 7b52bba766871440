/** @jsxImportSource hono/jsx */
import type { MiddlewareHandler } from "hono";
import type { Child } from "hono/jsx";
import { systemWallClock } from "../../time/wall-clock.ts";
import type { WebContext, WebEnv } from "../../web/web.ts";
import type { Access } from "../access.ts";

/** The Content-Security-Policy of these pages: what the server itself serves, and nothing else. */
const PAGE_POLICY =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The pages of the navigation. */
export type Section = "calls" | "history" | "admin";

export interface PageOptions {
	readonly title: string;
	/** What the tab says; the title by default. */
	readonly tab?: string | undefined;
	/** Which entry of the navigation the page belongs to. */
	readonly section: Section | undefined;
	/** Seconds after which the page is loaded again when it runs no script. */
	readonly refreshWithoutScript?: number | undefined;
	/** Address of the stream of its live parts. */
	readonly live?: string | undefined;
}

const NAVIGATION: readonly { readonly section: Section; readonly href: string; readonly text: string }[] = [
	{ section: "calls", href: "/", text: "Calls" },
	{ section: "history", href: "/history", text: "History" },
	{ section: "admin", href: "/admin", text: "Administration" },
];

/** The text of a tab. */
export function tabText(text: string): string {
	return `${text} - ClickToCall`;
}

/** A whole page. */
export function renderPage(
	{ title, tab = title, section, refreshWithoutScript, live }: PageOptions,
	content: Child,
): string {
	const page = (
		<html lang="en">
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
				<script src="/page.js" defer></script>
			</head>
			<body data-now={String(systemWallClock.now())} {...(live !== undefined && { "data-live": live })}>
				<a class="skip" href="#content">
					Skip to the content
				</a>
				<header class="bar">
					<nav aria-label="Pages">
						<span class="brand">ClickToCall</span>
						{NAVIGATION.map((entry) => (
							<a href={entry.href} {...(entry.section === section && { "aria-current": "page" as const })}>
								{entry.text}
							</a>
						))}
					</nav>
				</header>
				<main id="content">
					<h1>{title}</h1>
					{live !== undefined && <p class="alert" role="status" id="connection"></p>}
					<p
						class="alert"
						role="alert"
						id="unsent"
						data-text="The server does not answer: no call was placed. What you have typed is still here."
					></p>
					{content}
				</main>
			</body>
		</html>
	);
	return `<!DOCTYPE html>${page}`;
}

/** A page with one sentence: something is not there, or cannot be done. */
export function sentencePage(title: string, sentence: string, section?: Section): string {
	return renderPage(
		{ title, section },
		<section class="sheet">
			<p>{sentence}</p>
			<p>
				<a href="/">Calls</a>
			</p>
		</section>,
	);
}

/** Guards pages that only admin may see; comes after `guardPages`. */
export function guardForAdmin(access: Access): MiddlewareHandler<WebEnv> {
	return access.forAdministrators((c, { status, sentence }) =>
		c.html(sentencePage("Not possible", sentence), status),
	);
}

/** The entry of the navigation for admin only, as it stands in a page. */
const ADMIN_ENTRY = /<a href="\/admin"[^>]*>Administration<\/a>/;

/** Takes the way to the administration page out of a page for those who may not see it. */
async function hideAdministration(c: WebContext): Promise<void> {
	const { headers, status } = c.res;
	if (!headers.get("Content-Type")?.startsWith("text/html")) return;
	const page = await c.res.text();
	c.res = new Response(page.replace(ADMIN_ENTRY, ""), { status, headers });
}

/** Guards pages of this layout, which say themselves why a request is refused. */
export function guardPages(access: Access): MiddlewareHandler<WebEnv> {
	const judge = access.forPeople((c, { status, sentence }) =>
		c.html(sentencePage(status === 401 ? "Password required" : "Not possible", sentence), status),
	);
	return async (c, next) => {
		c.header("Content-Security-Policy", PAGE_POLICY);
		// With no-referrer browsers send our own forms with "Origin: null", like those of a stranger.
		c.header("Referrer-Policy", "same-origin");
		const answer = await judge(c, next);
		if (c.env.phones !== undefined) await hideAdministration(c);
		return answer;
	};
}
