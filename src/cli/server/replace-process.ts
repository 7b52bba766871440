import { readFileSync } from "node:fs";
import { addressOf, openCLibrary } from "#runtime";

/**
 * Goes on as another program in this process, with the arguments and the environment that it was given (execve(2)); a
 * service manager sees no change. Returns only where that is not possible.
 *
 * @param program an absolute path.
 * @param additions what the environment gets in addition.
 */
export function replaceProcess(program: string, additions: Readonly<Record<string, string>> = {}): void {
	try {
		const library = openCLibrary({
			execve: { args: ["bytes", "bytes", "bytes"], returns: "i32" },
		});
		const path = new StringTable(new TextEncoder().encode(`${program}\0`));
		// As they were given, octet by octet: neither has to be UTF-8.
		const given = new StringTable(readFileSync("/proc/self/cmdline"));
		const more = Object.entries(additions).map(([name, value]) => `${name}=${value}\0`);
		const environment = new StringTable(
			Buffer.concat([readFileSync("/proc/self/environ"), Buffer.from(more.join(""))]),
		);
		library.symbols.execve(path.bytes, given.pointers, environment.pointers);
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
