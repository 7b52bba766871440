import { CALL_STATE_NAMES, type CallEnder, type CallState } from "../call/events.ts";
import type { ResultClass } from "../call/results.ts";
import type { CallOrigin, CallWay, LegName } from "../call/types.ts";

/**
 * The states of a call in the history: those of a call, and
 *
 * - refused: the request was refused, nobody was called.
 * - interrupted: the server went down during the call, so its end is unknown.
 */
export type HistoryState = CallState | (typeof OUTSIDE_STATES)[number];

const OUTSIDE_STATES = ["refused", "interrupted"] as const;

/** Every state of a call in the history. */
export const HISTORY_STATES: readonly HistoryState[] = [...CALL_STATE_NAMES, ...OUTSIDE_STATES];

/** One thing that happened in a call. Times are in milliseconds since 1970. */
export type HistoryStep =
	| { readonly at: number; readonly state: HistoryState; readonly note?: string }
	| { readonly at: number; readonly code: number; readonly leg?: LegName };

/** A call, or a request that was refused, as it can be listed. Times are in milliseconds since 1970. */
export interface HistoryCall {
	/** The id that the call had while it was in progress; a refused request has one of its own. */
	readonly id: string;
	readonly startedAt: number;
	/** Absent while it is in progress, and when it was interrupted. */
	readonly endedAt?: number;
	/** When both phones were connected, as far as the server knows. */
	readonly answeredAt?: number;
	/** The addresses as they were typed; truncated to 512 characters. */
	readonly initiator: string;
	readonly destination: string;
	/** The translated URIs; absent when the request was refused. */
	readonly initiatorUri?: string;
	readonly destinationUri?: string;
	/** How the phones were brought together; what was requested if the request was refused. */
	readonly way: CallWay;
	readonly state: HistoryState;
	/** The final result; absent while there is none, and if the call was interrupted. */
	readonly result?: { readonly code: number; readonly leg?: LegName; readonly text: string };
	/** Who hung up; absent when nobody did: a phone refused, or a REFER was done. */
	readonly endedBy?: CallEnder;
	/** Who asked. */
	readonly origin: CallOrigin;
}

/** A call with everything that happened in it, oldest first. */
export interface HistoryCallDetails extends HistoryCall {
	readonly steps: readonly HistoryStep[];
}

/** Which calls are wanted; absent fields do not restrict the search. */
export interface HistoryFilter {
	/** Part of an address, as typed or translated; ASCII letters match in either case. */
	readonly text?: string | undefined;
	/** Addresses, as typed or translated, that a search for the text finds too: those of people of that name. */
	readonly named?: readonly string[] | undefined;
	/** First digit of the final result's code. */
	readonly resultClass?: ResultClass | undefined;
	readonly way?: CallWay | undefined;
	/** Calls that were requested at this time or later, in milliseconds since 1970. */
	readonly from?: number | undefined;
	/** Calls that were requested before this time, in milliseconds since 1970. */
	readonly to?: number | undefined;
	/** Calls of which this is true: for a user who may not see those of others. */
	readonly owns?: ((call: HistoryCall) => boolean) | undefined;
}

/** A page of a search. */
export interface HistoryQuery extends HistoryFilter {
	/** The `next` of the page before; absent for the first page. */
	readonly cursor?: string | undefined;
	/** The most calls on the page, 1 to 500; 50 by default. */
	readonly limit?: number | undefined;
}

/** Calls, newest first. */
export interface HistoryPage {
	readonly calls: readonly HistoryCall[];
	/**
	 * Cursor of the next page; absent on the last one. A page may contain fewer calls than requested, even
	 * none.
	 */
	readonly next?: string;
}

/** The calls of one day in the server's time zone. */
export interface DayCount {
	/** Such as `2026-11-23`. */
	readonly day: string;
	/** Calls that were placed; refused requests do not count. */
	readonly calls: number;
	/** Those in which both phones were connected. */
	readonly answered: number;
	readonly refused: number;
	/** answered / calls, 0 to 1; absent on a day without calls. */
	readonly answerRate?: number;
}

/** The history cannot be read now: its file is not open. The log says why. */
export class HistoryUnavailableError extends Error {
	override readonly name = "HistoryUnavailableError";

	constructor(options?: ErrorOptions) {
		super("the history cannot be read right now; the log says why", options);
	}
}

/** A query that makes no sense; the message names the field and what was expected. */
export class HistoryQueryError extends Error {
	override readonly name = "HistoryQueryError";
}

/** The state of the file. */
export interface HistoryFigures {
	/** Calls waiting to be written. */
	readonly waiting: number;
	/** Calls that were never written. */
	readonly lost: number;
	/** Whether the file could not be used at the last try. */
	readonly failed: boolean;
}
