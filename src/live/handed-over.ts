import type { LiveCall } from "./types.ts";

/** What hanging up cannot stop while the initiator's phone calls the destination. */
export const RINGS_ON = "the destination may keep ringing, because the initiator's phone is calling it";

/**
 * Whether the initiator's phone calls the destination itself (REFER), so that this server cannot hang up that
 * call.
 */
export function ringsElsewhere({ state }: Pick<LiveCall, "state">): boolean {
	return state === "referring";
}
