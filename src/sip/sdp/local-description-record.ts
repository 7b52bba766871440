import { RecordReader } from "../../record.ts";

/** Our side of a session in one dialog, for another process: see {@link LocalDescription}. */
export interface LocalDescriptionRecord {
	readonly version: 1;
	/** Session ID of our origin line. */
	readonly sessionId: number;
	/** Its version, as last sent. */
	readonly sessionVersion: number;
	/** Its address, which stays the same when another box takes over the dialog. */
	readonly address: string;
	/** The current description, with an empty origin line. */
	readonly content: string;
	/** The last text sent if it differs: a refused offer. */
	readonly written: string | undefined;
	/** Media type of each section, in order. */
	readonly slots: readonly string[];
}

/**
 * Reads a record stored as JSON.
 * @throws {RecordError} if it cannot be used.
 */
export function readLocalDescriptionRecord(value: unknown, place: string): LocalDescriptionRecord {
	const reader = new RecordReader(value, place);
	return {
		version: reader.version(1),
		sessionId: reader.count("sessionId"),
		sessionVersion: reader.count("sessionVersion"),
		address: reader.line("address"),
		content: reader.text("content"),
		written: reader.optional("written", (name) => reader.text(name)),
		slots: reader.lines("slots"),
	};
}
