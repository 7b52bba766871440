import type { CallEnder } from "../call/events.ts";
import type { CallOrigin, CallWay, LegName } from "../call/types.ts";
import type { HistoryCall, HistoryState } from "./types.ts";

/** A row of the table of calls as it is read; only `CallWriter` writes it, so its words are known ones. */
export interface HistoryRow {
	readonly id: string;
	readonly started_at: number;
	readonly ended_at: number | null;
	readonly answered_at: number | null;
	readonly initiator: string;
	readonly destination: string;
	readonly initiator_uri: string | null;
	readonly destination_uri: string | null;
	readonly way: CallWay;
	readonly state: HistoryState;
	readonly code: number | null;
	readonly leg: LegName | null;
	readonly text: string | null;
	readonly ended_by: CallEnder | null;
	readonly via: CallOrigin["via"];
	readonly peer: string | null;
	readonly user: string | null;
}

/** The columns of a row. */
export const HISTORY_COLUMNS =
	"id, started_at, ended_at, answered_at, initiator, destination, initiator_uri, destination_uri, way, state, " +
	"code, leg, text, ended_by, via, peer, user";

export function readCall(row: HistoryRow): HistoryCall {
	return {
		id: row.id,
		startedAt: row.started_at,
		...(row.ended_at !== null && { endedAt: row.ended_at }),
		...(row.answered_at !== null && { answeredAt: row.answered_at }),
		initiator: row.initiator,
		destination: row.destination,
		...(row.initiator_uri !== null && { initiatorUri: row.initiator_uri }),
		...(row.destination_uri !== null && { destinationUri: row.destination_uri }),
		way: row.way,
		state: row.state,
		...(row.code !== null && {
			result: { code: row.code, ...(row.leg !== null && { leg: row.leg }), text: row.text ?? "" },
		}),
		...(row.ended_by !== null && { endedBy: row.ended_by }),
		origin: {
			via: row.via,
			...(row.peer !== null && { peer: row.peer }),
			...(row.user !== null && { user: row.user }),
		},
	};
}
