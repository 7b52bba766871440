import type { History } from "../../history/history.ts";
import { HistoryQueryError, HistoryUnavailableError } from "../../history/types.ts";
import type { Translation } from "../../translate/translator.ts";
import { addressesNamed, type Contacts, NO_CONTACTS } from "../../web/contacts.ts";
import { csvStream, UTF8_MARK } from "../../web/csv-stream.ts";
import { type OwnCalls, ownCallsOf, ownHistory } from "../../web/own-calls.ts";
import type { WebApp, WebContext } from "../../web/web.ts";
import type { Access } from "../access.ts";
import { guardPages, sentencePage } from "../page/layout.tsx";
import { viewOf } from "../page/view.tsx";
import { historyPage } from "./history-page.tsx";
import { pastCallPage } from "./past-call-page.tsx";
import { likelySeparator, readSearch, SEPARATORS, type SeparatorName } from "./query.ts";

/** What these pages show. */
export interface HistorySource {
	/** Absent when none is kept. */
	readonly history?: History | undefined;
	readonly translate: (address: string) => Translation;
	/** Absent = nobody is known. */
	readonly contacts?: Contacts | undefined;
}

/** The history for people: a search, a call, and a file of all that was found. */
export function mountHistoryPages(app: WebApp, access: Access, source: HistorySource): void {
	const { history, translate, contacts = NO_CONTACTS } = source;
	const guard = guardPages(access);
	const ownOf = (c: WebContext): OwnCalls | undefined => ownCallsOf(c.env, translate);

	app.get(
		"/history",
		guard,
		answer(history, async (c, history) => {
			const search = readSearch(new URL(c.req.url).searchParams);
			const separator = separatorFor(c);
			if (!search.ok) return c.html(historyPage(viewOf(c), { ...search, separator }), 400);
			const own = ownOf(c);
			const named = addressesNamed(search.filter.text, contacts, translate);
			const page = await history.search({ ...search.query, ...named, ...ownHistory(own) });
			// The charts are of all calls.
			const days = own ? undefined : search.chart && history.callsPerDay(search.chart);
			const found = { ...page, cursor: search.query.cursor, trail: search.trail };
			return c.html(historyPage(viewOf(c), { form: search.form, found, separator, days }));
		}),
	);

	app.get(
		"/history.csv",
		guard,
		answer(history, async (c, history) => {
			const search = readSearch(new URL(c.req.url).searchParams);
			const separator = separatorFor(c);
			if (!search.ok) return c.html(historyPage(viewOf(c), { ...search, separator }), 400);
			const form = { separator: SEPARATORS[search.separator ?? "comma"], guarded: true };
			const named = addressesNamed(search.filter.text, contacts, translate);
			const filter = { ...search.filter, ...named, ...ownHistory(ownOf(c)) };
			return csvStream(history.exportCsv(form, filter), UTF8_MARK);
		}),
	);

	app.get(
		"/history/:id",
		guard,
		answer(history, async (c, history) => {
			await history.upToDate();
			const call = history.call(c.req.param("id") ?? "");
			if (call && ownOf(c)?.owns(call) !== false) return c.html(pastCallPage(viewOf(c), call));
			const view = viewOf(c);
			return c.html(sentencePage(view, view.texts.noSuchCall, view.texts.tooLongAgo, "history"), 404);
		}),
	);
}

/** The separator for the language of the page, in the browser's own country where that is known. */
function separatorFor(c: WebContext): SeparatorName {
	const { language, locale } = viewOf(c).texts;
	const header = c.req.header("Accept-Language") ?? "";
	return likelySeparator(header.toLowerCase().startsWith(language) ? header : locale);
}

/** Says on a page why there is no history to be shown. */
function answer(
	history: History | undefined,
	show: (c: WebContext, history: History) => Promise<Response>,
): (c: WebContext) => Promise<Response> {
	return async (c) => {
		const view = viewOf(c);
		const { noHistory, noHistoryText, unreadable, noSuchPage } = view.texts;
		const sentence = (title: string, text: string, status: 400 | 503): Response | Promise<Response> =>
			c.html(sentencePage(view, title, text, "history"), status);
		if (!history) return sentence(noHistory, noHistoryText, 503);
		try {
			return await show(c, history);
		} catch (error) {
			if (error instanceof HistoryUnavailableError) return sentence(noHistory, unreadable, 503);
			if (error instanceof HistoryQueryError) return sentence(noSuchPage, `${error.message}.`, 400);
			throw error;
		}
	};
}
