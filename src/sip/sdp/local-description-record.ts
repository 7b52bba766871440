import { RecordReader } from "../../record.ts";

/** What we describe in one dialog, for another process: see {@link LocalDescription}. */
export interface LocalDescriptionRecord {
	readonly version: 1;
	/** Session id of our origin line. */
	readonly sessionId: number;
	/** Version in it, of what was written last. */
	readonly sessionVersion: number;
	/** Address in it; it stays as it was when another box takes the dialog over. */
	readonly address: string;
	/** What is described, with an origin line that is empty. */
	readonly content: string;
	/** What was written last, in case that is another text: an offer that was refused. */
	readonly written: string | undefined;
	/** Media type of each section, in order. */
	readonly slots: readonly string[];
}

/**
 * Reads a record that was kept as JSON.
 * @throws {RecordError} when it cannot be used.
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
