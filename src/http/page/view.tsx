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
	/** The name that goes with an address. */
	readonly nameOf: NameOf;
	/** Whether calls may be placed from an address. */
	readonly mayCallFrom: MayCallFrom;
}

type MayCallFrom = (initiator: string) => boolean;
const anywhere: MayCallFrom = () => true;

/** Finds the name that goes with an address. */
export type NameOf = (address: string) => string | undefined;
const nobody: NameOf = () => undefined;

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
		nameOf: c.env.nameOf ?? nobody,
		mayCallFrom: c.env.mayCallFrom ?? anywhere,
	};
}

const TextsContext = createContext<Texts>(ENGLISH);

/** The texts of the page that is rendered. */
export function useTexts(): Texts {
	return useContext(TextsContext);
}

const NamesContext = createContext<NameOf>(nobody);

/** The name that goes with an address, on the page that is rendered. */
export function useName(address: string): string | undefined {
	return useContext(NamesContext)(address);
}

const PhonesContext = createContext<MayCallFrom>(anywhere);

/** Whether whoever sees the page may place calls from an address. */
export function useMayCallFrom(initiator: string): boolean {
	return useContext(PhonesContext)(initiator);
}

/** Renders a part of a page in a language, with names for addresses, for those who may call from some phones or all. */
export function render(
	texts: Texts,
	content: Child,
	{ nameOf = nobody, mayCallFrom = anywhere }: Partial<Pick<View, "nameOf" | "mayCallFrom">> = {},
): string {
	return String(
		<PhonesContext.Provider value={mayCallFrom}>
			<NamesContext.Provider value={nameOf}>
				<TextsContext.Provider value={texts}>{content}</TextsContext.Provider>
			</NamesContext.Provider>
		</PhonesContext.Provider>,
	);
}
