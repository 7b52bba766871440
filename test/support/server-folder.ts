import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { lastingMemoryFor } from "../../src/state/lasting-memory.ts";

/** Removes what files in a folder have left in memory, as a power cut does. */
export function forgetMemory(folder: string): void {
	if (!existsSync(folder)) return;
	for (const name of readdirSync(folder)) {
		const memory = lastingMemoryFor(join(folder, name));
		if (memory !== undefined) rmSync(memory, { force: true });
	}
}

/** Removes the folder of a server that has ended, and what that has left in memory if it was killed. */
export function removeServerFolder(folder: string): void {
	forgetMemory(folder);
	rmSync(folder, { recursive: true, force: true });
}
