import type { RefusalReason } from "./events.ts";
import type { CallResult, LegName } from "./types.ts";

/** What every call reports that goes well. */
const PROGRESS: Readonly<Record<180 | 200, Readonly<Record<LegName, CallResult>>>> = {
	180: {
		Initiator: { code: 180, leg: "Initiator", text: "Ringing initiator", final: false },
		Destination: { code: 180, leg: "Destination", text: "Ringing destination", final: false },
	},
	200: {
		Initiator: { code: 200, leg: "Initiator", text: "Connected to initiator", final: false },
		Destination: { code: 200, leg: "Destination", text: "Connected to destination", final: true },
	},
};

/** First digits of the codes of final results. */
export const RESULT_CLASSES = [2, 3, 4, 5, 6] as const;

export type ResultClass = (typeof RESULT_CLASSES)[number];

/** The first result of an accepted request. */
export function inProgress(initiator: string, destination: string): CallResult {
	return { code: 100, text: "In progress", final: false, translated: { initiator, destination } };
}

/** A phone rings or has answered; only the destination's answer is final. */
export function progress(code: 180 | 200, leg: LegName): CallResult {
	return PROGRESS[code][leg];
}

/**
 * The initiator's phone has accepted the REFER and does not report the outcome: it may be connected, or not.
 */
export function unreported(): CallResult {
	return { code: 202, leg: "Destination", text: "Transfer accepted, outcome unknown", final: true };
}

/** A phone could not be connected. */
export function failure(code: number, leg: LegName): CallResult {
	return { code, leg, text: `Failed to connect to ${leg.toLowerCase()}`, final: true };
}

/**
 * What somebody makes of results, by their codes, to be used again while the text of such a result is the same: it is in
 * nearly all calls.
 */
export class MadeOfResults<Value> {
	readonly #made: Readonly<Record<LegName, Map<number, { readonly text: string; readonly value: Value }>>> = {
		Initiator: new Map(),
		Destination: new Map(),
	};
	readonly #make: (result: CallResult) => Value;

	/** @param make makes it of code, leg and text alone. */
	constructor(make: (result: CallResult) => Value) {
		this.#make = make;
	}

	of(result: CallResult): Value {
		const { code, leg, text } = result;
		if (!leg) return this.#make(result);
		const known = this.#made[leg].get(code);
		if (known?.text === text) return known.value;
		const value = this.#make(result);
		this.#made[leg].set(code, { text, value });
		return value;
	}
}

/** The result code for each reason to refuse a request. */
export const REFUSAL_CODES: Readonly<Record<RefusalReason, number>> = {
	address: 400,
	"set-up": 503,
	stopping: 503,
	calls: 503,
	rate: 503,
};

/** The request itself is refused: nobody was called. */
export function refusal(code: number, text: string): CallResult {
	return { code, text, final: true };
}
