import { RecordReader } from "../../record.ts";
import { PROTOCOL_NAMES } from "../transport/protocols.ts";
import type { Target } from "../transport/types.ts";

/** How we reach a phone and how it reaches us, for another process: sockets do not outlive theirs. */
export interface FlowRecord {
	readonly version: 1;
	/**
	 * Where requests went last, and what that resolved to; undefined if the next request should look it up.
	 */
	readonly found: FoundHop | undefined;
	/** Our address in the Contact that the phone has; undefined if it has to learn a new one. */
	readonly told: string | undefined;
	/** Next hop for a phone whose Contact is unreachable: where its packets came from. */
	readonly seenAt: string | undefined;
}

/** A next hop and the target that was found for it. */
export interface FoundHop {
	/** A SIP URI, or a Route value in angle brackets. */
	readonly nextHop: string;
	readonly target: Target;
}

/**
 * Reads a record that was stored as JSON.
 * @throws {RecordError} when it cannot be used.
 */
export function readFlowRecord(value: unknown, place: string): FlowRecord {
	const reader = new RecordReader(value, place);
	return {
		version: reader.version(1),
		found: reader.optional("found", (name) => reader.inner(name, readFoundHop)),
		told: reader.optional("told", (name) => reader.line(name)),
		seenAt: reader.optional("seenAt", (name) => reader.line(name)),
	};
}

function readFoundHop(value: unknown, place: string): FoundHop {
	const reader = new RecordReader(value, place);
	return { nextHop: reader.line("nextHop"), target: reader.inner("target", readTarget) };
}

function readTarget(value: unknown, place: string): Target {
	const reader = new RecordReader(value, place);
	const domain = reader.optional("domain", (name) => reader.line(name));
	return {
		protocol: reader.word("protocol", PROTOCOL_NAMES),
		address: reader.line("address"),
		port: reader.count("port", 65_535),
		...(domain !== undefined && { domain }),
	};
}
