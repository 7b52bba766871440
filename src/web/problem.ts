import type { ContentfulStatusCode } from "hono/utils/http-status";

/** A part of a request that cannot be used. */
export interface FieldProblem {
	/** Name of the field, header or parameter; `calls.0.id` for one inside others. */
	readonly field: string;
	/** What is wrong with it, and what was expected. */
	readonly problem: string;
}

/** An error of the interface, as a problem document (RFC 9457). */
export interface Problem {
	readonly status: ContentfulStatusCode;
	readonly title: string;
	readonly detail?: string;
	readonly errors?: readonly FieldProblem[];
}

/** The media type of RFC 9457. */
export const PROBLEM_TYPE = "application/problem+json";

const TITLES: Readonly<Record<number, string>> = {
	400: "Bad request",
	401: "Not authenticated",
	403: "Forbidden",
	404: "Not found",
	405: "Method not allowed",
	409: "Conflict",
	413: "Too large",
	415: "Unsupported media type",
	422: "Cannot be done",
	429: "Too many requests",
	500: "Internal error",
	503: "Not available now",
};

/** A problem with the usual title of its status. */
export function problem(
	status: ContentfulStatusCode,
	detail: string,
	errors?: readonly FieldProblem[],
): Problem {
	return { status, title: TITLES[status] ?? "Error", detail, ...(errors && { errors }) };
}

/** Answers with a problem. */
export function problemResponse(
	{ status, title, detail, errors }: Problem,
	headers: Readonly<Record<string, string>> = {},
): Response {
	return new Response(`${JSON.stringify({ type: "about:blank", title, status, detail, errors })}\n`, {
		status,
		headers: { ...headers, "Content-Type": PROBLEM_TYPE },
	});
}

/** Ends the work on a request with a problem as its answer. */
export class ProblemError extends Error {
	override readonly name = "ProblemError";

	constructor(
		readonly problem: Problem,
		readonly headers: Readonly<Record<string, string>> = {},
	) {
		super(problem.detail ?? problem.title);
	}
}
