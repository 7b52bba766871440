import { type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import { Readable } from "node:stream";
import type { HttpRequest } from "../http.ts";

/** Statuses of answers that have no body (RFC 9110 section 6.4.1). */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Sends an HTTP request, and follows no redirection: nobody else may get what is sent. By `node:http`, whose errors
 * say what is wrong with a certificate, as those of `fetch` do not.
 */
export function requestHttp(
	url: string,
	{ method, headers, body, signal, tls }: HttpRequest,
): Promise<Response> {
	const send = url.startsWith("https:") ? requestSecure : requestPlain;
	const { promise, resolve, reject } = Promise.withResolvers<Response>();
	const request = send(url, { method, headers, signal, agent: false, ...tls }, (answer) =>
		resolve(responseOf(answer)),
	);
	request.on("error", (error) => reject(signal.aborted ? signal.reason : error));
	request.end(body);
	return promise;
}

function responseOf(answer: IncomingMessage): Response {
	const { statusCode: status = 0, rawHeaders } = answer;
	const headers = new Headers();
	for (let at = 0; at + 1 < rawHeaders.length; at += 2)
		headers.append(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
	if (WITHOUT_BODY.has(status)) {
		answer.resume();
		return new Response(null, { status, headers });
	}
	return new Response(Readable.toWeb(answer) as ReadableStream, { status, headers });
}
