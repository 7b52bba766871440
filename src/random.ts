import { randomFillSync } from "node:crypto";

/** Random bytes that are fetched ahead: a call to the system for each identifier costs more than the bytes. */
const pool = Buffer.alloc(4096);
let used = pool.length;

/** Takes the next random bytes. @returns where they end in the pool. */
function takeBytes(count: number): number {
	if (used + count > pool.length) {
		randomFillSync(pool);
		used = 0;
	}
	used += count;
	return used;
}

/**
 * An identifier that nobody can guess, for Call-ID, tags and branches (RFC 3261 section 19.3 asks
 * for 32 random bits at least).
 *
 * @param bytes of randomness, up to 64; 12 by default.
 * @returns lower-case hexadecimal digits.
 */
export function randomToken(bytes = 12): string {
	const end = takeBytes(bytes);
	return pool.toString("hex", end - bytes, end);
}

/** A random whole number from 1 to 2^31 - 1, for the origin line of a session description. */
export function randomNumber(): number {
	return pool.readUInt32BE(takeBytes(4) - 4) & 0x7fffffff || 1;
}
