import { RecordReader } from "../../record.ts";

/** Our REFER whose outcome the phone reports (RFC 3515), for another process: see {@link ReferUsage}. */
export interface ReferRecord {
	readonly version: 1;
	/** Its CSeq number. */
	readonly id: string;
	readonly state: (typeof STATES)[number];
	/** Whether the phone has hung up since. */
	readonly left: boolean;
	/** Whether a NOTIFY has shown that the phone took it. */
	readonly proven: boolean;
	/** How many there were in the dialog. */
	readonly count: number;
}

const STATES = ["waiting", "active", "ended"] as const;

/**
 * Reads a record that was stored as JSON.
 * @throws {RecordError} when it cannot be used.
 */
export function readReferRecord(value: unknown, place: string): ReferRecord {
	const reader = new RecordReader(value, place);
	return {
		version: reader.version(1),
		id: reader.line("id"),
		state: reader.word("state", STATES),
		left: reader.flag("left"),
		proven: reader.flag("proven"),
		count: reader.count("count"),
	};
}
