import type { Next, Read, RowValue } from "../../row.ts";
import type { LocalDescriptionRecord } from "../sdp/local-description-record.ts";
import type { Target } from "../transport/types.ts";
import type { DialogRecord } from "./dialog-record.ts";
import type { FlowRecord, FoundHop } from "./flow-record.ts";
import type { LegRecord } from "./leg-record.ts";
import type { SentInvite } from "./pending-request.ts";
import type { ReferRecord } from "./refer-record.ts";
import type { SessionTimerRecord } from "./session-timer-record.ts";

/** How many values a leg has in a row, also one that is not there. */
export const LEG_VALUES = 52;

/**
 * Puts the values of the record of a leg into a row, see {@link Row}. They are put there one by one: to join lists takes as
 * many octets again.
 *
 * @param place of the first one. @param leg undefined for one that is not there.
 */
export function putLeg(row: RowValue[], place: number, leg: LegRecord | undefined): void {
	if (!leg) {
		row.fill(null, place, place + LEG_VALUES);
		return;
	}
	const { dialog, local, timer, flow, invite, refer } = leg;
	const target = flow.found?.target;
	let at = place;
	row[at++] = leg.version;
	row[at++] = leg.stage;
	row[at++] = leg.id;
	row[at++] = leg.address;
	row[at++] = leg.privacy ?? null;
	row[at++] = leg.offered;
	row[at++] = leg.offer ?? null;
	row[at++] = leg.transfer ?? null;
	row[at++] = dialog.version;
	row[at++] = dialog.callId;
	row[at++] = dialog.localTag;
	row[at++] = dialog.remoteTag;
	row[at++] = dialog.localUri;
	row[at++] = dialog.displayName;
	row[at++] = dialog.remoteUri;
	row[at++] = dialog.remoteTarget;
	row[at++] = dialog.routeSet;
	row[at++] = dialog.localCSeq;
	row[at++] = dialog.remoteCSeq ?? null;
	row[at++] = dialog.inviteCSeq;
	row[at++] = dialog.secure;
	row[at++] = dialog.contactScheme;
	row[at++] = local.version;
	row[at++] = local.sessionId;
	row[at++] = local.sessionVersion;
	row[at++] = local.address;
	row[at++] = local.content;
	row[at++] = local.written ?? null;
	row[at++] = local.slots;
	row[at++] = timer.version;
	row[at++] = timer.interval;
	row[at++] = timer.shortest;
	row[at++] = timer.ours;
	row[at++] = timer.agreed;
	row[at++] = timer.refreshAt ?? null;
	row[at++] = timer.expiryAt ?? null;
	row[at++] = flow.version;
	row[at++] = flow.found?.nextHop ?? null;
	row[at++] = target?.protocol ?? null;
	row[at++] = target?.address ?? null;
	row[at++] = target?.port ?? null;
	row[at++] = target?.domain ?? null;
	row[at++] = flow.told ?? null;
	row[at++] = flow.seenAt ?? null;
	row[at++] = invite?.branch ?? null;
	row[at++] = invite?.via ?? null;
	row[at++] = refer?.version ?? null;
	row[at++] = refer?.id ?? null;
	row[at++] = refer?.state ?? null;
	row[at++] = refer?.left ?? null;
	row[at++] = refer?.proven ?? null;
	row[at++] = refer?.count ?? null;
}

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
