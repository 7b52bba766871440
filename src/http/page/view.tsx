/** @jsxImportSource hono/jsx */
import { getCookie } from "hono/cookie";
import { type Child, createContext, useContext } from "hono/jsx";
import type { WebContext } from "../../web/web.ts";
import { ENGLISH } from "../../words/english.ts";
import { TEXTS, wantedLanguage } from "../../words/languages.ts";
import { LANGUAGES, type Texts } from "../../words/texts.ts";

/** For whom a page is made. */
export interface View {
	readonly texts: Texts;
	/** The path and query of the page, for coming back to it. */
	readonly here: string;
	/** Whether it is for a user with phones of their own, who may not see the administration page. */
	readonly restricted: boolean;
}

/** The cookie with the language that somebody has chosen. */
export const LANGUAGE_COOKIE = "clicktocall-language";

/** The view of a request: in the language that was chosen, or else that the browser wants. */
export function viewOf(c: WebContext): View {
	const chosen = LANGUAGES.find((language) => language === getCookie(c, LANGUAGE_COOKIE));
	const { pathname, search } = new URL(c.req.url);
	return {
		texts: TEXTS[chosen ?? wantedLanguage(c.req.header("Accept-Language"))],
		here: pathname + search,
		restricted: c.env.phones !== undefined,
	};
}

/** The same in English, for pages that exist in no other language. */
export function englishView(c: WebContext): View {
	return { ...viewOf(c), texts: ENGLISH };
}

const TextsContext = createContext<Texts>(ENGLISH);

/** The texts of the page that is rendered. */
export function useTexts(): Texts {
	return useContext(TextsContext);
}

/** Renders a part of a page in a language. */
export function render(texts: Texts, content: Child): string {
	return String(<TextsContext.Provider value={texts}>{content}</TextsContext.Provider>);
}
