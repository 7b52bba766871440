import { createRoute, z } from "@hono/zod-openapi";
import type { History } from "../history/history.ts";
import { HistoryQueryError, HistoryUnavailableError } from "../history/types.ts";
import {
	type ApiOptions,
	type ApiRoutes,
	createRoutes,
	IdParameter,
	jsonContent,
	problemContent,
} from "./context.ts";
import { pastCallDetailsJson, pastCallJson } from "./history-json.ts";
import { ProblemError, problem } from "./problem.ts";
import { HistoryFilterQuery, HistoryQueryParameters, PastCallDetails, PastCalls } from "./schemas.ts";

const UNAVAILABLE = problemContent("No history is kept, or it cannot be read now.");

const searchRoute = createRoute({
	method: "get",
	path: "/history",
	operationId: "searchHistory",
	summary: "The calls of the past, the latest first",
	request: { query: HistoryQueryParameters },
	responses: {
		200: jsonContent(PastCalls, "A page of calls."),
		400: problemContent("The query cannot be used."),
		503: UNAVAILABLE,
	},
});

const showRoute = createRoute({
	method: "get",
	path: "/history/{id}",
	operationId: "showPastCall",
	summary: "A call of the past with all that happened in it",
	request: { params: IdParameter },
	responses: {
		200: jsonContent(PastCallDetails, "The call."),
		404: problemContent("There is no call of this id."),
		503: UNAVAILABLE,
	},
});

const exportRoute = createRoute({
	method: "get",
	path: "/history.csv",
	operationId: "exportHistory",
	summary: "The calls of the past as CSV (RFC 4180), the latest first",
	request: { query: HistoryFilterQuery },
	responses: {
		200: {
			description: "A line for each call, after one with the names.",
			content: { "text/csv": { schema: z.string() } },
		},
		400: problemContent("The query cannot be used."),
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

	routes.openapi(searchRoute, async (c) => {
		const { result, ...query } = c.req.valid("query");
		const page = await history()
			.search({ ...query, resultClass: result })
			.catch(rethrow);
		return c.json(
			{ calls: page.calls.map(pastCallJson), ...(page.next !== undefined && { next: page.next }) },
			200,
		);
	});

	routes.openapi(showRoute, (c) => {
		const { id } = c.req.valid("param");
		try {
			const call = history().call(id);
			if (call) return c.json(pastCallDetailsJson(call), 200);
		} catch (error) {
			rethrow(error);
		}
		throw new ProblemError(problem(404, `There is no call ${id} in the history.`));
	});

	routes.openapi(exportRoute, async (c) => {
		const { result, ...filter } = c.req.valid("query");
		c.env.keepOpen?.();
		return csvResponse(history().exportCsv({ ...filter, resultClass: result }));
	});

	return routes;
}

/** The first piece is taken at once, so that what cannot be read is an error and no empty file. */
async function csvResponse(pieces: AsyncGenerator<string, void, void>): Promise<never> {
	const first = await pieces.next().catch(rethrow);
	const encoder = new TextEncoder();
	const body = new ReadableStream<Uint8Array>({
		start: (controller) => controller.enqueue(encoder.encode(first.value ?? "")),
		pull: async (controller) => {
			const { done, value } = await pieces.next();
			if (done) controller.close();
			else controller.enqueue(encoder.encode(value));
		},
		cancel: async () => {
			await pieces.return();
		},
	});
	const response = new Response(body, {
		headers: {
			"Content-Type": "text/csv; charset=utf-8; header=present",
			"Content-Disposition": 'attachment; filename="clicktocall-history.csv"',
		},
	});
	// The type of a typed route knows no streams.
	return response as never;
}

function rethrow(error: unknown): never {
	if (error instanceof HistoryUnavailableError) throw new ProblemError(problem(503, error.message));
	if (error instanceof HistoryQueryError) {
		const [field = "query"] = error.message.split(":");
		throw new ProblemError(problem(400, error.message, [{ field, problem: error.message }]));
	}
	throw error;
}
