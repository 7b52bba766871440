import { createRoute, z } from "@hono/zod-openapi";
import { PLAIN_CSV } from "../history/csv.ts";
import type { History } from "../history/history.ts";
import { type HistoryFilter, HistoryQueryError, HistoryUnavailableError } from "../history/types.ts";
import { addressesNamed, NO_CONTACTS } from "../web/contacts.ts";
import { csvStream } from "../web/csv-stream.ts";
import { ownCallsOf, ownHistory } from "../web/own-calls.ts";
import { ProblemError, problem } from "../web/problem.ts";
import type { RequestBindings } from "../web/web.ts";
import {
	type ApiOptions,
	type ApiRoutes,
	CLOSED,
	createRoutes,
	IdParameter,
	jsonContent,
	problemContent,
	unavailableContent,
} from "./context.ts";
import { pastCallDetailsJson, pastCallJson } from "./history-json.ts";
import { HistoryFilterQuery, HistoryQueryParameters, PastCallDetails, PastCalls } from "./schemas.ts";

const UNAVAILABLE = unavailableContent("No history is kept, or it cannot be read right now.");

const searchRoute = createRoute({
	method: "get",
	path: "/history",
	operationId: "searchHistory",
	summary: "Past calls, newest first",
	request: { query: HistoryQueryParameters },
	responses: {
		200: jsonContent(PastCalls, "A page of calls."),
		400: problemContent("The query is invalid."),
		...CLOSED,
		503: UNAVAILABLE,
	},
});

const showRoute = createRoute({
	method: "get",
	path: "/history/{id}",
	operationId: "showPastCall",
	summary: "One past call, step by step",
	request: { params: IdParameter },
	responses: {
		200: jsonContent(PastCallDetails, "The call."),
		404: problemContent("There is no call with this ID."),
		...CLOSED,
		503: UNAVAILABLE,
	},
});

const exportRoute = createRoute({
	method: "get",
	path: "/history.csv",
	operationId: "exportHistory",
	summary: "Past calls as CSV (RFC 4180), newest first",
	request: { query: HistoryFilterQuery },
	responses: {
		200: {
			description: "A header line, then one line for each call.",
			content: { "text/csv": { schema: z.string() } },
		},
		400: problemContent("The query is invalid."),
		...CLOSED,
		503: UNAVAILABLE,
	},
});

/** The history: search, one call, and all of it. */
export function historyRoutes(options: ApiOptions): ApiRoutes {
	const routes = createRoutes();
	const history = (): History => {
		if (options.history) return options.history;
		throw new ProblemError(problem(503, "No history is kept: HistoryFile is empty."));
	};

	const { contacts = NO_CONTACTS, translate } = options;
	const named = (text: string | undefined) => addressesNamed(text, contacts, translate);
	const ownFilter = (env: RequestBindings): HistoryFilter => ownHistory(ownCallsOf(env, options.translate));

	routes.openapi(searchRoute, async (c) => {
		const { result, ...query } = c.req.valid("query");
		const page = await history()
			.search({ ...query, resultClass: result, ...named(query.text), ...ownFilter(c.env) })
			.catch(rethrow);
		return c.json(
			{
				calls: page.calls.map((call) => pastCallJson(call, options.contacts)),
				...(page.next !== undefined && { next: page.next }),
			},
			200,
		);
	});

	routes.openapi(showRoute, async (c) => {
		const { id } = c.req.valid("param");
		try {
			await history().upToDate();
			const call = history().call(id);
			if (call && ownCallsOf(c.env, options.translate)?.owns(call) !== false)
				return c.json(pastCallDetailsJson(call, options.contacts), 200);
		} catch (error) {
			rethrow(error);
		}
		throw new ProblemError(problem(404, `There is no call ${id} in the history.`));
	});

	routes.openapi(exportRoute, async (c) => {
		const { result, ...filter } = c.req.valid("query");
		const answer = await csvStream(
			history().exportCsv(PLAIN_CSV, {
				...filter,
				resultClass: result,
				...named(filter.text),
				...ownFilter(c.env),
			}),
		).catch(rethrow);
		// The type of a typed route does not cover streams.
		return answer as never;
	});

	return routes;
}

function rethrow(error: unknown): never {
	if (error instanceof HistoryUnavailableError) throw new ProblemError(problem(503, error.message));
	if (error instanceof HistoryQueryError) {
		const [field = "query"] = error.message.split(":");
		throw new ProblemError(problem(400, error.message, [{ field, problem: error.message }]));
	}
	throw error;
}
