import type { CallEnder, CallState } from "../call/events.ts";
import type { ToneName } from "../call/tone.ts";
import type { CallOrigin, CallRequest, CallResult, CallWay, LegName } from "../call/types.ts";
import { keysOf } from "../one-of.ts";

/**
 * The state of one of the two phones:
 *
 *     waiting ──▶ calling ──▶ ringing ──▶ answered ──▶ over
 *                    └───────────┴──▶ failed             │
 *                                        ▲───────────────┘ answered, but not to be joined with the other one
 *
 * - waiting: its turn has not come.
 * - over: it was in the call and no longer is, or it was handed over by REFER.
 */
export type LegState = "waiting" | "calling" | "ringing" | "answered" | "failed" | "over";

/** Every state of a phone, and whether it stays when the call ends. */
export const LEG_STATES: Readonly<Record<LegState, { readonly final: boolean }>> = {
	waiting: { final: false },
	calling: { final: false },
	ringing: { final: false },
	answered: { final: false },
	failed: { final: true },
	over: { final: true },
};

/** Their names. */
export const LEG_STATE_NAMES = keysOf(LEG_STATES);

/** One of the two phones of a call. */
export interface LiveLeg {
	/** As it was typed. */
	readonly address: string;
	/** Who that is, as the contacts say; absent if they do not. */
	readonly name?: string;
	/** The URI that the translation rules produced. */
	readonly uri: string;
	readonly state: LegState;
	/** The tone of ours that the initiator hears now; absent if it hears none. */
	readonly hears?: ToneName;
}

/** A call that is in progress, or was a moment ago. Times are in milliseconds since 1970. */
export interface LiveCall {
	readonly id: string;
	/** The box that has the call; absent when there is only one. */
	readonly box?: string;
	readonly way: CallWay;
	readonly state: CallState;
	readonly initiator: LiveLeg;
	readonly destination: LiveLeg;
	readonly origin: CallOrigin;
	readonly startedAt: number;
	/** When both phones were connected, as far as the server knows. */
	readonly answeredAt?: number;
	readonly endedAt?: number;
	/** The final result. */
	readonly result?: LiveResult;
	/** Who hung up; absent when nobody did: a phone refused, or a REFER was done. */
	readonly endedBy?: CallEnder;
}

/** A result of a call, as the XML interface reports it. */
export interface LiveResult {
	readonly code: number;
	readonly leg?: LegName;
	readonly text: string;
}

/**
 * One thing that happened, and the state of the call after it. Numbers go up by one per event; with a state
 * file, those of the next process go on above them.
 */
export type LiveEvent =
	| {
			readonly number: number;
			/** Milliseconds since 1970. */
			readonly at: number;
			readonly kind: "placed" | "tone" | "state" | "result";
			readonly call: LiveCall;
			/** With `result`. */
			readonly result?: LiveResult;
			/** With `state`: the reason, if there is more to say. */
			readonly note?: string;
	  }
	| {
			readonly number: number;
			readonly at: number;
			readonly kind: "refused";
			readonly request: CallRequest;
			readonly result: CallResult;
	  };

export type LiveListener = (event: LiveEvent) => void;
