import type { History } from "./history.ts";
import { type HistoryCallDetails, HistoryUnavailableError } from "./types.ts";

/** A call in the history; undefined if there is none, or it cannot be read now. */
export function findPast(history: History | undefined, id: string): HistoryCallDetails | undefined {
	try {
		return history?.call(id);
	} catch (error) {
		if (error instanceof HistoryUnavailableError) return undefined;
		throw error;
	}
}
