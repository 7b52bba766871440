import { existsSync } from "node:fs";
import { readCallRecord } from "../call/call-record.ts";
import type { CallState } from "../call/events.ts";
import { Journal } from "./journal.ts";
import { CALL_ENTRIES, recordIn, StateContent } from "./state-content.ts";

/** What a state file holds, for people. */
export interface StateSummary {
	/** How many calls are in each state. */
	readonly states: ReadonlyMap<CallState, number>;
	/** Calls whose end is known. */
	readonly ended: number;
	/** Lines and records that cannot be used. */
	readonly unusable: number;
}

/**
 * Looks into a state file without changing it, also while a server uses it.
 *
 * @param identity whose calls it must hold.
 * @param tail see {@link JournalOptions}.
 * @returns undefined if there is none.
 * @throws {StateFormatError} when a server would rename it and begin another one. @throws {Error} of the system.
 */
export function summarizeState(path: string, identity: string, tail?: string): StateSummary | undefined {
	if (!existsSync(path)) return undefined;
	const { entries, damaged } = Journal.read(path, { subjects: CALL_ENTRIES, tail });
	const content = StateContent.read(entries, identity, new Uint8Array(), damaged);
	const states = new Map<CallState, number>();
	let unusable = damaged + content.damaged;
	for (const record of content.records.values()) {
		try {
			const { state } = readCallRecord(recordIn(record));
			states.set(state, (states.get(state) ?? 0) + 1);
		} catch {
			unusable += 1;
		}
	}
	return { states, ended: content.ended.size, unusable };
}
