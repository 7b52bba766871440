import { RecordError } from "../record.ts";
import type { LegRecord } from "../sip/leg/leg-record.ts";
import type { CallLeg, Restoring } from "../sip/leg/types.ts";
import type { WallClock } from "../time/wall-clock.ts";
import type { CallRecord } from "./call-record.ts";
import { CALL_STATES } from "./events.ts";
import type { LegFactory } from "./leg-factory.ts";
import type { Phones } from "./phones.ts";

/**
 * Restores the legs of a call.
 *
 * @param how how many CSeq numbers are skipped, and who hears of changes.
 * @param phones receives the legs.
 * @returns why one of them is missing that the call needs to go on, for people, and how many records could not be used.
 */
export function restoreLegs(
	{ state, initiatorLeg, destinationLeg, otherLegs }: CallRecord,
	how: Omit<Restoring, "wall">,
	phones: Phones,
	{ legs, wall }: { readonly legs: LegFactory; readonly wall: WallClock },
): { readonly loss: string | undefined; readonly unusable: number } {
	let loss: string | undefined;
	let unusable = 0;
	const take = (name: string, record: LegRecord | undefined, isNeeded: boolean): CallLeg | undefined => {
		try {
			if (record) return legs.restoreLeg(record, { ...how, wall });
			if (isNeeded) loss ??= `call.${name}: a leg was expected, found nothing`;
		} catch (error) {
			if (!(error instanceof RecordError)) throw error;
			loss ??= error.message;
			unusable += 1;
		}
		return undefined;
	};
	phones.initiator = take("initiatorLeg", initiatorLeg, CALL_STATES[state].outlivesServer);
	phones.destination = take("destinationLeg", destinationLeg, state === "connected");
	for (const record of otherLegs) {
		const leg = take("otherLegs", record, false);
		if (leg) phones.keep(leg);
		leg?.end();
	}
	return { loss, unusable };
}
