import type { History } from "./history.ts";
import { type HistoryCall, type HistoryCallDetails, HistoryUnavailableError } from "./types.ts";

/** Whose calls alone somebody may see. */
interface Owner {
	owns(call: HistoryCall): boolean;
}

/** A call in the history; undefined if there is none, it cannot be read now, or is not the owner's. */
export function findPast(
	history: History | undefined,
	id: string,
	owner?: Owner,
): HistoryCallDetails | undefined {
	try {
		const call = history?.call(id);
		return call && owner?.owns(call) !== false ? call : undefined;
	} catch (error) {
		if (error instanceof HistoryUnavailableError) return undefined;
		throw error;
	}
}
