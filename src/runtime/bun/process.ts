/** Up to this much memory a machine counts as small, in bytes: a board with 512 MB, not one with 1 GB. */
const SMALL_MACHINE = 700e6;

/**
 * How the JavaScript engine should treat memory. It reads this only from its environment, before any code runs.
 *
 * - The heap may grow by a quarter, instead of threefold, before a full collection; on a small machine by a fifth: at full
 *   speed the server then needs 30 MB less, for more CPU. By default the engine would then do a full
 *   collection every second time; as long as young garbage makes enough room, only that is collected, or else calls
 *   cost more the more are open.
 * - No collections by a timer of the runtime: they cost a tenth of a call at 100 calls a second, and memory is given
 *   back in quiet times by `cli/server/quiet-time.ts`.
 * - Memory that became free in the middle of what is used goes back to the system every two seconds at most: many
 *   times a second, at 100 calls a second, took a twentieth of all time, in a thread of its own.
 * - No thread that touches memory before it is needed: it took a twentieth of all time at 100 calls a second, and calls
 *   were no slower without it.
 * - No third compiler: its work, in threads of its own, costs more than it saves in code that is as short as ours.
 *
 * @param memory of the machine, in bytes.
 */
export function engineOptions(memory: number): Readonly<Record<string, string>> {
	return {
		BUN_GC_TIMER_DISABLE: "1",
		BUN_JSC_heapGrowthFunctionThresholdInMB: "1000000",
		BUN_JSC_minEdenToOldGenerationRatio: "0.135",
		BUN_JSC_smallHeapGrowthFactor: memory <= SMALL_MACHINE ? "1.19" : "1.25",
		BUN_JSC_useFTLJIT: "0",
		BUN_JSC_useWarmUpMarkedBlocks: "0",
		// Of the allocator, in milliseconds.
		MIMALLOC_PURGE_HOLES_MIN_INTERVAL: "2000",
	};
}

/** Variables of the environment that turn the compiled program into another one. */
export const TRICKS: readonly string[] = ["BUN_OPTIONS", "BUN_BE_BUN"];

/** Whether this is the compiled program: its code lies in a file system of its own. */
export function isExecutable(): boolean {
	return Bun.main.startsWith("/$bunfs/");
}

/** Collects garbage; takes some hundredths of a second, in which nothing else happens. */
export function collectGarbage(): void {
	Bun.gc(true);
}

/**
 * Collects garbage and, on a small machine, drops what can be made again: compiled code. That is some 18 MB, for which
 * the next call takes 60 ms of CPU instead of 11. Elsewhere the engine lets go of old machine code alone.
 *
 * @param memory of the machine, in bytes.
 */
export function shrinkMemory(memory: number): void {
	if (memory <= SMALL_MACHINE) Bun.shrink();
	else Bun.gc(true);
}

/** A file as memory. */
export function mapFile(path: string): Uint8Array<ArrayBuffer> {
	return Bun.mmap(path, { shared: true });
}

/** How many columns a text takes on a terminal. */
export function textWidth(text: string): number {
	return Bun.stringWidth(text);
}

/** A hash for comparing texts within one run; not for secrets. */
export function hashText(text: string): number | bigint {
	return Bun.hash(text);
}
