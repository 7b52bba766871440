import type { LiveCall } from "./types.ts";

/** What a hang-up leaves as it is while the initiator's phone calls the destination. */
export const RINGS_ON = "the destination may keep ringing, because the call was handed over";

/** Whether the initiator's phone calls the destination by itself (REFER), where no hang-up of ours reaches. */
export function ringsElsewhere({ state }: Pick<LiveCall, "state">): boolean {
	return state === "referring";
}
