import { randomBytes } from "node:crypto";

/**
 * An identifier that nobody can guess, for Call-ID, tags and branches (RFC 3261 section 19.3 asks
 * for 32 random bits at least).
 *
 * @param bytes of randomness; 12 by default.
 * @returns lower-case hexadecimal digits.
 */
export function randomToken(bytes = 12): string {
	return randomBytes(bytes).toString("hex");
}

/** A random whole number from 1 to 2^31 - 1, for the origin line of a session description. */
export function randomNumber(): number {
	return randomBytes(4).readUInt32BE() & 0x7fffffff || 1;
}
