import { randomInt } from "node:crypto";

const BASE = 30_000;
const LONGEST = 1_800_000;

/**
 * How long to wait before registering again (RFC 5626 section 4.5). The wait doubles with each failure, and
 * half of it is random, so that clients do not all register at once when a PBX comes back.
 *
 * @param failures in a row, at least 1.
 * @returns milliseconds, from 30 s to 30 minutes.
 */
export function backOff(failures: number): number {
	const longest = Math.min(LONGEST, BASE * 2 ** failures);
	return randomInt(longest / 2, longest + 1);
}
