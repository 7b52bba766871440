import { RecordReader } from "../../record.ts";
import { readUri } from "../message/uri.ts";
import { type LocalDescriptionRecord, readLocalDescriptionRecord } from "../sdp/local-description-record.ts";
import { type DialogRecord, readDialogRecord } from "./dialog-record.ts";
import { type FlowRecord, readFlowRecord } from "./flow-record.ts";
import { readSessionTimerRecord, type SessionTimerRecord } from "./session-timer-record.ts";

/** A leg whose dialog is confirmed, for another process. Plain data, to be stored as JSON. */
export interface LegRecord {
	readonly version: 1;
	/** User part of our Contact. */
	readonly id: string;
	/** The phone's address, as it was called. */
	readonly address: string;
	/** Value of Privacy in its answer. */
	readonly privacy: string | undefined;
	/** Whether our INVITE carried an offer. */
	readonly offered: boolean;
	readonly dialog: DialogRecord;
	readonly local: LocalDescriptionRecord;
	readonly timer: SessionTimerRecord;
	readonly flow: FlowRecord;
}

/**
 * Reads a record that was stored as JSON.
 *
 * @param value what JSON.parse returned.
 * @param place its name in errors.
 * @throws {RecordError} when it cannot be used: it is damaged, or of another version.
 */
export function readLegRecord(value: unknown, place = "leg"): LegRecord {
	const reader = new RecordReader(value, place);
	return {
		version: reader.version(1),
		id: reader.line("id"),
		address: reader.formed("address", (text) => readUri(text) !== undefined, "a SIP URI"),
		privacy: reader.optional("privacy", (name) => reader.line(name)),
		offered: reader.flag("offered"),
		dialog: reader.inner("dialog", readDialogRecord),
		local: reader.inner("local", readLocalDescriptionRecord),
		timer: reader.inner("timer", readSessionTimerRecord),
		flow: reader.inner("flow", readFlowRecord),
	};
}
