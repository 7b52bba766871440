import { randomInt } from "node:crypto";

const BASE = 30_000;
const LONGEST = 1_800_000;

/**
 * How long to wait before a registration is tried again (RFC 5626 section 4.5): the wait doubles with
 * each failure, and half of it is left to chance so that a PBX that comes back is not met by all at once.
 *
 * @param failures in a row, 1 and more.
 * @returns milliseconds, from 30 s to 30 minutes.
 */
export function backOff(failures: number): number {
	const longest = Math.min(LONGEST, BASE * 2 ** failures);
	return randomInt(longest / 2, longest + 1);
}
