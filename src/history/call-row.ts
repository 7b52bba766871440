import { CALL_ENDERS, type CallEnder } from "../call/events.ts";
import {
	CALL_VIAS,
	CALL_WAYS,
	type CallOrigin,
	type CallWay,
	LEG_NAMES,
	type LegName,
} from "../call/types.ts";
import { isOneOf } from "../one-of.ts";
import { HISTORY_STATES, type HistoryCall, type HistoryState } from "./types.ts";

/** A row of the table of calls as `CallWriter` writes it; check rows before you use what was read. */
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

/** A row contains something that this server never writes: the file was damaged, or changed by others. */
export class DamagedRowError extends Error {
	override readonly name = "DamagedRowError";

	constructor(column: string) {
		super(`it is damaged: ${column} of a row is invalid`);
	}
}

/** The last moment of the year 9999, in milliseconds since 1970. */
const LATEST = 253_402_300_799_999;

const isText = (value: unknown): boolean => typeof value === "string";

const isAnyOf =
	(words: readonly string[]) =>
	(value: unknown): boolean =>
		isOneOf(words, value);

/** Whether a value is a date as this server writes it. */
export function isDate(value: unknown): boolean {
	return isCount(value) && Number(value) <= LATEST;
}

/** Whether a value is a whole number from 0. */
export function isCount(value: unknown): boolean {
	return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** SQLite lets a column hold anything. */
const CHECKS: readonly (readonly [
	column: keyof HistoryRow,
	fits: (value: unknown) => boolean,
	nullable: boolean,
])[] = [
	["id", isText, false],
	["started_at", isDate, false],
	["ended_at", isDate, true],
	["answered_at", isDate, true],
	["initiator", isText, false],
	["destination", isText, false],
	["initiator_uri", isText, true],
	["destination_uri", isText, true],
	["way", isAnyOf(CALL_WAYS), false],
	["state", isAnyOf(HISTORY_STATES), false],
	["code", isCount, true],
	["leg", isAnyOf(LEG_NAMES), true],
	["text", isText, true],
	["ended_by", isAnyOf(CALL_ENDERS), true],
	["via", isAnyOf(CALL_VIAS), false],
	["peer", isText, true],
	["user", isText, true],
];

/** @throws {DamagedRowError} */
export function readCall(row: HistoryRow): HistoryCall {
	for (const [column, fits, nullable] of CHECKS) {
		const value = row[column];
		if (!(value === null ? nullable : fits(value))) throw new DamagedRowError(column);
	}
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
