import { CALL_STATES, type CallState } from "../call/events.ts";
import { type CallResult, LEG_NAMES, type LegName } from "../call/types.ts";
import { LEG_STATES, type LegState, type LiveCall, type LiveLeg } from "./types.ts";

/** A call that may be changed because nobody has seen it yet. */
export type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** What a result says about a phone. */
export function takeResult(call: Mutable<LiveCall>, { code, leg, text, final }: CallResult): void {
	if (final) call.result = leg ? { code, leg, text } : { code, text };
	// We do not know whether the destination has answered.
	if (!leg || code === 202) return;
	if (code >= 300) setLeg(call, leg, "failed");
	else setLeg(call, leg, code < 200 ? "ringing" : "answered");
}

/** What a state of the call says about its phones. */
export function enter(call: Mutable<LiveCall>, state: CallState): void {
	const { calls } = CALL_STATES[state];
	if (calls) setLeg(call, calls, "calling");
	if (state !== "ended") return;
	for (const leg of LEG_NAMES) {
		const { state: before } = leg === "Initiator" ? call.initiator : call.destination;
		if (!LEG_STATES[before].final) setLeg(call, leg, "over");
	}
}

function setLeg(call: Mutable<LiveCall>, leg: LegName, state: LegState): void {
	if (leg === "Initiator") call.initiator = inState(call.initiator, state);
	else call.destination = inState(call.destination, state);
}

function inState(leg: LiveLeg, state: LegState): LiveLeg {
	const { address, uri, name, hears } = leg;
	// Written out, as most legs have neither: to spread an object costs more than all the rest.
	return name === undefined && hears === undefined ? { address, uri, state } : { ...leg, state };
}
