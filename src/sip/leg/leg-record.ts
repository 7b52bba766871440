import { RecordReader } from "../../record.ts";
import { readUri } from "../message/uri.ts";
import { type LocalDescriptionRecord, readLocalDescriptionRecord } from "../sdp/local-description-record.ts";
import { type DialogRecord, readDialogRecord } from "./dialog-record.ts";
import { type FlowRecord, readFlowRecord } from "./flow-record.ts";
import type { SentInvite } from "./pending-request.ts";
import { type ReferRecord, readReferRecord } from "./refer-record.ts";
import { readSessionTimerRecord, type SessionTimerRecord } from "./session-timer-record.ts";

/**
 * How far a leg has come:
 *
 * - calling: the INVITE is out. Its dialog is what that says: no tag of the phone, and the Request-URI as its target.
 * - answered: the phone waits for the ACK.
 * - confirmed: the dialog is alive, or our BYE is out.
 * - left: the phone has hung up, and still reports on a REFER.
 */
export const LEG_STAGES = ["calling", "answered", "confirmed", "left"] as const;

/** A leg that is known to a phone, for another process. Plain data, to be stored as JSON. */
export interface LegRecord {
	readonly version: 2;
	readonly stage: (typeof LEG_STAGES)[number];
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
	/** Only while calling: how the INVITE was sent. */
	readonly invite: SentInvite | undefined;
	/** Only while answered: the offer in the phone's 2xx. */
	readonly offer: string | undefined;
	/** The REFER whose outcome is awaited. */
	readonly refer: ReferRecord | undefined;
	/** The phone's REFER whose outcome the phone awaits: the value of Event in the reports. */
	readonly transfer: string | undefined;
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
	const stage = reader.word("stage", LEG_STAGES);
	const offer = reader.optional("offer", (name) => reader.text(name));
	const refer = reader.optional("refer", (name) => reader.inner(name, readReferRecord));
	const transfer = reader.optional("transfer", (name) => reader.line(name));
	return {
		version: reader.version(2),
		stage,
		id: reader.line("id"),
		address: reader.formed("address", (text) => readUri(text) !== undefined, "a SIP URI"),
		privacy: reader.optional("privacy", (name) => reader.line(name)),
		offered: reader.flag("offered"),
		dialog: reader.inner("dialog", readDialogRecord),
		local: reader.inner("local", readLocalDescriptionRecord),
		timer: reader.inner("timer", readSessionTimerRecord),
		flow: reader.inner("flow", readFlowRecord),
		invite: stage === "calling" ? reader.inner("invite", readSentInvite) : undefined,
		offer,
		refer,
		transfer,
	};
}

function readSentInvite(value: unknown, place: string): SentInvite {
	const reader = new RecordReader(value, place);
	const isBranch = (text: string): boolean => /^z9hG4bK[\w.]+$/.test(text);
	const isVia = (text: string): boolean => /^[A-Z]+ [\w.:[\]-]+$/.test(text);
	return {
		branch: reader.formed("branch", isBranch, "a branch"),
		via: reader.formed("via", isVia, "protocol and sent-by"),
	};
}
