import type { Clock } from "./clock.ts";
import type { WallClock } from "./wall-clock.ts";

/** The clocks that convert a deadline between this process and another. */
export interface Clocks {
	readonly clock: Clock;
	readonly wall: WallClock;
}

/**
 * Converts a time of the clock to a time of day, which another process understands.
 *
 * @param at by the clock, in milliseconds.
 * @returns whole milliseconds since 1970; undefined if there is no such time, that is, if it is not finite.
 */
export function wallTimeOf(at: number, { clock, wall }: Clocks): number | undefined {
	return Number.isFinite(at) ? Math.round(wall.now() + at - clock.now()) : undefined;
}

/**
 * The reverse of {@link wallTimeOf}.
 *
 * @param time in milliseconds since 1970; undefined for none.
 * @param longest how far away it may be, in milliseconds: the time of day may have been set back meanwhile.
 * @returns milliseconds by the clock; in the past if the time has passed, Infinity for none.
 */
export function clockTimeOf(time: number | undefined, { clock, wall }: Clocks, longest: number): number {
	if (time === undefined) return Number.POSITIVE_INFINITY;
	return clock.now() + Math.min(time - wall.now(), longest);
}
