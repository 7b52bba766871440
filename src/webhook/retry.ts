/** How often an event is tried in all. */
export const MAX_TRIES = 5;

/** The pause before the second try, and how much longer each next one is: 2, 8, 32 and 128 s. */
const FIRST_PAUSE = 2000;
const GROWTH = 4;
/** Up to so much of a pause is added by chance, so that what failed together does not come back together. */
const JITTER = 0.25;
/** The longest pause that a receiver may ask for, in milliseconds. */
const LONGEST_PAUSE = 600_000;

/** Client errors that may pass (RFC 9110 section 15.5, RFC 8470 section 5.2, RFC 6585 section 4). */
const PASSING = new Set([408, 409, 425, 429]);

/**
 * What an answer means for the event:
 *
 * - delivered: it has arrived.
 * - again: it may arrive later.
 * - refused: it never will.
 * - gone: nothing will; the receiver does not want any more.
 */
export type Verdict = "delivered" | "again" | "refused" | "gone";

/** @param status of the answer; redirections are not followed, and refuse. */
export function judge(status: number): Verdict {
	if (status >= 200 && status < 300) return "delivered";
	if (status === 410) return "gone";
	return status >= 500 || PASSING.has(status) ? "again" : "refused";
}

/**
 * Milliseconds to wait before the next try.
 *
 * @param failures of this event so far, 1 and more.
 * @param retryAfter value of Retry-After (RFC 9110 section 10.2.3).
 * @param chance a random number from 0 to 1.
 * @param now milliseconds since 1970, for a Retry-After that is a date.
 */
export function pauseBefore(
	failures: number,
	retryAfter: string | undefined,
	chance: number,
	now: number,
): number {
	const own = FIRST_PAUSE * GROWTH ** (failures - 1) * (1 + JITTER * chance);
	return Math.max(own, Math.min(LONGEST_PAUSE, askedPause(retryAfter ?? "", now)));
}

function askedPause(retryAfter: string, now: number): number {
	if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * 1000;
	const date = Date.parse(retryAfter);
	return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
