import type { History } from "../../history/history.ts";
import { HistoryQueryError, HistoryUnavailableError } from "../../history/types.ts";
import type { Access } from "../access.ts";
import { csvStream } from "../csv-stream.ts";
import { guardPages, sentencePage } from "../page/layout.tsx";
import type { WebApp, WebContext } from "../web.ts";
import { historyPage } from "./history-page.tsx";
import { readSearch } from "./query.ts";

/** Days of the chart. */
const CHART_DAYS = 30;

/** The history for people. */
export function mountHistoryPages(app: WebApp, access: Access, history: History | undefined): void {
	const guard = guardPages(access);
	app.get("/history", guard, async (c) => {
		if (!history) return unavailable(c, "No history is kept: HistoryFile is empty.");
		const parameters = new URL(c.req.url).searchParams;
		const search = readSearch(parameters);
		if (!search.ok) return c.html(historyPage({ form: search.form, problems: search.problems }), 400);
		try {
			const page = await history.search(search.query);
			const first = !parameters.has("cursor");
			const days = first ? history.callsPerDay(CHART_DAYS) : undefined;
			return c.html(historyPage({ form: search.form, problems: [], page, days }));
		} catch (error) {
			return failed(c, error);
		}
	});
	app.get("/history.csv", guard, async (c) => {
		if (!history) return unavailable(c, "No history is kept: HistoryFile is empty.");
		const search = readSearch(new URL(c.req.url).searchParams);
		if (!search.ok) return c.html(historyPage({ form: search.form, problems: search.problems }), 400);
		c.env.keepOpen?.();
		try {
			return await csvStream(history.exportCsv(search.filter));
		} catch (error) {
			return failed(c, error);
		}
	});
}

function unavailable(c: WebContext, sentence: string): Response | Promise<Response> {
	return c.html(sentencePage("No history", sentence, "history"), 503);
}

function failed(c: WebContext, error: unknown): Response | Promise<Response> {
	if (error instanceof HistoryUnavailableError) {
		return unavailable(c, "The history cannot be read now. The log says why.");
	}
	if (error instanceof HistoryQueryError)
		return c.html(sentencePage("No such page", error.message, "history"), 400);
	throw error;
}
