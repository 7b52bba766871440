import { ptr } from "bun:ffi";
import { readFileSync } from "node:fs";
import { openCLibrary } from "../../c-library.ts";

/**
 * How the JavaScript engine should treat memory on a small machine. It reads these only from its environment, before
 * any code runs.
 *
 * - The heap may grow by a fifth, instead of threefold, before a full collection: at full speed the server needs
 *   half the memory for a sixth more CPU. By default the engine would then do a full collection every second time; as
 *   long as young garbage makes enough room, only that is collected, or else calls cost more the more are open.
 * - No collections by a timer of the runtime: they cost a tenth of a call at 100 calls a second, and memory is given
 *   back in quiet times by `quiet-time.ts`.
 * - No third compiler: its work, in threads of its own, costs more than it saves in code that is as short as ours.
 */
export const RUNTIME_OPTIONS: Readonly<Record<string, string>> = {
	BUN_GC_TIMER_DISABLE: "1",
	BUN_JSC_heapGrowthFunctionThresholdInMB: "1000000",
	BUN_JSC_minEdenToOldGenerationRatio: "0.135",
	BUN_JSC_smallHeapGrowthFactor: "1.19",
	BUN_JSC_useFTLJIT: "0",
};

/**
 * Re-executes this program in its own process, with JavaScriptCore's flags, unless they are set: a flag
 * that the user has set stays as it is. On systems other than Linux, when run from the sources, and where this fails,
 * nothing happens: the server still runs, with more memory.
 */
export function runWithRuntimeOptions(): void {
	const missing = Object.entries(RUNTIME_OPTIONS).filter(([name]) => process.env[name] === undefined);
	if (missing.length === 0 || process.platform !== "linux" || !isExecutable()) return;
	try {
		const library = openCLibrary({
			execve: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
		});
		// As they were given, octet by octet: neither has to be UTF-8.
		const program = new StringTable(new TextEncoder().encode(`${process.execPath}\0`));
		const given = new StringTable(readFileSync("/proc/self/cmdline"));
		const additions = missing.map(([name, value]) => `${name}=${value}\0`).join("");
		const environment = new StringTable(
			Buffer.concat([readFileSync("/proc/self/environ"), Buffer.from(additions)]),
		);
		library.symbols.execve(program.first, ptr(given.pointers), ptr(environment.pointers));
		library.close();
	} catch {
		// There is no C library that can be opened.
	}
}

/** Whether this is the compiled program: its code lies in a file system of its own. */
function isExecutable(): boolean {
	return Bun.main.startsWith("/$bunfs/");
}

/** Strings of C, one after the other, and the array of pointers to them that ends with a null. */
class StringTable {
	/** It holds the octets that are pointed to. */
	readonly #bytes: Uint8Array;
	readonly pointers: BigUint64Array;

	/** @param bytes with a NUL at the end of each string. */
	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
		const starts: bigint[] = [];
		for (let at = 0; at < bytes.length; ) {
			starts.push(BigInt(ptr(bytes, at)));
			const end = bytes.indexOf(0, at);
			at = end < 0 ? bytes.length : end + 1;
		}
		this.pointers = new BigUint64Array([...starts, 0n]);
	}

	get first(): ReturnType<typeof ptr> {
		return ptr(this.#bytes);
	}
}
