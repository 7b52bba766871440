import { RecordReader } from "../record.ts";
import { type LegRecord, readLegRecord } from "../sip/leg/leg-record.ts";
import type { CallIdentity } from "./call-options.ts";
import { CALL_STATE_NAMES, type CallState } from "./events.ts";
import { CALL_VIAS, CALL_WAYS, type CallOrigin, type CallRequest, type CallWay } from "./types.ts";

/** A call, for another process. Plain data, to be stored as JSON. */
export interface CallRecord extends CallIdentity {
	readonly version: 1;
	readonly way: CallWay;
	readonly state: CallState;
	/** The results already reported, as `code leg`. */
	readonly results: readonly string[];
	/** Whether the final result is among them. */
	readonly final: boolean;
	/**
	 * When an anchored call reaches its maximum duration, in milliseconds since 1970; undefined for never.
	 */
	readonly endsAt: number | undefined;
	/** The legs whose dialogs are confirmed. */
	readonly initiatorLeg: LegRecord | undefined;
	readonly destinationLeg: LegRecord | undefined;
}

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
		version: reader.version(1),
		id: reader.line("id"),
		startedAt: reader.number("startedAt"),
		request: reader.inner("request", readRequest),
		initiator: reader.text("initiator"),
		destination: reader.text("destination"),
		way: reader.word("way", CALL_WAYS),
		state: reader.word("state", CALL_STATE_NAMES),
		results: reader.lines("results"),
		final: reader.flag("final"),
		endsAt: reader.optional("endsAt", (name) => reader.number(name)),
		initiatorLeg: reader.optional("initiatorLeg", leg),
		destinationLeg: reader.optional("destinationLeg", leg),
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
