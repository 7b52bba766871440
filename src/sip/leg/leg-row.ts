import type { Next, Read, RowValue } from "../../row.ts";
import type { LocalDescriptionRecord } from "../sdp/local-description-record.ts";
import type { Target } from "../transport/types.ts";
import type { DialogRecord } from "./dialog-record.ts";
import type { FlowRecord, FoundHop } from "./flow-record.ts";
import type { LegRecord } from "./leg-record.ts";
import type { SentInvite } from "./pending-request.ts";
import type { ReferRecord } from "./refer-record.ts";
import type { SessionTimerRecord } from "./session-timer-record.ts";

/** The values of the record of a leg, see {@link Row}; undefined for a leg that is not there. */
export function legRowOf(leg: LegRecord | undefined): RowValue[] {
	if (!leg) return NO_LEG;
	const { dialog, local, timer, flow, invite, refer } = leg;
	const target = flow.found?.target;
	return [
		leg.version,
		leg.stage,
		leg.id,
		leg.address,
		leg.privacy ?? null,
		leg.offered,
		leg.offer ?? null,
		leg.transfer ?? null,
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
		dialog.remoteCSeq ?? null,
		dialog.inviteCSeq,
		dialog.secure,
		dialog.contactScheme,
		local.version,
		local.sessionId,
		local.sessionVersion,
		local.address,
		local.content,
		local.written ?? null,
		local.slots,
		timer.version,
		timer.interval,
		timer.shortest,
		timer.ours,
		timer.agreed,
		timer.refreshAt ?? null,
		timer.expiryAt ?? null,
		flow.version,
		flow.found?.nextHop ?? null,
		target?.protocol ?? null,
		target?.address ?? null,
		target?.port ?? null,
		target?.domain ?? null,
		flow.told ?? null,
		flow.seenAt ?? null,
		invite?.branch ?? null,
		invite?.via ?? null,
		refer?.version ?? null,
		refer?.id ?? null,
		refer?.state ?? null,
		refer?.left ?? null,
		refer?.proven ?? null,
		refer?.count ?? null,
	];
}

/** A leg that is not there, before one that is: as many values as any leg has. */
const NO_LEG: RowValue[] = Array.from({ length: 52 }, () => null);

/** @returns what the record of a leg has become that was stored as JSON; undefined for a leg that is not there. */
export function legOf(next: Next): Read<LegRecord> | undefined {
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
