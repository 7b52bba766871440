import { requestHttp } from "#runtime";
import { errorCode } from "../error-code.ts";

/** What is to be posted. */
export interface Posting {
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
	/** Ends the attempt. */
	readonly signal: AbortSignal;
}

/** What the receiver said. */
export interface PostAnswer {
	readonly status: number;
	/** Value of Retry-After. */
	readonly retryAfter?: string | undefined;
}

/** Posts something; rejects when there is no answer. */
export type Post = (posting: Posting) => Promise<PostAnswer>;

/** Posts over HTTP. Redirections are answers like any other: an event goes where the settings say. */
export const postOverHttp: Post = async ({ url, headers, body, signal }) => {
	const response = await requestHttp(url, { method: "POST", headers, body, signal });
	// What it says beyond its status is of no use, and may be of any length.
	await response.body?.cancel();
	return { status: response.status, retryAfter: response.headers.get("Retry-After") ?? undefined };
};

/** What went wrong, in a word: the text of an error may hold the URL, and that a password. */
export function faultOf(error: unknown): string {
	return errorCode(error) || (error instanceof Error ? error.name : "error");
}
