import type { CallRecord } from "../call/call-record.ts";
import type { ReferralRecord } from "../call/referral-record.ts";
import type { CallOrigin } from "../call/types.ts";
import type { DialogRecord } from "../sip/leg/dialog-record.ts";
import type { FlowRecord, FoundHop } from "../sip/leg/flow-record.ts";
import type { LegRecord } from "../sip/leg/leg-record.ts";
import type { SentInvite } from "../sip/leg/pending-request.ts";
import type { ReferRecord } from "../sip/leg/refer-record.ts";
import type { SessionTimerRecord } from "../sip/leg/session-timer-record.ts";
import type { LocalDescriptionRecord } from "../sip/sdp/local-description-record.ts";
import type { Target } from "../sip/transport/types.ts";

/**
 * The values of a call's record, one after the other, without their names: half of what JSON of the record would be.
 * What is not there is undefined, or null once it was read as JSON. A new value comes last, or raises the version of the
 * state file: other processes know values by their places only.
 */
export type Row = readonly unknown[];

/** The same members, with whatever was read in them: a member that is forgotten here is an error of the compiler. */
type Read<T> = { readonly [Name in keyof T]-?: unknown };

/** @returns a row, to be stored as JSON. */
export function rowOf(call: CallRecord): Row {
	const { request, referral, initiatorLeg, destinationLeg } = call;
	const row: unknown[] = [
		call.version,
		call.id,
		call.startedAt,
		request.initiator,
		request.destination,
		request.anchor,
		request.origin.via,
		request.origin.peer,
		request.origin.user,
		call.initiator,
		call.destination,
		call.way,
		call.state,
		call.results,
		call.final,
		call.endsAt,
		call.limitAt,
		call.answeredAt,
		referral?.version,
		referral?.state,
		referral?.failure,
		call.otherLegs,
	];
	if (destinationLeg) return row.concat(legRowOf(initiatorLeg), legRowOf(destinationLeg));
	return initiatorLeg ? row.concat(legRowOf(initiatorLeg)) : row;
}

function legRowOf(leg: LegRecord | undefined): unknown[] {
	if (!leg) return NO_LEG;
	const { dialog, local, timer, flow, invite, refer } = leg;
	const target = flow.found?.target;
	return [
		leg.version,
		leg.stage,
		leg.id,
		leg.address,
		leg.privacy,
		leg.offered,
		leg.offer,
		leg.transfer,
		dialog.version,
		dialog.callId,
		dialog.localTag,
		dialog.remoteTag,
		dialog.localUri,
		dialog.displayName,
		dialog.remoteUri,
		dialog.remoteTarget,
		dialog.routeSet,
		dialog.localCSeq,
		dialog.remoteCSeq,
		dialog.inviteCSeq,
		dialog.secure,
		dialog.contactScheme,
		local.version,
		local.sessionId,
		local.sessionVersion,
		local.address,
		local.content,
		local.written,
		local.slots,
		timer.version,
		timer.interval,
		timer.shortest,
		timer.ours,
		timer.agreed,
		timer.refreshAt,
		timer.expiryAt,
		flow.version,
		flow.found?.nextHop,
		target?.protocol,
		target?.address,
		target?.port,
		target?.domain,
		flow.told,
		flow.seenAt,
		invite?.branch,
		invite?.via,
		refer?.version,
		refer?.id,
		refer?.state,
		refer?.left,
		refer?.proven,
		refer?.count,
	];
}

/** A leg that is not there, before one that is: as many values as any leg has. */
const NO_LEG: unknown[] = Array.from({ length: 52 });

/** The values of a row, one after the other. */
type Next = () => unknown;

/**
 * @param row read from JSON; whatever else it is, the record is not what a reader of records expects then.
 * @returns what a record has become that was stored as JSON.
 */
export function recordOf(row: Row): Read<CallRecord> {
	let place = 0;
	const next: Next = () => row[place++] ?? undefined;
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

function legOf(next: Next): Read<LegRecord> | undefined {
	const leg = {
		version: next(),
		stage: next(),
		id: next(),
		address: next(),
		privacy: next(),
		offered: next(),
		offer: next(),
		transfer: next(),
		dialog: {
			version: next(),
			callId: next(),
			localTag: next(),
			remoteTag: next(),
			localUri: next(),
			displayName: next(),
			remoteUri: next(),
			remoteTarget: next(),
			routeSet: next(),
			localCSeq: next(),
			remoteCSeq: next(),
			inviteCSeq: next(),
			secure: next(),
			contactScheme: next(),
		} satisfies Read<DialogRecord>,
		local: {
			version: next(),
			sessionId: next(),
			sessionVersion: next(),
			address: next(),
			content: next(),
			written: next(),
			slots: next(),
		} satisfies Read<LocalDescriptionRecord>,
		timer: {
			version: next(),
			interval: next(),
			shortest: next(),
			ours: next(),
			agreed: next(),
			refreshAt: next(),
			expiryAt: next(),
		} satisfies Read<SessionTimerRecord>,
		flow: flowOf(next),
	};
	const invite = { branch: next(), via: next() } satisfies Read<SentInvite>;
	const refer = {
		version: next(),
		id: next(),
		state: next(),
		left: next(),
		proven: next(),
		count: next(),
	} satisfies Read<ReferRecord>;
	if (leg.version === undefined) return undefined;
	return {
		...leg,
		invite: invite.branch === undefined ? undefined : invite,
		refer: refer.version === undefined ? undefined : refer,
	};
}

function flowOf(next: Next): Read<FlowRecord> {
	const version = next();
	const found = {
		nextHop: next(),
		target: { protocol: next(), address: next(), port: next(), domain: next() } satisfies Read<Target>,
	} satisfies Read<FoundHop>;
	return {
		version,
		found: found.nextHop === undefined ? undefined : found,
		told: next(),
		seenAt: next(),
	};
}
