import type { CallOrigin, CallWay } from "../../call/types.ts";
import type { HistoryCall, HistoryState, HistoryStep } from "../../history/types.ts";
import { type Outcome, outcomeOf } from "../../words/words.ts";

/** How the phones were connected. */
export const WAY_WORDS: Readonly<Record<CallWay, string>> = {
	refer: "hand-over",
	anchor: "server in the call",
};

const VIA_WORDS: Readonly<Record<CallOrigin["via"], string>> = {
	http: "HTTP",
	xml: "XML",
};

const STATE_WORDS: Readonly<Record<HistoryState, string>> = {
	"calling initiator": "the initiator is called",
	referring: "the initiator's phone is told to call the destination (REFER)",
	"calling destination": "the destination is called",
	joining: "the two phones are joined",
	telling: "the initiator hears that the destination was not reached",
	connected: "the two phones are connected",
	ended: "the call is over",
	refused: "the request is refused",
	interrupted: "the server went down",
};

/** The outcome of a call of the history. */
export function pastOutcome({ state, result, way }: HistoryCall): Outcome {
	if (state === "interrupted") return { text: "interrupted: the server went down", kind: "bad" };
	return outcomeOf(result, way, state === "refused");
}

/** Who asked: the user if one is known, the address of the client, and the interface. */
export function originText({ user, peer, via }: CallOrigin): string {
	const who = [user, peer].filter(Boolean).join(" at ");
	return who === "" ? VIA_WORDS[via] : `${who} (${VIA_WORDS[via]})`;
}

/** What happened, with the code for those who know SIP. */
export function stepText(step: HistoryStep, way: CallWay): string {
	if ("state" in step)
		return step.note ? `${STATE_WORDS[step.state]}: ${step.note}` : STATE_WORDS[step.state];
	const { code, leg } = step;
	if (leg === undefined) return code === 100 ? "the request is accepted (100)" : `the result is ${code}`;
	const phone = `the ${leg.toLowerCase()}`;
	if (code === 180) return `${phone}'s phone rings (180)`;
	if (code === 202) return "the initiator's phone did not report the outcome (202)";
	if (code < 300) return `${phone} has answered (${code})`;
	return `${phone}: ${outcomeOf({ code, text: "" }, way, false).text} (${code})`;
}
