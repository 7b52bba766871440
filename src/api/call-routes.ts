import { createRoute, z } from "@hono/zod-openapi";
import type { CallResult } from "../call/types.ts";
import { findPast } from "../history/find-past.ts";
import { type CallJson, callJson, callListJson } from "../live/call-json.ts";
import type { LiveCall } from "../live/types.ts";
import { isSeen, notOwnPhone, type OwnCalls, ownCallsOf } from "../web/own-calls.ts";
import { type Problem, ProblemError, problem } from "../web/problem.ts";
import { MAX_BODY } from "./body.ts";
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
import { pastCallDetailsJson } from "./history-json.ts";
import { digestOf, IdempotencyKeys } from "./idempotency.ts";
import { Call, Calls, NewCall, PastCallDetails } from "./schemas.ts";

/** A key is any text that may stand in a header (draft-ietf-httpapi-idempotency-key-header). */
const KeyHeader = z.object({
	"idempotency-key": z
		.string()
		.regex(/^[!-~]{1,255}$/, "expected 1 to 255 printable characters")
		.optional()
		.openapi({
			description:
				"For ten minutes, a repeated request with the same key gets the answer of the first one, and nobody is called twice.",
		}),
});

const placeRoute = createRoute({
	method: "post",
	path: "/calls",
	operationId: "placeCall",
	summary: "Place a call",
	request: {
		headers: KeyHeader,
		body: { required: true, content: { "application/json": { schema: NewCall } } },
	},
	responses: {
		201: {
			...jsonContent(Call, "The call is in progress."),
			headers: z.object({ Location: z.string().openapi({ description: "The path of the call." }) }),
		},
		400: problemContent("The request is invalid, or no translation rule accepts an address."),
		...CLOSED,
		409: problemContent("A request with this Idempotency-Key is being worked on: send it again."),
		413: problemContent(`The body is longer than ${MAX_BODY} octets.`),
		415: problemContent("The body is not JSON."),
		422: problemContent("The Idempotency-Key was already used for a different request."),
		503: unavailableContent("Too many calls, or the server is stopping."),
	},
});

const listRoute = createRoute({
	method: "get",
	path: "/calls",
	operationId: "listCalls",
	summary: "The calls in progress, oldest first",
	request: {
		query: z.strictObject({
			ended: z
				.enum(["true", "false"])
				.default("false")
				.openapi({ description: "true: include the calls that ended last." }),
		}),
	},
	responses: {
		200: jsonContent(Calls, "The calls."),
		400: problemContent("The query is invalid."),
		...CLOSED,
	},
});

const showRoute = createRoute({
	method: "get",
	path: "/calls/{id}",
	operationId: "showCall",
	summary: "One call, in progress or from the history",
	request: { params: IdParameter },
	responses: {
		200: jsonContent(z.union([Call, PastCallDetails]), "The call."),
		...CLOSED,
		404: problemContent("There is no call with this ID."),
	},
});

const hangUpRoute = createRoute({
	method: "delete",
	path: "/calls/{id}",
	operationId: "hangUp",
	summary: "Hang up both phones",
	description:
		"In the state referring, the initiator's phone calls the destination by itself: only the initiator is hung up, and the destination may keep ringing.",
	request: { params: IdParameter },
	responses: {
		202: jsonContent(Call, "The call is over; both phones are being hung up."),
		...CLOSED,
		404: problemContent("There is no call with this ID."),
		409: problemContent("The call was already over."),
	},
});

