import type { CallRecord } from "../call/call-record.ts";
import { CALL_ENDERS, CALL_STATE_NAMES, type CallState } from "../call/events.ts";
import { TONE_NAMES } from "../call/tone.ts";
import { CALL_VIAS, CALL_WAYS, LEG_NAMES } from "../call/types.ts";
import { LEG_STATE_NAMES, type LiveCall, type LiveEvent, type LiveResult } from "../live/types.ts";
import { isOneOf } from "../one-of.ts";

/** What a box says of itself. */
export interface BoxSummary {
	readonly version: string;
	/** How others reach it. */
	readonly address: string;
	/** When it started, in milliseconds since 1970. */
	readonly since: number;
	/** Its calls in progress. */
	readonly calls: number;
	/** The version of its records. */
	readonly records: number;
}

/** That of the boxes that do not tell it. */
const FIRST_RECORDS = 2;

/** A box as another one sees it. */
export interface BoxSeen extends BoxSummary {
	readonly name: string;
	readonly epoch: string;
	/** Whether it has its lease. */
	readonly alive: boolean;
	/** How long that lasts, in milliseconds. */
	readonly lease: number;
}

/** What the engine keeps of a call in progress. */
export interface Envelope {
	readonly version: 1;
	/** That of the record; it stands here to be found without reading all. */
	readonly state: CallState;
	readonly call: LiveCall | undefined;
	readonly record: CallRecord;
	/** How many boxes have taken it over without writing it since; the engine adds it, at the end. */
	readonly claims?: number;
}

/** What happens to a call, as other boxes learn it. */
export interface ToldEvent {
	readonly version: 1;
	readonly event: Exclude<LiveEvent, { kind: "refused" }>;
}

/** All calls of a box are written: who has not heard of some can read them. */
export interface ToldAll {
	readonly version: 1;
	readonly all: true;
}

/** What a box asks of another one: to hang up a call. */
export interface Order {
	readonly hangUp: string;
}

/** Reads what {@link RENEW} says of the boxes. */
export function readBoxes(answer: readonly unknown[]): BoxSeen[] {
	const boxes: BoxSeen[] = [];
	for (let at = 1; at + 3 < answer.length; at += 4) {
		const [name, epoch, text, lease] = answer.slice(at, at + 4).map(String);
		const said = readJson(text ?? "");
		boxes.push({
			name: name ?? "",
			epoch: epoch ?? "",
			alive: Number(lease) > 0,
			lease: Math.max(Number(lease), 0),
			version: String(said.version ?? ""),
			address: String(said.address ?? ""),
			since: Number(said.since ?? 0),
			calls: Number(said.calls ?? 0),
			records: Number(said.records ?? FIRST_RECORDS),
		});
	}
	return boxes;
}

/** Reads an object; what is none has no fields. */
export function readJson(text: string): Readonly<Record<string, unknown>> {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null ? { ...value } : {};
	} catch {
		return {};
	}
}

/**
 * Reads the call of an envelope or an event.
 *
 * @returns undefined when it is not one, or says something that this program does not know: it is not shown then. Fields
 * that it does not know are passed over.
 */
export function readLiveCall(value: unknown): LiveCall | undefined {
	if (!isRecord(value)) return undefined;
	const { id, way, state, origin, startedAt, result, endedBy } = value;
	const isCall =
		typeof id === "string" &&
		isOneOf(CALL_WAYS, way) &&
		isOneOf(CALL_STATE_NAMES, state) &&
		isLiveLeg(value.initiator) &&
		isLiveLeg(value.destination) &&
		isRecord(origin) &&
		isOneOf(CALL_VIAS, origin.via) &&
		typeof startedAt === "number" &&
		(result === undefined || isResult(result)) &&
		(endedBy === undefined || isOneOf(CALL_ENDERS, endedBy));
	return isCall ? (value as unknown as LiveCall) : undefined;
}

/** Kinds of events that boxes tell each other. */
const TOLD_KINDS = ["placed", "tone", "state", "result"] as const;

/** Reads what has happened to a call, as {@link readLiveCall} reads that. */
export function readTold(value: unknown): Omit<ToldEvent["event"], "number"> | undefined {
	if (!isRecord(value)) return undefined;
	const { at, kind, result, note } = value;
	const call = readLiveCall(value.call);
	if (!call || typeof at !== "number" || !isOneOf(TOLD_KINDS, kind)) return undefined;
	if (result !== undefined && !isResult(result)) return undefined;
	return { at, kind, call, ...(result && { result }), ...(typeof note === "string" && { note }) };
}

function isLiveLeg(value: unknown): boolean {
	if (!isRecord(value)) return false;
	const { address, uri, state, name, hears } = value;
	return (
		typeof address === "string" &&
		typeof uri === "string" &&
		isOneOf(LEG_STATE_NAMES, state) &&
		(name === undefined || typeof name === "string") &&
		(hears === undefined || isOneOf(TONE_NAMES, hears))
	);
}

function isResult(value: unknown): value is LiveResult {
	if (!isRecord(value)) return false;
	const { code, leg, text } = value;
	return (
		typeof code === "number" && typeof text === "string" && (leg === undefined || isOneOf(LEG_NAMES, leg))
	);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null;
}
