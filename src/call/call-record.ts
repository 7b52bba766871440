import { RecordReader } from "../record.ts";
import { type LegRecord, readLegRecord } from "../sip/leg/leg-record.ts";
import type { CallIdentity } from "./call-options.ts";
import { CALL_STATE_NAMES, type CallState } from "./events.ts";
import { type ReferralRecord, readReferralRecord } from "./referral-record.ts";
import {
	CALL_VIAS,
	CALL_WAYS,
	type CallOrigin,
	type CallRequest,
	type CallResult,
	type CallWay,
	LEG_NAMES,
} from "./types.ts";

/**
 * The version of the records that this program writes. It is raised with that of any part, whenever an earlier program
 * would do something wrong with what it does not know; a field that it may pass over needs no other version.
 */
export const RECORD_VERSION = 2;

/** The versions of records that this program can read. */
export const READABLE_RECORDS: readonly number[] = [RECORD_VERSION];

/** A call, for another process. Plain data, to be stored as JSON; it stays what it was when the call goes on. */
export interface CallRecord extends CallIdentity {
	readonly version: typeof RECORD_VERSION;
	readonly way: CallWay;
	readonly state: CallState;
	/** The results already reported, in order. */
	readonly results: readonly ResultRecord[];
	/** Whether the final result is among them. */
	readonly final: boolean;
	/**
	 * When an anchored call reaches its maximum duration, in milliseconds since 1970; undefined for never.
	 */
	readonly endsAt: number | undefined;
	/** When the time of the current step is up, in milliseconds since 1970; undefined for never. */
	readonly limitAt: number | undefined;
	/** When both phones were connected, in milliseconds since 1970. */
	readonly answeredAt: number | undefined;
	/** How the REFER goes; only while referring. */
	readonly referral: ReferralRecord | undefined;
	/** The legs that a phone knows of. */
	readonly initiatorLeg: LegRecord | undefined;
	readonly destinationLeg: LegRecord | undefined;
	/** Legs that are to end: of a phone that was replaced, or that is being called to replace another one. */
	readonly otherLegs: readonly LegRecord[];
}

/** A result as it was reported; the translated addresses of the first one are those of the call. */
export type ResultRecord = Pick<CallResult, "code" | "leg" | "text" | "final">;

/**
 * Reads a record that was stored as JSON.
 *
 * @param value what JSON.parse returned.
 * @throws {RecordError} when it cannot be used: it is damaged, or of another version.
 */
export function readCallRecord(value: unknown): CallRecord {
	const reader = new RecordReader(value, "call");
	const leg = (name: string): LegRecord => reader.inner(name, readLegRecord);
	return {
		version: reader.version(RECORD_VERSION),
		id: reader.line("id"),
		startedAt: reader.number("startedAt"),
		request: reader.inner("request", readRequest),
		initiator: reader.text("initiator"),
		destination: reader.text("destination"),
		way: reader.word("way", CALL_WAYS),
		state: reader.word("state", CALL_STATE_NAMES),
		results: reader.list("results", readResult),
		final: reader.flag("final"),
		endsAt: reader.optional("endsAt", (name) => reader.number(name)),
		limitAt: reader.optional("limitAt", (name) => reader.number(name)),
		answeredAt: reader.optional("answeredAt", (name) => reader.number(name)),
		referral: reader.optional("referral", (name) => reader.inner(name, readReferralRecord)),
		initiatorLeg: reader.optional("initiatorLeg", leg),
		destinationLeg: reader.optional("destinationLeg", leg),
		otherLegs: reader.list("otherLegs", readLegRecord),
	};
}

/** What is recorded of a result. */
export function resultRecordOf({ code, leg, text, final }: CallResult): ResultRecord {
	return leg === undefined ? { code, text, final } : { code, leg, text, final };
}

function readResult(value: unknown, place: string): ResultRecord {
	const reader = new RecordReader(value, place);
	const leg = reader.optional("leg", (name) => reader.word(name, LEG_NAMES));
	return {
		code: reader.count("code", 699),
		...(leg && { leg }),
		text: reader.text("text"),
		final: reader.flag("final"),
	};
}

function readRequest(value: unknown, place: string): CallRequest {
	const reader = new RecordReader(value, place);
	return {
		initiator: reader.text("initiator"),
		destination: reader.text("destination"),
		anchor: reader.flag("anchor"),
		origin: reader.inner("origin", readOrigin),
	};
}

function readOrigin(value: unknown, place: string): CallOrigin {
	const reader = new RecordReader(value, place);
	const peer = reader.optional("peer", (name) => reader.text(name));
	const user = reader.optional("user", (name) => reader.text(name));
	return {
		via: reader.word("via", CALL_VIAS),
		...(peer !== undefined && { peer }),
		...(user !== undefined && { user }),
	};
}
