/**
 * The time of day. It may be changed at any moment, even by years: it dates events, but the difference of two
 * of its times is not a duration. A `Clock` measures durations.
 */
export interface WallClock {
	/** Whole milliseconds since 1970. */
	now(): number;
}

/** The machine's time of day. */
export const systemWallClock: WallClock = { now: () => Date.now() };
