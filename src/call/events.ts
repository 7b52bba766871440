import type { CallRequest, CallResult, CallWay } from "./types.ts";

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

/** What may follow each state. */
export const CALL_TRANSITIONS: Readonly<Record<CallState, readonly CallState[]>> = {
	"calling initiator": ["referring", "calling destination", "ended"],
	referring: ["calling destination", "ended"],
	"calling destination": ["joining", "ended"],
	joining: ["connected", "ended"],
	connected: ["ended"],
	ended: [],
};

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

/**
 * Who ended a call: a phone that hung up, the server (a time limit, a phone that was lost, its own end),
 * or an operator.
 */
export type CallEnder = "initiator" | "destination" | "server" | "operator";

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
