import { createRoute, z } from "@hono/zod-openapi";
import { eventStream } from "../http/event-stream.ts";
import { SSE_HEADERS, streamsLeft } from "../http/sse.ts";
import type { WebContext } from "../http/web.ts";
import { callJson, eventJson } from "../live/call-json.ts";
import type { LiveCall, LiveEvent } from "../live/types.ts";
import { type ApiOptions, type ApiRoutes, createRoutes, IdParameter, problemContent } from "./context.ts";
import { ProblemError, problem } from "./problem.ts";

const STREAM = {
	description:
		"Server-sent events. The first one is a `snapshot` (`{calls: Call[]}`), or what was missed since Last-Event-ID; then `placed`, `state`, `result` and `refused` with an `Event` as data.",
	content: { "text/event-stream": { schema: z.string() } },
};

const BUSY = problemContent("Too many clients listen.");

const LastEventId = z.object({
	"last-event-id": z.string().optional().openapi({ description: "The id of the last event that was heard." }),
});

const allRoute = createRoute({
	method: "get",
	path: "/events",
	operationId: "followCalls",
	summary: "All that happens, as it happens",
	request: { headers: LastEventId },
	responses: { 200: STREAM, 503: BUSY },
});

const callRoute = createRoute({
	method: "get",
	path: "/calls/{id}/events",
	operationId: "followCall",
	summary: "What happens in one call, until it ends",
	request: { params: IdParameter, headers: LastEventId },
	responses: {
		200: STREAM,
		404: problemContent("There is no call of this id in progress, nor one that has just ended."),
		503: BUSY,
	},
});

/** The streams of events. */
export function eventRoutes({ live, clock }: ApiOptions): ApiRoutes {
	const routes = createRoutes();
	const texts = new WeakMap<LiveEvent, string>();
	/** Written once, however many listen. */
	const write = (event: LiveEvent): string => {
		const text = texts.get(event) ?? JSON.stringify(eventJson(event));
		texts.set(event, text);
		return text;
	};
	const snapshot = (calls: readonly LiveCall[]) => JSON.stringify({ calls: calls.map(callJson) });

	routes.openapi(allRoute, (c) =>
		respond(c, () =>
			eventStream({
				live,
				clock,
				write,
				lastEventId: c.req.valid("header")["last-event-id"],
				snapshot: () => snapshot(live.list()),
			}),
		),
	);

	routes.openapi(callRoute, (c) => {
		const { id } = c.req.valid("param");
		const call = live.get(id);
		if (!call) throw new ProblemError(problem(404, `There is no call ${id} in progress.`));
		const over = call.state === "ended";
		return respond(c, () =>
			eventStream({
				live,
				clock,
				write,
				lastEventId: c.req.valid("header")["last-event-id"],
				snapshot: () => snapshot([live.get(id) ?? call]),
				wants: (event) => event.kind !== "refused" && event.call.id === id,
				endsWith: (event) => event.kind === "state" && event.call.state === "ended",
				...(over && { endsAtOnce: true }),
			}),
		);
	});

	return routes;
}

function respond(c: WebContext, open: () => ReadableStream<Uint8Array>): never {
	if (!streamsLeft()) throw new ProblemError(problem(503, "Too many clients listen to events."));
	c.env.keepOpen?.();
	const response = new Response(open(), { headers: SSE_HEADERS });
	// The type of a typed route knows no streams.
	return response as never;
}
