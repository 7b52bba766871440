import { setCookie } from "hono/cookie";
import type { WebApp } from "../../web/web.ts";
import { LANGUAGES } from "../../words/texts.ts";
import type { Access } from "../access.ts";
import { guardPages } from "./layout.tsx";
import { LANGUAGE_COOKIE } from "./view.tsx";

/** How long a browser keeps the choice, in seconds: a year. */
const KEPT = 31_536_000;

/** Takes the choice of a language, and leads back to where it was made. */
export function mountLanguage(app: WebApp, access: Access): void {
	app.post("/language", guardPages(access), async (c) => {
		const fields = new URLSearchParams(await c.req.text());
		const language = LANGUAGES.find((known) => known === fields.get("to"));
		const back = fields.get("back") ?? "";
		if (language !== undefined)
			setCookie(c, LANGUAGE_COOKIE, language, {
				path: `${c.env.prefix ?? ""}/`,
				maxAge: KEPT,
				sameSite: "Lax",
				httpOnly: true,
			});
		// Nowhere but to a page of ours.
		return c.redirect(/^\/(?![/\\])[\x21-\x7e]*$/.test(back) ? back : "/", 303);
	});
}
