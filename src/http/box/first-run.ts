import type { MiddlewareHandler } from "hono";
import { normaliseAddress } from "../../net/address.ts";
import { isOnLan } from "../../net/lan.ts";
import type { WebApp, WebContext, WebEnv } from "../../web/web.ts";
import type { Access } from "../access.ts";
import { guardPages, sentencePage } from "../page/layout.tsx";
import { viewOf } from "../page/view.tsx";
import { firstRunPage, passwordSetPage, SHORTEST_ADMIN_PASSWORD } from "./first-run-page.tsx";
import { boxTexts } from "./frame.tsx";
import { BoxError, type FirstRunSource } from "./types.ts";

/** Where a new box asks for its password. */
const FIRST = "/setup/first";

/** What is open all the same: what the page is made of, and what tells that the server runs. */
const OPEN = new Set([
	FIRST,
	"/style.css",
	"/page.js",
	"/icon.svg",
	"/icon-maskable.svg",
	"/manifest.webmanifest",
	"/language",
	"/healthz",
	"/readyz",
]);

/** Where proxies say who their client is. */
const FORWARDED = ["Forwarded", "X-Forwarded-For", "X-Real-IP"];
const ADDRESSES = /\[?[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.]*\]?|\d+\.\d+\.\d+\.\d+/gi;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse.
const CONTROL = /[\0-\x1f\x7f]/;

/** As long as a box has no password, it asks for one, and nothing else of it can be used. */
export function guardFirstRun(source: FirstRunSource): MiddlewareHandler<WebEnv> {
	return async (c, next) => {
		if (!source.pending) return next();
		const { firstRun: texts } = boxTexts(viewOf(c));
		if (!isVisitorOnLan(c)) return refuse(c, texts.notOnLan, 403);
		if (OPEN.has(c.req.path)) return next();
		const reads = c.req.method === "GET" || c.req.method === "HEAD";
		const forPeople = (c.req.header("Accept") ?? "").includes("text/html");
		return reads && forPeople ? c.redirect(FIRST, 303) : refuse(c, texts.waits, 503);
	};
}

function refuse(c: WebContext, sentence: string, status: 403 | 503): Response {
	return c.text(`${sentence}\n`, status);
}

/**
 * Whether a visitor is of the box's own network. What a proxy that is not trusted says of its client cannot make one of
 * it, but is reason enough to keep it out.
 */
function isVisitorOnLan(c: WebContext): boolean {
	const { peer, proxied = false } = c.env;
	if (!isOnLan(peer)) return false;
	const told = FORWARDED.flatMap((name) => (c.req.header(name) ?? "").match(ADDRESSES) ?? []);
	return proxied || told.every((address) => isOnLan(normaliseAddress(address.replace(/^\[|\]$/g, ""))));
}

/**
 * The page that takes the password.
 *
 * @param open what checks that a request is not of another site; it asks for no password.
 * @param closed whether nothing else is set up in the browser.
 */
export function mountFirstRun(
	app: WebApp,
	open: Access,
	source: FirstRunSource,
	{ closed }: { readonly closed: boolean },
): void {
	const guard = guardPages(open);
	app.get(FIRST, guard, (c) => {
		if (!source.pending) return c.redirect("/", 303);
		return c.html(firstRunPage(viewOf(c)));
	});
	app.post(FIRST, guard, async (c) => {
		const view = viewOf(c);
		const { firstRun: texts } = boxTexts(view);
		const fields = new URLSearchParams(await c.req.text());
		const password = fields.get("password") ?? "";
		const wrong = (text: string, status: 400 | 409 = 400) =>
			c.html(firstRunPage(view, { kind: "bad", text }), status);
		// Nothing may come between the question and the answer: one visitor wins.
		if (!source.pending) return c.html(sentencePage(view, view.texts.notPossible, texts.tooLate), 409);
		if ([...password].length < SHORTEST_ADMIN_PASSWORD || CONTROL.test(password))
			return wrong(texts.tooShort(SHORTEST_ADMIN_PASSWORD));
		if (password !== fields.get("again")) return wrong(texts.differ);
		try {
			source.take(password, c.env.peer);
		} catch (error) {
			if (!(error instanceof BoxError)) throw error;
			return wrong(`${boxTexts(view).cannot} ${error.message}`, 409);
		}
		return c.html(passwordSetPage(view, closed ? "/" : "/setup/account?first=1"));
	});
}
