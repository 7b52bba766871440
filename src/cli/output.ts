import { write as writeSome, writeSync } from "node:fs";
import { promisify } from "node:util";
import { errorCode } from "../error-code.ts";

/** What commands say to people and programs: on the standard output, and on standard error what is wrong. */

const STDOUT = 1;
const STDERR = 2;

/** Until a full pipe is tried again, in milliseconds. */
const BUSY_RETRY = 10;

/** Nobody changes it, so that waiting for that ends with its time. */
const NEVER = new Int32Array(new SharedArrayBuffer(4));

const writeAsync = promisify(writeSome);

/** Ends the program quietly when nobody reads any more, as in `clicktocall history | head`. */
export class NobodyReadsError extends Error {
	override readonly name = "NobodyReadsError";
}

/** The standard output takes no more, on a full disk for example; the message is for people. */
export class OutputError extends Error {
	override readonly name = "OutputError";

	constructor(cause: unknown) {
		super(`cannot write the output: ${cause instanceof Error ? cause.message : String(cause)}`, {
			cause,
		});
	}
}

let failed = false;
let nobodyReads = false;

/** Whether something that was said could not be written, other than because nobody reads it. */
export function outputFailed(): boolean {
	return failed;
}

/**
 * Says something on a line of its own. A command goes on when its output cannot be written, as its work may be more
 * than what it says: that is told once.
 */
export function say(line: string): void {
	if (failed || nobodyReads) return;
	try {
		writeAll(STDOUT, `${line}\n`);
	} catch (error) {
		if (errorCode(error) === "EPIPE") {
			nobodyReads = true;
			return;
		}
		failed = true;
		complain(`clicktocall: ${new OutputError(error).message}`);
	}
}

/** Writes to standard error what is wrong, if that is possible. */
export function complain(line: string): void {
	try {
		writeAll(STDERR, `${line}\n`);
	} catch {}
}

/**
 * Writes text that may be long, no faster than it is read.
 *
 * @throws {NobodyReadsError} when the reader is gone. @throws {OutputError} when it cannot be written.
 */
export async function write(text: string): Promise<void> {
	let rest = new TextEncoder().encode(text);
	while (rest.length > 0) {
		try {
			rest = rest.subarray(await writeToConsole(rest));
		} catch (error) {
			if (errorCode(error) === "EPIPE") throw new NobodyReadsError();
			if (errorCode(error) !== "EAGAIN") throw new OutputError(error);
			await new Promise((resolve) => setTimeout(resolve, BUSY_RETRY));
		}
	}
}

/** Writes some octets on the standard output, without holding up anything else. @returns how many. */
export async function writeToConsole(bytes: Uint8Array): Promise<number> {
	return (await writeAsync(STDOUT, bytes, 0, bytes.length, null)).bytesWritten;
}

/** Waits for a reader that is slow. */
function writeAll(descriptor: number, text: string): void {
	let rest = new TextEncoder().encode(text);
	while (rest.length > 0) {
		try {
			rest = rest.subarray(writeSync(descriptor, rest));
		} catch (error) {
			if (errorCode(error) !== "EAGAIN") throw error;
			Atomics.wait(NEVER, 0, 0, BUSY_RETRY);
		}
	}
}
