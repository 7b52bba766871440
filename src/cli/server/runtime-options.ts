import { readFileSync } from "node:fs";
import { addressOf, ENGINE_OPTIONS, isExecutable, openCLibrary } from "#runtime";

/**
 * Re-executes this program in its own process, with the engine's options, unless they are set: a flag
 * that the user has set stays as it is. On systems other than Linux, when run from the sources, and where this fails,
 * nothing happens: the server still runs, with more memory.
 */
export function runWithRuntimeOptions(): void {
	const missing = Object.entries(ENGINE_OPTIONS).filter(([name]) => process.env[name] === undefined);
	if (missing.length === 0 || process.platform !== "linux" || !isExecutable()) return;
	try {
		const library = openCLibrary({
			execve: { args: ["bytes", "bytes", "bytes"], returns: "i32" },
		});
		// As they were given, octet by octet: neither has to be UTF-8.
		const program = new StringTable(new TextEncoder().encode(`${process.execPath}\0`));
		const given = new StringTable(readFileSync("/proc/self/cmdline"));
		const additions = missing.map(([name, value]) => `${name}=${value}\0`).join("");
		const environment = new StringTable(
			Buffer.concat([readFileSync("/proc/self/environ"), Buffer.from(additions)]),
		);
		library.symbols.execve(program.bytes, given.pointers, environment.pointers);
		library.close();
	} catch {
		// There is no C library that can be opened.
	}
}

/** Strings of C, one after the other, and the array of pointers to them that ends with a null. */
class StringTable {
	/** It holds the octets that are pointed to. */
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly pointers: BigUint64Array;

	/** @param bytes with a NUL at the end of each string. */
	constructor(bytes: Uint8Array<ArrayBuffer>) {
		this.bytes = bytes;
		const starts: bigint[] = [];
		for (let at = 0; at < bytes.length; ) {
			starts.push(addressOf(bytes, at));
			const end = bytes.indexOf(0, at);
			at = end < 0 ? bytes.length : end + 1;
		}
		this.pointers = new BigUint64Array([...starts, 0n]);
	}
}
