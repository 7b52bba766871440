import type { RefusalReason } from "./events.ts";
import type { CallResult, LegName } from "./types.ts";

const PROGRESS = {
	180: { Initiator: "Ringing initiator", Destination: "Ringing destination" },
	200: { Initiator: "Connected to initiator", Destination: "Connected to destination" },
} as const;

/** First digits of the codes of final results. */
export const RESULT_CLASSES = [2, 3, 4, 5, 6] as const;

export type ResultClass = (typeof RESULT_CLASSES)[number];

/** The first result of an accepted request. */
export function inProgress(initiator: string, destination: string): CallResult {
	return { code: 100, text: "In progress", final: false, translated: { initiator, destination } };
}

/** A phone rings or has answered; only the destination's answer is final. */
export function progress(code: 180 | 200, leg: LegName): CallResult {
	return { code, leg, text: PROGRESS[code][leg], final: code === 200 && leg === "Destination" };
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
