import type { LiveCall } from "./types.ts";

/** What a hang-up cannot end while the initiator's phone calls the destination. */
export const RINGS_ON = "the destination may keep ringing, because the call was handed over";

/** Whether the initiator's phone calls the destination by itself (REFER), so that this server cannot hang it up. */
export function ringsElsewhere({ state }: Pick<LiveCall, "state">): boolean {
	return state === "referring";
}
