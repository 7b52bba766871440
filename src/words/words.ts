import type { CallEnder } from "../call/events.ts";
import type { ToneName } from "../call/tone.ts";
import type { CallWay, LegName, RefusedAddress } from "../call/types.ts";
import type { LegState } from "../live/types.ts";

/** What a phone does, as the end of a sentence that begins with who it is. */
export const LEG_WORDS: Readonly<Record<LegState, string>> = {
	waiting: "comes next",
	calling: "is being called",
	ringing: "rings",
	answered: "has answered",
	failed: "was not reached",
	over: "has left",
};

/** What a phone hears of the server, as the end of the same sentence. */
export const TONE_WORDS: Readonly<Record<ToneName, string>> = {
	ringback: "hears ringback",
	busy: "hears the busy tone",
	congestion: "hears the congestion tone",
	"special-information": "hears the special information tone",
	wait: "hears the waiting tone",
};

/** Why a phone was not reached. */
type Failure =
	| "not understood"
	| "password"
	| "forbidden"
	| "unknown"
	| "no answer"
	| "not available"
	| "lost"
	| "incomplete"
	| "busy"
	| "hung up"
	| "media"
	| "failure"
	| "declined";

const FAILURES: ReadonlyMap<number, Failure> = new Map([
	[400, "not understood"],
	[401, "password"],
	[403, "forbidden"],
	[404, "unknown"],
	[407, "password"],
	[408, "no answer"],
	[410, "unknown"],
	[480, "not available"],
	[481, "lost"],
	[484, "incomplete"],
	[486, "busy"],
	[487, "hung up"],
	[488, "media"],
	[500, "failure"],
	[503, "not available"],
	[600, "busy"],
	[603, "declined"],
	[604, "unknown"],
	[606, "media"],
]);

/** What results mean, in a language. */
export interface OutcomeWords {
	readonly inProgress: string;
	/** Handed over, and no more is known. */
	readonly unknown: string;
	readonly handedOver: string;
	readonly connected: string;
	readonly refused: (text: string) => string;
	readonly failed: (code: number) => string;
	readonly legs: Readonly<Record<LegName, string>>;
	readonly reasons: Readonly<Record<Failure, string>>;
}

/** The same in English. */
export const OUTCOME_WORDS: OutcomeWords = {
	inProgress: "in progress",
	unknown: "handed over, outcome unknown",
	handedOver: "handed over",
	connected: "connected",
	refused: (text) => `refused: ${text}`,
	failed: (code) => `failed with ${code}`,
	legs: { Initiator: "initiator", Destination: "destination" },
	reasons: {
		"not understood": "not understood",
		password: "password refused",
		forbidden: "forbidden",
		unknown: "unknown address",
		"no answer": "no answer",
		"not available": "not available",
		lost: "lost",
		incomplete: "incomplete address",
		busy: "busy",
		"hung up": "hung up before an answer",
		media: "no common media",
		failure: "failure of the phone or PBX",
		declined: "declined",
	},
};

/** What became of a call, for people. */
export interface Outcome {
	readonly text: string;
	readonly kind: "good" | "bad" | "open";
}

/**
 * Says in a few words what a final result means.
 *
 * @param refused whether nobody was called: the request itself was not taken.
 */
export function outcomeOf(
	result: { readonly code: number; readonly leg?: LegName; readonly text: string } | undefined,
	way: CallWay,
	refused: boolean,
	words: OutcomeWords = OUTCOME_WORDS,
): Outcome {
	if (!result) return { text: words.inProgress, kind: "open" };
	const { code, leg } = result;
	if (code === 202) return { text: words.unknown, kind: "open" };
	if (code < 300) return { text: way === "refer" ? words.handedOver : words.connected, kind: "good" };
	if (refused) return { text: words.refused(result.text), kind: "bad" };
	const failure = FAILURES.get(code);
	const reason = failure === undefined ? words.failed(code) : words.reasons[failure];
	return { text: leg ? `${reason} (${words.legs[leg]})` : reason, kind: "bad" };
}

/** Which of two addresses cannot be called, and why. */
export function refusedSentence({ name, address, reason }: RefusedAddress): string {
	return `The ${name} ${address} cannot be called: ${reason}.`;
}

/** Who hung up. */
export const ENDER_WORDS: Readonly<Record<CallEnder, string>> = {
	initiator: "the initiator hung up",
	destination: "the destination hung up",
	server: "the server ended it",
	operator: "an operator hung up",
};

/** A length of time such as `1:05` or `1:00:05`. @param milliseconds from 0. */
export function duration(milliseconds: number): string {
	const seconds = Math.max(0, Math.round(milliseconds / 1000));
	const parts = [Math.trunc(seconds / 3600), Math.trunc(seconds / 60) % 60, seconds % 60];
	const [hours = 0, minutes = 0, rest = 0] = parts;
	const two = (value: number): string => String(value).padStart(2, "0");
	return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Such as `2026-03-01 09:30:05`, in the server's time zone. @param time milliseconds since 1970. */
export function dateAndTime(time: number): string {
	const date = new Date(time);
	const local = new Date(time - date.getTimezoneOffset() * 60_000);
	return local.toISOString().slice(0, 19).replace("T", " ");
}
