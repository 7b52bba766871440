import { findPast } from "../history/find-past.ts";
import type { History } from "../history/history.ts";
import type { HistoryState } from "../history/types.ts";
import type { LiveCalls } from "../live/live-calls.ts";
import { endedCall } from "../live/past-call.ts";
import type { LiveCall } from "../live/types.ts";
import type { CallsToTell } from "../xml/status.ts";

/** The states of calls that are over, as the history has them: a request that was refused was no call. */
const PAST_STATES: ReadonlySet<HistoryState> = new Set(["ended", "interrupted"]);

/** The calls, with those that are known to the history alone: asked for one at a time, by id. */
export function withPast(live: LiveCalls, history: History | undefined): CallsToTell {
	return {
		get: (id) => live.get(id) ?? pastCall(history, id),
		list: () => live.list(),
		sight: live.sight,
		get inProgress() {
			return live.inProgress;
		},
	};
}

function pastCall(history: History | undefined, id: string): LiveCall | undefined {
	const past = findPast(history, id);
	return past && PAST_STATES.has(past.state) ? endedCall(past) : undefined;
}
