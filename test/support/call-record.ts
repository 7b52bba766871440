import type { CallRecord } from "../../src/call/call-record.ts";
import type { LegRecord } from "../../src/sip/leg/leg-record.ts";
import { NO_SESSION_TIMER } from "../../src/sip/leg/session-timer-record.ts";

const PHONE = "sip:phone@192.0.2.7";

/** The record of a leg whose phone rings. */
export function legRecord(parts: Partial<LegRecord> = {}): LegRecord {
	return {
		version: 2,
		stage: "calling",
		id: "leg",
		address: PHONE,
		privacy: undefined,
		offered: true,
		dialog: {
			version: 1,
			callId: "call-id",
			localTag: "ours",
			remoteTag: "",
			localUri: "sip:server@example.com",
			displayName: "Click-To-Call",
			remoteUri: PHONE,
			remoteTarget: PHONE,
			routeSet: ["<sip:proxy.example.com;lr>"],
			localCSeq: 1,
			remoteCSeq: undefined,
			inviteCSeq: 1,
			secure: false,
			contactScheme: "sip",
		},
		local: {
			version: 1,
			sessionId: 4,
			sessionVersion: 5,
			address: "192.0.2.1",
			content: "v=0\r\n",
			written: undefined,
			slots: ["audio"],
		},
		timer: NO_SESSION_TIMER,
		flow: { version: 1, found: undefined, told: "192.0.2.1", seenAt: undefined },
		invite: { branch: "z9hG4bK1", via: "UDP 192.0.2.1:5072" },
		offer: undefined,
		refer: undefined,
		transfer: undefined,
		...parts,
	};
}

/** The record of a call whose initiator rings. */
export function callRecord(parts: Partial<CallRecord> = {}): CallRecord {
	return {
		version: 2,
		id: "call",
		startedAt: 1,
		request: { initiator: "phone", destination: "other", anchor: false, origin: { via: "xml" } },
		initiator: PHONE,
		destination: "sip:other@192.0.2.8",
		way: "refer",
		state: "calling initiator",
		results: [],
		final: false,
		endsAt: undefined,
		limitAt: undefined,
		answeredAt: undefined,
		referral: undefined,
		initiatorLeg: legRecord(),
		destinationLeg: undefined,
		otherLegs: [],
		...parts,
	};
}
