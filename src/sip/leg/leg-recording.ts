import type { WallClock } from "../../time/wall-clock.ts";
import type { LocalDescription } from "../sdp/local-description.ts";
import type { URI } from "../sipjs/grammar.ts";
import type { DialogRecord } from "./dialog-record.ts";
import type { DialogUse } from "./dialog-use.ts";
import type { Invitation } from "./invitation.ts";
import type { LegRecord } from "./leg-record.ts";
import type { LegTransport } from "./leg-transport.ts";
import { NO_SESSION_TIMER } from "./session-timer-record.ts";
import type { LegState } from "./types.ts";
import type { LegUserAgent } from "./user-agent.ts";

/** What the record of a leg is made of. */
export interface RecordedLeg {
	readonly id: string;
	readonly callId: string;
	readonly address: URI;
	readonly privacy: string | undefined;
	readonly offered: boolean;
	readonly state: LegState;
	readonly userAgent: LegUserAgent;
	readonly transport: LegTransport;
	readonly invitation: Invitation | undefined;
	readonly dialog: DialogUse | undefined;
	readonly local: LocalDescription | undefined;
	/** Our address in the Contact that the phone has. */
	readonly told: string | undefined;
}

/** The record of a leg, written out member by member like that of a call; undefined while no phone knows of it. */
export function recordLeg(leg: RecordedLeg, wall: WallClock): LegRecord | undefined {
	const record = leg.dialog ? withDialog(leg, leg.dialog, wall) : beforeAnswer(leg);
	return record && withoutPasswords(record);
}

/** The password of a URI (RFC 3261 section 19.1.1): none is written down. */
const PASSWORD = /^(<?sips?:[^:@>]+):[^@>]*@/i;

/** A translation rule may have written a password into the address; requests in the dialog do without. */
function withoutPasswords(record: LegRecord): LegRecord {
	const { address, dialog, flow } = record;
	const { localUri, remoteUri, remoteTarget } = dialog;
	const { found } = flow;
	const hasPassword =
		PASSWORD.test(address) ||
		PASSWORD.test(localUri) ||
		PASSWORD.test(remoteUri) ||
		PASSWORD.test(remoteTarget) ||
		(found && PASSWORD.test(found.nextHop));
	if (!hasPassword) return record;
	const bare = (text: string): string => text.replace(PASSWORD, "$1@");
	return {
		...record,
		address: bare(address),
		dialog: {
			...dialog,
			localUri: bare(localUri),
			remoteUri: bare(remoteUri),
			remoteTarget: bare(remoteTarget),
		},
		flow: { ...flow, found: found && { ...found, nextHop: bare(found.nextHop) } },
	};
}

function withDialog(leg: RecordedLeg, dialog: DialogUse, wall: WallClock): LegRecord | undefined {
	const { local, state, transport } = leg;
	const { refer, offer, transfer } = dialog.unsettled;
	const isLeft = state === "ended";
	if (!local || (isLeft && !refer)) return undefined;
	const { id, address, privacy, offered } = leg;
	return {
		version: 2,
		stage: isLeft ? "left" : state === "answered" ? "answered" : "confirmed",
		id,
		address: address.toRaw(),
		privacy,
		offered,
		dialog: dialog.record(transport.secure),
		local: local.record(),
		timer: dialog.sessionTimer.record(wall),
		flow: transport.record(dialog.remoteTag, leg.told),
		invite: undefined,
		offer,
		refer,
		transfer,
	};
}

function beforeAnswer(leg: RecordedLeg): LegRecord | undefined {
	const { invitation, transport, id, address, privacy } = leg;
	const sent = invitation?.sent;
	if (!sent) return undefined;
	const { branch, via, local, offered } = sent;
	return {
		version: 2,
		stage: "calling",
		id,
		address: address.toRaw(),
		privacy,
		offered,
		dialog: dialogOf(leg, invitation),
		local: local.record(),
		timer: NO_SESSION_TIMER,
		flow: transport.record("", transport.told),
		invite: { branch, via },
		offer: undefined,
		refer: undefined,
		transfer: undefined,
	};
}

/** What the INVITE says of the dialog that it asks for. */
function dialogOf({ callId, userAgent, transport }: RecordedLeg, invitation: Invitation): DialogRecord {
	const { from, to, routeSet } = invitation.parties;
	return {
		version: 1,
		callId,
		localTag: userAgent.localTag,
		remoteTag: "",
		localUri: from.toRaw(),
		displayName: userAgent.displayName,
		remoteUri: to.toRaw(),
		remoteTarget: invitation.target.toRaw(),
		routeSet,
		localCSeq: userAgent.cseq,
		remoteCSeq: undefined,
		inviteCSeq: invitation.cseq,
		secure: transport.secure,
		contactScheme: userAgent.scheme,
	};
}
