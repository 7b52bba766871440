import type { CallRecord } from "../call/call-record.ts";
import type { CallState } from "../call/events.ts";
import type { LiveCall, LiveEvent } from "../live/types.ts";

/** What a box says of itself. */
export interface BoxSummary {
	readonly version: string;
	/** How others reach it. */
	readonly address: string;
	/** When it started, in milliseconds since 1970. */
	readonly since: number;
	/** Its calls in progress. */
	readonly calls: number;
}

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

/** Reads the call of an envelope or an event; undefined when it is not one. */
export function readLiveCall(value: unknown): LiveCall | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const { id, state, initiator, destination, origin, startedAt } = value as Partial<LiveCall>;
	const isCall =
		typeof id === "string" &&
		typeof state === "string" &&
		typeof initiator?.address === "string" &&
		typeof destination?.address === "string" &&
		typeof origin?.via === "string" &&
		typeof startedAt === "number";
	return isCall ? (value as LiveCall) : undefined;
}
