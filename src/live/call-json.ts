import type { CallResult } from "../call/types.ts";
import type { LiveCalls } from "./live-calls.ts";
import type { LiveCall, LiveEvent, LiveResult } from "./types.ts";

/** A call, for programs; times as in RFC 3339, in UTC. */
export interface CallJson extends Omit<LiveCall, "startedAt" | "answeredAt" | "endedAt"> {
	readonly startedAt: string;
	readonly answeredAt?: string;
	readonly endedAt?: string;
}

/** An event, for programs. */
export type EventJson =
	| {
			readonly number: number;
			readonly at: string;
			readonly kind: "placed" | "tone" | "state" | "result";
			readonly call: CallJson;
			readonly result?: LiveResult;
			readonly note?: string;
	  }
	| {
			readonly number: number;
			readonly at: string;
			readonly kind: "refused";
			readonly request: Extract<LiveEvent, { kind: "refused" }>["request"];
			readonly result: LiveResult;
	  };

/** A call as programs get it. */
export function callJson({ startedAt, answeredAt, endedAt, ...call }: LiveCall): CallJson {
	return {
		...call,
		startedAt: timeText(startedAt),
		...(answeredAt !== undefined && { answeredAt: timeText(answeredAt) }),
		...(endedAt !== undefined && { endedAt: timeText(endedAt) }),
	};
}

/** Calls in a list, for programs. */
export interface CallListJson {
	readonly calls: CallJson[];
	/** Since when other boxes are not seen, so that their calls are not listed; absent while they are. */
	readonly clusterLostSince?: string;
}

/** A list of calls as programs get it. */
export function callListJson(calls: readonly LiveCall[], { sight }: Pick<LiveCalls, "sight">): CallListJson {
	const { lostSince } = sight;
	return {
		calls: calls.map(callJson),
		...(lostSince !== undefined && { clusterLostSince: timeText(lostSince) }),
	};
}

/** An event as programs get it. */
export function eventJson(event: LiveEvent): EventJson {
	const at = timeText(event.at);
	if (event.kind === "refused") {
		const { number, kind, request, result } = event;
		return { number, at, kind, request, result: resultJson(result) };
	}
	const { number, kind, call, result, note } = event;
	return {
		number,
		at,
		kind,
		call: callJson(call),
		...(result && { result: resultJson(result) }),
		...(note !== undefined && { note }),
	};
}

/** @param time milliseconds since 1970. */
export function timeText(time: number): string {
	return new Date(time).toISOString();
}

/** What a result says, without what only the client that asked for the call may see. */
function resultJson({ code, leg, text }: LiveResult | CallResult): LiveResult {
	return leg ? { code, leg, text } : { code, text };
}