/** Placing calls, looking at them, ending them. */
export function callRoutes({
	calls,
	live,
	history,
	clock,
	translate,
	contacts,
	keyExchanges,
}: ApiOptions): ApiRoutes {
	const routes = createRoutes();
	const keys = new IdempotencyKeys<PlaceAnswer>(clock, keyExchanges);

	routes.openapi(placeRoute, async (c) => {
		const { initiator, destination, anchor = false } = c.req.valid("json");
		const key = c.req.valid("header")["idempotency-key"];
		const own = ownCallsOf(c.env, translate);
		if (own && !own.hasPhone(initiator)) throw notOwn(initiator, own);
		const { peer, user } = c.env;
		const place = (): PlaceAnswer => {
			const origin = { via: "http", peer, ...(user !== undefined && { user }) } as const;
			const placed = calls.place({ initiator, destination, anchor, origin });
			if (!placed.accepted) return { problem: refusal(placed.result) };
			return { call: callJson(known(live.get(placed.id))) };
		};
		const answer =
			key === undefined ? place() : await onlyOnce(keys, key, [user, initiator, destination, anchor], place);
		if ("problem" in answer) throw new ProblemError(answer.problem);
		return c.json(answer.call, 201, { Location: `/api/v1/calls/${answer.call.id}` });
	});

	routes.openapi(listRoute, (c) => {
		const { ended } = c.req.valid("query");
		const listed = ended === "true" ? [...live.ended(), ...live.list()] : live.list();
		const own = ownCallsOf(c.env, translate);
		const seen = listed.filter((call) => isSeen(call, own));
		return c.json(callListJson(seen, live), 200);
	});

	routes.openapi(showRoute, (c) => {
		const { id } = c.req.valid("param");
		const own = ownCallsOf(c.env, translate);
		const call = live.get(id);
		if (call && isSeen(call, own)) return c.json(callJson(call), 200);
		const past = call ? undefined : findPast(history, id, own);
		if (past) return c.json(pastCallDetailsJson(past, contacts), 200);
		throw noSuchCall(id);
	});

	routes.openapi(hangUpRoute, (c) => {
		const { id } = c.req.valid("param");
		const own = ownCallsOf(c.env, translate);
		const call = live.get(id);
		// What somebody may not see is not there: no call's ID can be found out by trying.
		if (own && !(call ? isSeen(call, own) : findPast(history, id, own))) throw noSuchCall(id);
		if (calls.hangUp(id)) return c.json(callJson(known(live.get(id))), 202);
		if (call ?? findPast(history, id))
			throw new ProblemError(problem(409, `The call ${id} is already over.`));
		throw noSuchCall(id);
	});

	return routes;
}

/** What became of a request for a call. */
type PlaceAnswer = { readonly call: CallJson } | { readonly problem: Problem };

/** Does the work unless it has already been done for this key. */
async function onlyOnce(
	keys: IdempotencyKeys<PlaceAnswer>,
	key: string,
	request: readonly unknown[],
	place: () => PlaceAnswer,
): Promise<PlaceAnswer> {
	// What others are told, and a file keeps: an address may have a password in it.
	const asked = digestOf(JSON.stringify(request));
	const before = answeredBefore(keys, key, asked);
	if (before) return before;
	if (!(await keys.take(key))) {
		const text = "A request with this key is being worked on: send it again in a few seconds.";
		return answeredBefore(keys, key, asked) ?? { problem: problem(409, text) };
	}
	let isPlaced = false;
	try {
		const answer = place();
		isPlaced = "call" in answer;
		// A request that was refused for the moment may be tried again. A refusal repeats what was asked, so nobody is told.
		if ("call" in answer || answer.problem.status !== 503) keys.keep(key, asked, answer, isPlaced);
		return answer;
	} finally {
		if (!isPlaced) keys.release(key);
	}
}

/** What was answered to this key before, if anything. */
function answeredBefore(
	keys: IdempotencyKeys<PlaceAnswer>,
	key: string,
	asked: string,
): PlaceAnswer | undefined {
	const earlier = keys.find(key, asked);
	if (earlier.kind === "same") return earlier.answer;
	if (earlier.kind === "none") return undefined;
	const errors = [
		{ field: "Idempotency-Key", problem: "expected a key that was not used in the last ten minutes" },
	];
	return { problem: problem(422, "The key was already used for a different request.", errors) };
}

function refusal({ code, text, refused }: CallResult): Problem {
	const errors = refused?.map(({ name, address, reason }) => ({
		field: name,
		problem: `${address} cannot be called: ${reason}`,
	}));
	return problem(code === 400 || code === 503 ? code : 500, text, errors);
}

function notOwn(initiator: string, own: OwnCalls): ProblemError {
	const errors = [{ field: "initiator", problem: `expected ${own.phones.join(" or ")}` }];
	return new ProblemError(problem(403, notOwnPhone(initiator, own), errors));
}

function noSuchCall(id: string): ProblemError {
	return new ProblemError(problem(404, `There is no call ${id}.`));
}

function known(call: LiveCall | undefined): LiveCall {
	if (!call) throw new Error("a call of this moment is not known");
	return call;
}
