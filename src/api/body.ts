import { ProblemError, problem } from "../web/problem.ts";

/** Octets of a body at most. */
export const MAX_BODY = 16_384;

const JSON_TYPE = "application/json";

/**
 * Reads a JSON body, whether its length is known beforehand or not.
 *
 * @returns the same request with the body as text and the usual spelling of the type.
 * @throws {ProblemError} for a body that is not JSON, not UTF-8 (RFC 8259 section 8.1), or too long.
 */
export async function takeBody(request: Request): Promise<Request> {
	// Type names are not case-sensitive, and there may be spaces around the semicolon (RFC 9110 section 8.3.1).
	const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
	if (type !== JSON_TYPE) {
		const errors = [{ field: "Content-Type", problem: `expected ${JSON_TYPE}` }];
		throw new ProblemError(problem(415, "The body must be JSON.", errors), { Accept: JSON_TYPE });
	}
	if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY) throw tooLong();
	const body = await readText(request.body);
	const headers = new Headers(request.headers);
	headers.set("Content-Type", JSON_TYPE);
	return new Request(request.url, { method: request.method, headers, body });
}

async function readText(body: ReadableStream<Uint8Array> | null): Promise<string> {
	const decoder = new TextDecoder("utf-8", { fatal: true });
	let octets = 0;
	let text = "";
	try {
		for await (const chunk of body ?? []) {
			octets += chunk.length;
			if (octets > MAX_BODY) throw tooLong();
			text += decoder.decode(chunk, { stream: true });
		}
		return text + decoder.decode();
	} catch (error) {
		if (error instanceof ProblemError) throw error;
		const errors = [{ field: "body", problem: "expected JSON in UTF-8" }];
		throw new ProblemError(problem(400, "The body is not UTF-8, or is incomplete.", errors));
	}
}

function tooLong(): ProblemError {
	const errors = [{ field: "body", problem: `expected at most ${MAX_BODY} octets` }];
	return new ProblemError(problem(413, `The body is longer than ${MAX_BODY} octets.`, errors));
}
