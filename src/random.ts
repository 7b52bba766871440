import { randomFillSync } from "node:crypto";

/** Random bytes that are fetched ahead: a call to the system for each identifier costs more than the bytes. */
const pool = Buffer.alloc(4096);
let used = pool.length;

/** The next random bytes; valid until the next call. */
function takeBytes(count: number): Buffer {
	if (used + count > pool.length) {
		randomFillSync(pool);
		used = 0;
	}
	used += count;
	return pool.subarray(used - count, used);
}

/**
 * An identifier that nobody can guess, for Call-ID, tags and branches (RFC 3261 section 19.3 asks
 * for 32 random bits at least).
 *
 * @param bytes of randomness, up to 64; 12 by default.
 * @returns lower-case hexadecimal digits.
 */
export function randomToken(bytes = 12): string {
	return takeBytes(bytes).toString("hex");
}

/** A random whole number from 1 to 2^31 - 1, for the origin line of a session description. */
export function randomNumber(): number {
	return takeBytes(4).readUInt32BE() & 0x7fffffff || 1;
}
