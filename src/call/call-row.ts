import { type Read, type Row, type RowValue, valuesOf } from "../row.ts";
import { LEG_VALUES, legOf, putLeg } from "../sip/leg/leg-row.ts";
import type { CallRecord } from "./call-record.ts";
import type { ReferralRecord } from "./referral-record.ts";
import type { CallOrigin } from "./types.ts";

/** How many values a call has in a row, before those of its legs. */
const CALL_VALUES = 22;

/** @returns a row, to be stored as JSON. */
export function rowOf(call: CallRecord): Row {
	const { request, referral, initiatorLeg, destinationLeg } = call;
	const legs = destinationLeg ? 2 : initiatorLeg ? 1 : 0;
	const row = new Array<RowValue>(CALL_VALUES + legs * LEG_VALUES);
	let at = 0;
	row[at++] = call.version;
	row[at++] = call.id;
	row[at++] = call.startedAt;
	row[at++] = request.initiator;
	row[at++] = request.destination;
	row[at++] = request.anchor;
	row[at++] = request.origin.via;
	row[at++] = request.origin.peer ?? null;
	row[at++] = request.origin.user ?? null;
	row[at++] = call.initiator;
	row[at++] = call.destination;
	row[at++] = call.way;
	row[at++] = call.state;
	row[at++] = call.results;
	row[at++] = call.final;
	row[at++] = call.endsAt ?? null;
	row[at++] = call.limitAt ?? null;
	row[at++] = call.answeredAt ?? null;
	row[at++] = referral?.version ?? null;
	row[at++] = referral?.state ?? null;
	row[at++] = referral?.failure ?? null;
	row[at++] = call.otherLegs;
	if (legs > 0) putLeg(row, at, initiatorLeg);
	if (legs > 1) putLeg(row, at + LEG_VALUES, destinationLeg);
	return row;
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
