import { createRoute, z } from "@hono/zod-openapi";
import { callListJson, eventJson } from "../live/call-json.ts";
import type { LiveCall, LiveEvent } from "../live/types.ts";
import { eventStream, missedEvents } from "../web/event-stream.ts";
import { isEventSeen, isSeen, ownCallsOf } from "../web/own-calls.ts";
import { ProblemError, problem } from "../web/problem.ts";
import { SSE_HEADERS, streamsLeft } from "../web/sse.ts";
import {
	type ApiOptions,
	type ApiRoutes,
	CLOSED,
	createRoutes,
	IdParameter,
	problemContent,
	unavailableContent,
} from "./context.ts";
import { Event, Snapshot } from "./schemas.ts";

const STREAM = {
	description:
		"Server-sent events. A stream begins with a `snapshot`, which has a `Snapshot` as data, or with the events missed since Last-Event-ID; another one follows whenever the other boxes are lost or seen again. Then follow `placed`, `state`, `result` and `refused`, each with an `Event` as data.",
	content: { "text/event-stream": { schema: z.string() } },
};

const BUSY = unavailableContent("Too many clients are listening.");

const LastEventId = z.object({
	"last-event-id": z.string().optional().openapi({ description: "The ID of the last event received." }),
});

const allRoute = createRoute({
	method: "get",
	path: "/events",
	operationId: "followCalls",
	summary: "Everything that happens, as it happens",
	request: { headers: LastEventId },
	responses: { 200: STREAM, ...CLOSED, 503: BUSY },
});

const callRoute = createRoute({
	method: "get",
	path: "/calls/{id}/events",
	operationId: "followCall",
	summary: "What happens in one call, until it ends",
	request: { params: IdParameter, headers: LastEventId },
	responses: {
		200: STREAM,
		204: {
			description: "The call is over and Last-Event-ID is its last event: there is no reason to reconnect.",
		},
		...CLOSED,
		404: problemContent("No call with this ID is in progress or has just ended."),
		503: BUSY,
	},
});

/** The streams of events. */
export function eventRoutes({ live, clock, translate }: ApiOptions): ApiRoutes {
	const routes = createRoutes();
	// The data of a stream is in no answer, so these schemas would not be found by themselves.
	routes.openAPIRegistry.register("Snapshot", Snapshot);
	routes.openAPIRegistry.register("Event", Event);
	const texts = new WeakMap<LiveEvent, string>();
	/** Written once, for any number of listeners. */
	const write = (event: LiveEvent): string => {
		const text = texts.get(event) ?? JSON.stringify(eventJson(event));
		texts.set(event, text);
		return text;
	};
	const snapshot = (calls: readonly LiveCall[]) => JSON.stringify(callListJson(calls, live));

	routes.openapi(allRoute, (c) => {
		const own = ownCallsOf(c.env, translate);
		return respond(() =>
			eventStream({
				live,
				clock,
				write,
				lastEventId: c.req.valid("header")["last-event-id"],
				snapshot: () => snapshot(live.list().filter((call) => isSeen(call, own))),
				listsAll: true,
				...(own && { wants: (event) => isEventSeen(event, own) }),
			}),
		);
	});

	routes.openapi(callRoute, (c) => {
		const { id } = c.req.valid("param");
		const call = live.get(id);
		if (!call || !isSeen(call, ownCallsOf(c.env, translate)))
			throw new ProblemError(problem(404, `There is no call ${id} in progress.`));
		const over = call.state === "ended";
		const lastEventId = c.req.valid("header")["last-event-id"];
		const wants = (event: LiveEvent): boolean => event.kind !== "refused" && event.call.id === id;
		// A browser's EventSource comes back after each end, but not after 204 (HTML Living Standard, section 9.2.2).
		if (over && missedEvents(live, lastEventId)?.some(wants) === false) return c.body(null, 204);
		return respond(() =>
			eventStream({
				live,
				clock,
				write,
				lastEventId,
				snapshot: () => snapshot([live.get(id) ?? call]),
				wants,
				endsWith: (event) => event.kind === "state" && event.call.state === "ended",
				...(over && { endsAtOnce: true }),
			}),
		);
	});

	return routes;
}

function respond(open: () => ReadableStream<Uint8Array>): never {
	if (!streamsLeft()) throw new ProblemError(problem(503, "Too many clients are listening to events."));
	const response = new Response(open(), { headers: SSE_HEADERS });
	// The type of a typed route does not cover streams.
	return response as never;
}
