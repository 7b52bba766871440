import { totalmem } from "node:os";
import { engineOptions, isExecutable } from "#runtime";
import { replaceProcess } from "./replace-process.ts";

/**
 * Re-executes this program in its own process, with the engine's options, unless they are set: a flag
 * that the user has set stays as it is. On systems other than Linux, when run from the sources, and where this fails,
 * nothing happens: the server still runs, with more memory.
 */
export function runWithRuntimeOptions(): void {
	const missing = Object.entries(engineOptions(availableMemory())).filter(
		([name]) => process.env[name] === undefined,
	);
	if (missing.length === 0 || process.platform !== "linux" || !isExecutable()) return;
	replaceProcess(process.execPath, Object.fromEntries(missing));
}

/** The memory of the machine or, if less, what its control group may use; in bytes. */
export function availableMemory(): number {
	return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}
