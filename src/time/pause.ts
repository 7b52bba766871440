import type { Clock } from "./clock.ts";

/** @returns when this many milliseconds have passed. */
export function pause(clock: Clock, milliseconds: number): Promise<void> {
	return new Promise((resolve) => clock.after(milliseconds, resolve));
}
