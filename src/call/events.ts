import { keysOf } from "../one-of.ts";
import type { CallRequest, CallResult, CallWay, LegName } from "./types.ts";

/**
 * The life of a call as everybody else sees it:
 *
 *     calling initiator ──▶ referring ─────────────────────────────▶ ended
 *            │                  │ refused                              ▲
 *            ├──────────────────┴──▶ calling destination ──▶ joining ──┤
 *            │                                                  │      │
 *            │                                                  ▼      │
 *            │                                              connected ─┤
 *            └─────────────────────────────────────────────────────────┘
 *
 * - calling initiator: the INVITE to the initiator is out.
 * - referring: the initiator was asked to call the destination and reports how that goes.
 * - calling destination: the INVITE to the destination is out; we stay in the call.
 * - joining: both have answered; the media is being agreed between them.
 * - connected: both phones are in an anchored call.
 * - ended: the final result is given and both legs are over or on their way out.
 */
export type CallState =
	| "calling initiator"
	| "referring"
	| "calling destination"
	| "joining"
	| "connected"
	| "ended";

/** What there is to know of a state of a call. */
interface CallStateFacts {
	/** What may follow it. */
	readonly next: readonly CallState[];
	/** The phone that begins to be called with it, by the server or by the other phone. */
	readonly calls?: LegName;
	/** Whether both phones have answered and are in the call. */
	readonly bothAnswered: boolean;
}

/** Every state of a call: who looks at states asks here, so that a new one is not forgotten. */
export const CALL_STATES: Readonly<Record<CallState, CallStateFacts>> = {
	"calling initiator": {
		next: ["referring", "calling destination", "ended"],
		calls: "Initiator",
		bothAnswered: false,
	},
	referring: { next: ["calling destination", "ended"], calls: "Destination", bothAnswered: false },
	"calling destination": { next: ["joining", "ended"], calls: "Destination", bothAnswered: false },
	joining: { next: ["connected", "ended"], bothAnswered: true },
	connected: { next: ["ended"], bothAnswered: true },
	ended: { next: [], bothAnswered: false },
};

/** Their names, in the order of a call. */
export const CALL_STATE_NAMES = keysOf(CALL_STATES);

/** A call as it can be listed. */
export interface CallSnapshot {
	readonly id: string;
	readonly request: CallRequest;
	/** The translated URIs, without passwords. */
	readonly initiator: string;
	readonly destination: string;
	readonly way: CallWay;
	readonly state: CallState;
	/** Milliseconds since 1970. */
	readonly startedAt: number;
	/** Whole milliseconds since then. They are measured: the time of day may be set meanwhile. */
	readonly age: number;
}

/**
 * The date of a snapshot, in milliseconds since 1970: all dates of a call count from its start, so that their
 * differences are lengths of time.
 */
export function dateOf({ startedAt, age }: Pick<CallSnapshot, "startedAt" | "age">): number {
	return startedAt + age;
}

/** Who can end a call. */
export const CALL_ENDERS = ["initiator", "destination", "server", "operator"] as const;

/**
 * Who ended a call: a phone that hung up, the server (a time limit, a phone that was lost, its own end),
 * or an operator.
 */
export type CallEnder = (typeof CALL_ENDERS)[number];

/**
 * Why a request was refused:
 *
 * - address: one of the two cannot be called.
 * - stopping: the server takes no new calls.
 * - calls, rate: there would be more than MaxCalls at a time, or MaxCallsPerSecond in a second.
 */
export type RefusalReason = "address" | "stopping" | "calls" | "rate";

/** One thing that happened to a call. */
export type CallEvent =
	| { readonly kind: "placed"; readonly call: CallSnapshot }
	| { readonly kind: "result"; readonly call: CallSnapshot; readonly result: CallResult }
	| {
			readonly kind: "state";
			readonly call: CallSnapshot;
			readonly note?: string;
			/** With the state `ended` only; absent when nobody hung up: a phone refused, or a REFER was done. */
			readonly endedBy?: CallEnder;
	  }
	| {
			readonly kind: "refused";
			readonly request: CallRequest;
			readonly result: CallResult;
			readonly reason: RefusalReason;
	  };

export type CallEventListener = (event: CallEvent) => void;

/** The one stream of call events; a listener that throws harms nobody else. */
export class CallEvents {
	readonly #listeners = new Set<CallEventListener>();
	readonly #onError: (error: unknown) => void;

	/** @param onError hears of listeners that threw. */
	constructor(onError: (error: unknown) => void) {
		this.#onError = onError;
	}

	/** @returns a function that ends the subscription. */
	subscribe(listener: CallEventListener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	publish(event: CallEvent): void {
		for (const listener of this.#listeners) {
			try {
				listener(event);
			} catch (error) {
				this.#onError(error);
			}
		}
	}
}
