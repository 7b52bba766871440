import type { pastCallJson } from "../../api/history-json.ts";
import type { HistoryCall, HistoryFilter } from "../../history/types.ts";
import type { HttpClient } from "./http-client.ts";
import { RemoteError } from "./remote-error.ts";

/** Most calls that one answer holds. */
const PAGE = 500;

/** A call as the interface for programs reports it. */
type PastCallJson = ReturnType<typeof pastCallJson>;

interface Page {
	readonly calls: readonly PastCallJson[];
	readonly next?: string;
}

/**
 * The calls of a server's history that match, newest first.
 *
 * @param limit how many are wanted.
 * @throws {RemoteError} while it is read.
 */
export async function* remoteCalls(
	client: HttpClient,
	{ text, from }: Pick<HistoryFilter, "text" | "from">,
	limit: number,
): AsyncGenerator<HistoryCall, void, void> {
	let left = limit;
	let cursor: string | undefined;
	do {
		const query = new URLSearchParams({ limit: String(Math.min(PAGE, left)) });
		if (text !== undefined) query.set("text", text);
		if (from !== undefined) query.set("from", new Date(from).toISOString());
		if (cursor !== undefined) query.set("cursor", cursor);
		const page = pageOf(await client.get(`/api/v1/history?${query}`));
		for (const call of page.calls.slice(0, left)) yield pastCall(call);
		left -= page.calls.length;
		cursor = page.next;
	} while (cursor !== undefined && left > 0);
}

function pageOf(answer: unknown): Page {
	if (answer && typeof answer === "object" && "calls" in answer && Array.isArray(answer.calls))
		return answer as Page;
	throw new RemoteError("the server's answer is not a page of its history");
}

function pastCall(json: PastCallJson): HistoryCall {
	const { initiator, destination, startedAt, answeredAt, endedAt, ...call } = json;
	return {
		...call,
		initiator: initiator.address,
		destination: destination.address,
		...(initiator.uri !== undefined && { initiatorUri: initiator.uri }),
		...(destination.uri !== undefined && { destinationUri: destination.uri }),
		startedAt: Date.parse(startedAt),
		...(answeredAt !== undefined && { answeredAt: Date.parse(answeredAt) }),
		...(endedAt !== undefined && { endedAt: Date.parse(endedAt) }),
	};
}
