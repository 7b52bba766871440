import { CALL_STATE_NAMES } from "../call/events.ts";
import type { LegName } from "../call/types.ts";
import { isOneOf } from "../one-of.ts";
import { enter, type Mutable, takeResult } from "./phone-states.ts";
import type { LiveCall } from "./types.ts";

/** What is kept of a call that is over: its data, and what happened in it, oldest first. */
export interface PastCall extends Omit<LiveCall, "box" | "state" | "initiator" | "destination"> {
	readonly state: string;
	/** As they were typed. */
	readonly initiator: string;
	readonly destination: string;
	readonly initiatorUri?: string;
	readonly destinationUri?: string;
	readonly steps: readonly PastStep[];
}

type PastStep = { readonly state: string } | { readonly code: number; readonly leg?: LegName };

/** A call that is over in the shape that it had in progress: what happened tells how each phone was left. */
export function endedCall({ steps, initiatorUri, destinationUri, ...past }: PastCall): LiveCall {
	const call: Mutable<LiveCall> = {
		...past,
		state: "ended",
		initiator: { address: past.initiator, uri: initiatorUri ?? "", state: "calling" },
		destination: { address: past.destination, uri: destinationUri ?? "", state: "waiting" },
	};
	for (const step of steps) {
		if ("code" in step) takeResult(call, { ...step, text: "", final: false });
		else if (isOneOf(CALL_STATE_NAMES, step.state)) enter(call, step.state);
	}
	enter(call, "ended");
	return call;
}
