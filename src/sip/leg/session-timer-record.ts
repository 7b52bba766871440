import { RecordReader } from "../../record.ts";

/** The session timer of a dialog (RFC 4028), for another process: see {@link SessionTimer}. */
export interface SessionTimerRecord {
	readonly version: 1;
	/** In seconds; 0 for none. */
	readonly interval: number;
	/** The shortest one that everybody on the path accepts, in seconds. */
	readonly shortest: number;
	/** Whether we refresh. */
	readonly ours: boolean;
	/** Whether the phone knows the interval. */
	readonly agreed: boolean;
	/** When our next refresh is due, in milliseconds since 1970; undefined if it is not our turn. */
	readonly refreshAt: number | undefined;
	/** When the session ends unless it is refreshed; undefined without an interval. */
	readonly expiryAt: number | undefined;
}

/** The timer of a dialog that has none yet. */
export const NO_SESSION_TIMER: SessionTimerRecord = {
	version: 1,
	interval: 0,
	shortest: 90,
	ours: false,
	agreed: false,
	refreshAt: undefined,
	expiryAt: undefined,
};

/**
 * Reads a record that was stored as JSON.
 * @throws {RecordError} when it cannot be used.
 */
export function readSessionTimerRecord(value: unknown, place: string): SessionTimerRecord {
	const reader = new RecordReader(value, place);
	return {
		version: reader.version(1),
		interval: reader.count("interval"),
		shortest: reader.count("shortest"),
		ours: reader.flag("ours"),
		agreed: reader.flag("agreed"),
		refreshAt: reader.optional("refreshAt", (name) => reader.number(name)),
		expiryAt: reader.optional("expiryAt", (name) => reader.number(name)),
	};
}
