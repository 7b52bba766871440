import { keysOf } from "../one-of.ts";
import type { ToneName } from "./tone.ts";
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
 *            │                  │ not reached                          │
 *            │                  └─────────▶ telling ───────────────────┤
 *            └─────────────────────────────────────────────────────────┘
 *
 * - calling initiator: the INVITE to the initiator is out.
 * - referring: the initiator was asked to call the destination and reports its progress.
 * - calling destination: the INVITE to the destination is out; we stay in the call.
 * - joining: both have answered; the media is being agreed between them.
 * - telling: the destination was not reached, and the initiator hears why; the final result is out.
 * - connected: both phones are in an anchored call.
 * - ended: the final result is out and both legs are over or ending.
 */
export type CallState =
	| "calling initiator"
	| "referring"
	| "calling destination"
	| "joining"
	| "telling"
	| "connected"
	| "ended";

/** What the program needs to know about a state of a call. */
interface CallStateFacts {
	/** What may follow it. */
	readonly next: readonly CallState[];
	/** The phone that starts to be called in it, by the server or by the other phone. */
	readonly calls?: LegName;
	/** Whether both phones have answered and are in the call. */
	readonly bothAnswered: boolean;
	/** Whether its phones go on by themselves when the server ends: they talk, or one of them calls the other. */
	readonly outlivesServer: boolean;
}

/**
 * Every state of a call: all code that looks at states asks this table, so that a new state cannot be
 * forgotten.
 */
export const CALL_STATES: Readonly<Record<CallState, CallStateFacts>> = {
	"calling initiator": {
		next: ["referring", "calling destination", "ended"],
		calls: "Initiator",
		bothAnswered: false,
		outlivesServer: false,
	},
	referring: {
		next: ["calling destination", "ended"],
		calls: "Destination",
		bothAnswered: false,
		outlivesServer: true,
	},
	"calling destination": {
		next: ["joining", "telling", "ended"],
		calls: "Destination",
		bothAnswered: false,
		outlivesServer: false,
	},
	joining: { next: ["connected", "ended"], bothAnswered: true, outlivesServer: false },
	telling: { next: ["ended"], bothAnswered: false, outlivesServer: false },
	connected: { next: ["ended"], bothAnswered: true, outlivesServer: true },
	ended: { next: [], bothAnswered: false, outlivesServer: false },
};

/** Their names, in the order of a call. */
export const CALL_STATE_NAMES = keysOf(CALL_STATES);

/** A call as it appears in lists. */
export interface CallSnapshot {
	readonly id: string;
	readonly request: CallRequest;
	/** The translated URIs, without passwords. */
	readonly initiator: string;
	readonly destination: string;
	readonly way: CallWay;
	readonly state: CallState;
	/** The tone of ours that the initiator hears now; absent if it hears none. */
	readonly hears?: ToneName;
	/** Milliseconds since 1970. */
	readonly startedAt: number;
	/** Whole milliseconds since then. They are measured, since the time of day may be changed meanwhile. */
	readonly age: number;
}

/**
 * The date of a snapshot, in milliseconds since 1970. All dates of a call count from its start, so that their
 * differences are true durations.
 */
export function dateOf({ startedAt, age }: Pick<CallSnapshot, "startedAt" | "age">): number {
	return startedAt + age;
}

/** Who can end a call. */
export const CALL_ENDERS = ["initiator", "destination", "server", "operator"] as const;

/**
 * Who ended a call: a phone that hung up, the server (a time limit, a lost phone, its own shutdown), or an
 * operator.
 */
export type CallEnder = (typeof CALL_ENDERS)[number];

/**
 * Why a request was refused:
 *
 * - address: one of the two cannot be called.
 * - stopping: the server takes no new calls.
 * - calls, rate: there would be more than MaxCalls at a time, or MaxCallsPerSecond in a second.
 */
export type RefusalReason = "address" | "set-up" | "stopping" | "calls" | "rate";

/** What another process has told of a call. */
export interface Restored {
	readonly results: readonly CallResult[];
	/** When both phones were connected, in milliseconds since 1970. */
	readonly answeredAt?: number | undefined;
}

/** One thing that happened to a call. */
export type CallEvent =
	| { readonly kind: "placed"; readonly call: CallSnapshot }
	/** The initiator hears another tone from now on, or none. */
	| { readonly kind: "tone"; readonly call: CallSnapshot }
	| { readonly kind: "result"; readonly call: CallSnapshot; readonly result: CallResult }
	| {
			readonly kind: "state";
			readonly call: CallSnapshot;
			readonly note?: string;
			/**
			 * Only with the state `ended`; absent when nobody hung up: a phone refused, or a REFER was done.
			 */
			readonly endedBy?: CallEnder;
			/**
			 * Only on the first event of a call that another process has begun: what that one has reported. Who does
			 * not know the call takes it up by this.
			 */
			readonly restored?: Restored;
	  }
	| {
			readonly kind: "refused";
			readonly request: CallRequest;
			readonly result: CallResult;
			readonly reason: RefusalReason;
	  };

/** What happened to a call that was taken. */
export type EventOfCall = Exclude<CallEvent, { readonly kind: "refused" }>;

export type CallEventListener = (event: CallEvent) => void;

/** The one stream of call events; a listener that throws does not affect the others. */
export class CallEvents {
	/** A new list whenever one comes or goes, as that may happen while an event is told. */
	#listeners: readonly CallEventListener[] = [];
	readonly #onError: (error: unknown) => void;

	/** @param onError called with what a listener threw. */
	constructor(onError: (error: unknown) => void) {
		this.#onError = onError;
	}

	/** @returns a function that ends the subscription. */
	subscribe(listener: CallEventListener): () => void {
		this.#listeners = [...this.#listeners, listener];
		return () => {
			this.#listeners = this.#listeners.filter((other) => other !== listener);
		};
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
