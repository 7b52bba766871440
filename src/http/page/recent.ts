import type { History } from "../../history/history.ts";
import { type HistoryCall, HistoryUnavailableError } from "../../history/types.ts";
import type { LiveCall } from "../../live/types.ts";
import { type OwnCalls, ownHistory } from "../../web/own-calls.ts";
import type { Texts } from "../../words/texts.ts";
import { pastOutcome } from "../history-page/call-words.ts";
import { type RecentCall, recentCall } from "./call-list.tsx";

/** How many recent calls are shown. */
const SHOWN = 10;

/** The calls of the history that ended last; none when it cannot be read now. */
export async function findRecent(
	history: History | undefined,
	own: OwnCalls | undefined,
): Promise<readonly HistoryCall[]> {
	try {
		// Some of them are in progress.
		return (await history?.search({ limit: SHOWN * 2, ...ownHistory(own) }))?.calls ?? [];
	} catch (error) {
		if (error instanceof HistoryUnavailableError) return [];
		throw error;
	}
}

/** The calls that are over, newest first: those that have just ended are not in the history yet. */
export function recentCalls(
	texts: Texts,
	ended: readonly LiveCall[],
	past: readonly HistoryCall[],
): RecentCall[] {
	const known = new Set(ended.map(({ id }) => id));
	const older = past
		.filter((call) => isOver(call) && !known.has(call.id))
		.map((call) => pastCall(texts, call));
	return [...ended.map((call) => recentCall(texts, call)), ...older]
		.sort((a, b) => b.startedAt - a.startedAt)
		.slice(0, SHOWN);
}

function pastCall(texts: Texts, call: HistoryCall): RecentCall {
	return { ...call, outcome: pastOutcome(texts, call) };
}

/** The end of a call that was cut off when the server went down is unknown. */
function isOver({ endedAt, state }: HistoryCall): boolean {
	return endedAt !== undefined || state === "interrupted";
}
