import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { CallControl } from "../call/types.ts";
import type { History } from "../history/history.ts";
import type { LiveCalls } from "../live/live-calls.ts";
import type { Clock } from "../time/clock.ts";
import type { Translation } from "../translate/translator.ts";
import type { Contacts } from "../web/contacts.ts";
import { type FieldProblem, PROBLEM_TYPE, problem, problemResponse } from "../web/problem.ts";
import type { WebEnv } from "../web/web.ts";
import type { KeyExchange } from "./idempotency.ts";
import { ProblemDocument } from "./schemas.ts";

/** What the interface for programs works on. */
export interface ApiOptions {
	readonly calls: CallControl;
	readonly live: LiveCalls;
	/** Absent when none is kept. */
	readonly history?: History | undefined;
	readonly translate: (address: string) => Translation;
	readonly clock: Clock;
	/** Who is told of the Idempotency-Keys, and tells of theirs: other boxes, and the processes before and after. */
	readonly keyExchanges?: readonly KeyExchange[];
	/** Who an address belongs to; absent = nobody is known. */
	readonly contacts?: Contacts | undefined;
}

/** The routes of one part of the interface. */
export type ApiRoutes = OpenAPIHono<WebEnv>;

/** Routes that answer a request that does not fit their description with a problem that names each field. */
export function createRoutes(): ApiRoutes {
	return new OpenAPIHono<WebEnv>({
		defaultHook: (result) => {
			if (result.success) return undefined;
			const errors = result.error.issues.flatMap(fieldProblems);
			return problemResponse(problem(400, "The request is invalid.", errors));
		},
	});
}

/** The description of a problem as an answer. */
export function problemContent(description: string) {
	return { description, content: { [PROBLEM_TYPE]: { schema: ProblemDocument } } };
}

/** The same for 503. */
export function unavailableContent(description: string) {
	const wait = z.string().openapi({ description: "Seconds to wait before trying again.", example: "5" });
	return { ...problemContent(description), headers: z.object({ "Retry-After": wait }) };
}

/** What every operation may answer to a client that is not let in. */
export const CLOSED = {
	429: unavailableContent("Too many wrong passwords or tokens from this address."),
	401: problemContent("A token is required, or a user, such as admin, and its password."),
	403: problemContent(
		"The request comes from a page of another site, uses a host name that may not be this server's, or is for something that this user or program may not do.",
	),
};

/** The answer of a JSON document. */
export function jsonContent<Schema extends z.ZodType>(schema: Schema, description: string) {
	return { description, content: { "application/json": { schema } } };
}

/** The ID of a call in a path. */
export const IdParameter = z.object({
	id: z.string().openapi({ param: { name: "id", in: "path" }, example: "9e080b206ba2201c" }),
});

/** A query has a flat list of fields; a body may have fields inside others. */
function fieldProblems(issue: z.core.$ZodIssue): FieldProblem[] {
	if (issue.code === "unrecognized_keys")
		return issue.keys.map((field) => ({ field, problem: "is unknown" }));
	return [{ field: issue.path.join(".") || "body", problem: issue.message }];
}
