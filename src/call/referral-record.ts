import { RecordReader } from "../record.ts";

/** How the hand-over of a phone by REFER goes, for another process: see {@link Referral}. */
export interface ReferralRecord {
	readonly version: 1;
	readonly state: (typeof STATES)[number];
	/** How the try before failed, as a status; 0 if there was none. */
	readonly failure: number;
}

const STATES = ["asking", "waiting", "unreported"] as const;

/**
 * Reads a record that was stored as JSON.
 * @throws {RecordError} when it cannot be used.
 */
export function readReferralRecord(value: unknown, place: string): ReferralRecord {
	const reader = new RecordReader(value, place);
	return {
		version: reader.version(1),
		state: reader.word("state", STATES),
		failure: reader.count("failure", 699),
	};
}
