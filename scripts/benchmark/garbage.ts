/** What JavaScriptCore's log of its collections says of the garbage that a program makes. */

export interface Garbage {
	/** Octets allocated from one collection to the next, all together. */
	readonly allocated: number;
	readonly collections: number;
}

/** The environment that makes the engine write this log to standard error. */
export const LOG_COLLECTIONS: Readonly<Record<string, string>> = { BUN_JSC_logGC: "1" };

/** Written once for each collection that an allocation asks for. */
const ALLOCATED = /^Requesting GC because bytes allocated this cycle: (\d+) /gm;

/** @param log what the engine wrote. */
export function readGarbage(log: string): Garbage {
	const sizes = [...log.matchAll(ALLOCATED)].map(([, octets]) => Number(octets));
	return { allocated: sizes.reduce((sum, octets) => sum + octets, 0), collections: sizes.length };
}
