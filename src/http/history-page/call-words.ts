import type { CallOrigin, CallWay } from "../../call/types.ts";
import type { HistoryCall, HistoryStep } from "../../history/types.ts";
import type { Texts } from "../../words/texts.ts";
import { type Outcome, outcomeOf } from "../../words/words.ts";

const VIA_WORDS: Readonly<Record<CallOrigin["via"], string>> = {
	http: "HTTP",
	xml: "XML",
};

/** The outcome of a call of the history. */
export function pastOutcome(texts: Texts, { state, result, way }: HistoryCall): Outcome {
	if (state === "interrupted") return { text: texts.interrupted, kind: "bad" };
	return outcomeOf(result, way, state === "refused", texts.outcomes);
}

/** Who asked: the user if one is known, the address of the client, and the interface. */
export function originText({ at }: Texts, { user, peer, via }: CallOrigin): string {
	const who = [user, peer].filter(Boolean).join(` ${at} `);
	return who === "" ? VIA_WORDS[via] : `${who} (${VIA_WORDS[via]})`;
}

/** What happened, with the code for those who know SIP. */
export function stepText(texts: Texts, step: HistoryStep, way: CallWay): string {
	if ("state" in step) {
		const text = texts.historyStates[step.state];
		return step.note ? `${text}: ${step.note}` : text;
	}
	const { code, leg } = step;
	if (leg === undefined) return code === 100 ? `${texts.accepted} (100)` : texts.resultIs(code);
	if (code === 180) return `${texts.rings[leg]} (180)`;
	if (code === 202) return `${texts.notReported} (202)`;
	if (code < 300) return `${texts.hasAnswered[leg]} (${code})`;
	const { text } = outcomeOf({ code, text: "" }, way, false, texts.outcomes);
	return `${texts.legs[leg]}: ${text} (${code})`;
}
