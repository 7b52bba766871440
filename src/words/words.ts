import type { CallEnder } from "../call/events.ts";
import type { ToneName } from "../call/tone.ts";
import type { CallWay, LegName, RefusedAddress } from "../call/types.ts";
import type { LegState, LiveLeg } from "../live/types.ts";

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

/** What a phone does and hears, as the end of a sentence that begins with who it is. */
export function legWords({ state, hears }: Pick<LiveLeg, "state" | "hears">): string {
	return hears ? `${LEG_WORDS[state]} and ${TONE_WORDS[hears]}` : LEG_WORDS[state];
}

const REASONS: ReadonlyMap<number, string> = new Map([
	[400, "not understood"],
	[401, "password refused"],
	[403, "forbidden"],
	[404, "unknown address"],
	[407, "password refused"],
	[408, "no answer"],
	[410, "unknown address"],
	[480, "not available"],
	[481, "lost"],
	[484, "incomplete address"],
	[486, "busy"],
	[487, "hung up before an answer"],
	[488, "no common media"],
	[500, "failure of the phone or PBX"],
	[503, "not available"],
	[600, "busy"],
	[603, "declined"],
	[604, "unknown address"],
	[606, "no common media"],
]);

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
): Outcome {
	if (!result) return { text: "in progress", kind: "open" };
	if (result.code === 202) return { text: "handed over, outcome unknown", kind: "open" };
	if (result.code < 300) return { text: way === "refer" ? "handed over" : "connected", kind: "good" };
	if (refused) return { text: `refused: ${result.text}`, kind: "bad" };
	const reason = REASONS.get(result.code) ?? `failed with ${result.code}`;
	return { text: result.leg ? `${reason} (${result.leg.toLowerCase()})` : reason, kind: "bad" };
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

/** Time of day in the server's time zone, such as `09:30:05`. @param time milliseconds since 1970. */
export function timeOfDay(time: number): string {
	return dateAndTime(time).slice(11);
}

/** Such as `2026-03-01 09:30:05`, in the server's time zone. @param time milliseconds since 1970. */
export function dateAndTime(time: number): string {
	const date = new Date(time);
	const local = new Date(time - date.getTimezoneOffset() * 60_000);
	return local.toISOString().slice(0, 19).replace("T", " ");
}
