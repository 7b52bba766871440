import { type Read, type Row, type RowValue, valuesOf } from "../row.ts";
import { legOf, legRowOf } from "../sip/leg/leg-row.ts";
import type { CallRecord } from "./call-record.ts";
import type { ReferralRecord } from "./referral-record.ts";
import type { CallOrigin } from "./types.ts";

/** @returns a row, to be stored as JSON. */
export function rowOf(call: CallRecord): Row {
	const { request, referral, initiatorLeg, destinationLeg } = call;
	const row: RowValue[] = [
		call.version,
		call.id,
		call.startedAt,
		request.initiator,
		request.destination,
		request.anchor,
		request.origin.via,
		request.origin.peer ?? null,
		request.origin.user ?? null,
		call.initiator,
		call.destination,
		call.way,
		call.state,
		call.results,
		call.final,
		call.endsAt ?? null,
		call.limitAt ?? null,
		call.answeredAt ?? null,
		referral?.version ?? null,
		referral?.state ?? null,
		referral?.failure ?? null,
		call.otherLegs,
	];
	if (destinationLeg) return row.concat(legRowOf(initiatorLeg), legRowOf(destinationLeg));
	return initiatorLeg ? row.concat(legRowOf(initiatorLeg)) : row;
}

/**
 * @param row read from JSON; whatever else it is, the record is not what a reader of records expects then.
 * @returns what a record has become that was stored as JSON.
 */
export function recordOf(row: readonly unknown[]): Read<CallRecord> {
	const next = valuesOf(row);
	const call = {
		version: next(),
		id: next(),
		startedAt: next(),
		request: {
			initiator: next(),
			destination: next(),
			anchor: next(),
			origin: { via: next(), peer: next(), user: next() } satisfies Read<CallOrigin>,
		} satisfies Read<CallRecord["request"]>,
		initiator: next(),
		destination: next(),
		way: next(),
		state: next(),
		results: next(),
		final: next(),
		endsAt: next(),
		limitAt: next(),
		answeredAt: next(),
	};
	const referral = { version: next(), state: next(), failure: next() } satisfies Read<ReferralRecord>;
	return {
		...call,
		referral: referral.version === undefined ? undefined : referral,
		otherLegs: next(),
		initiatorLeg: legOf(next),
		destinationLeg: legOf(next),
	};
}
