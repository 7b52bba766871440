import { RecordError } from "../record.ts";
import type { LegRecord } from "../sip/leg/leg-record.ts";
import type { CallLeg, Restoring } from "../sip/leg/types.ts";
import type { WallClock } from "../time/wall-clock.ts";
import type { CallRecord } from "./call-record.ts";
import type { LegFactory } from "./leg-factory.ts";
import type { Phones } from "./phones.ts";

/**
 * Restores the legs of a call in which both phones talk.
 *
 * @param how how many CSeq numbers are skipped, and who hears of changes.
 * @param phones receives the legs.
 * @returns why one of them is missing, for people; undefined if both are there.
 * @throws {RecordError} when none of them can be restored, or the call was not connected.
 */
export function restoreLegs(
	{ state, initiatorLeg, destinationLeg }: CallRecord,
	{ jump, recordChanged }: Omit<Restoring, "wall">,
	phones: Phones,
	{ legs, wall }: { readonly legs: LegFactory; readonly wall: WallClock },
): string | undefined {
	if (state !== "connected")
		throw new RecordError(`call.state: only connected can be taken up, found ${state}`);
	let loss: RecordError | undefined;
	const take = (name: string, record: LegRecord | undefined): CallLeg | undefined => {
		try {
			if (record) return legs.restoreLeg(record, { wall, jump, recordChanged });
			loss = new RecordError(`call.${name}: a leg was expected, found nothing`);
		} catch (error) {
			if (!(error instanceof RecordError)) throw error;
			loss = error;
		}
		return undefined;
	};
	phones.initiator = take("initiatorLeg", initiatorLeg);
	phones.destination = take("destinationLeg", destinationLeg);
	if (!phones.initiator && !phones.destination && loss) throw loss;
	return loss?.message;
}
