/**
 * The time of day. It may be set at any moment, by years too: it dates what happens, and the difference of two of its
 * times is not a length of time. A `Clock` measures those.
 */
export interface WallClock {
	/** Whole milliseconds since 1970. */
	now(): number;
}

/** The machine's time of day. */
export const systemWallClock: WallClock = { now: () => Date.now() };
