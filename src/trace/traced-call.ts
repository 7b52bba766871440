import type { LogEntry } from "./log-entries.ts";
import { readTracedMessage, type TracedMessage } from "./traced-message.ts";

/** Something that the log says of a call, beyond its messages. */
export interface TracedNote {
	readonly at: string;
	readonly text: string;
}

/** What a log holds of one call. */
export interface TracedCall {
	/** The server's id of the call; the Call-ID for a dialog that belongs to no call, such as a registration. */
	readonly id: string;
	/** Call-IDs of its legs, in the order in which they were called. */
	readonly callIds: readonly string[];
	/** Messages and notes in the order of the log. */
	readonly events: readonly (TracedMessage | TracedNote)[];
}

/** How the log says which leg a call has got. */
const LEG = / with Call-ID (\S+)$/;

/** Every call of a log, in the order in which they began; then what belongs to no call, by its Call-ID. */
export function readTracedCalls(entries: readonly LogEntry[]): TracedCall[] {
	const owners = new Map<string, string>();
	for (const { call, text } of entries) {
		const callId = call === undefined ? undefined : LEG.exec(text)?.[1];
		if (callId !== undefined && call !== undefined) owners.set(callId, call);
	}
	const calls = new Map<string, { callIds: string[]; events: (TracedMessage | TracedNote)[] }>();
	const open = (id: string) => {
		const call = calls.get(id) ?? { callIds: [], events: [] };
		calls.set(id, call);
		return call;
	};
	for (const entry of entries) {
		const message = readTracedMessage(entry);
		if (message) {
			const { callIds, events } = open(owners.get(message.callId) ?? message.callId);
			events.push(message);
			if (!callIds.includes(message.callId)) callIds.push(message.callId);
		} else if (entry.call !== undefined) {
			open(entry.call).events.push({ at: entry.at, text: entry.text });
		}
	}
	const called = new Set(owners.values());
	const all = [...calls].map(([id, call]) => ({ id, ...call }));
	return [...all.filter(({ id }) => called.has(id)), ...all.filter(({ id }) => !called.has(id))];
}

/** Whether an event of a call is a SIP message. */
export function isMessage(event: TracedMessage | TracedNote): event is TracedMessage {
	return "startLine" in event;
}
