/** How a soak is cut into times with load and without. */
export interface SoakPlan {
	readonly cycles: number;
	readonly loadMs: number;
	readonly idleMs: number;
}

const MINUTE_MS = 60_000;
const SHORT_IDLE_MS = 75_000;

/** Shortest soak, in minutes: two idle times have to be compared. */
export const SHORTEST_SOAK = 4;

/**
 * Cycles of ten minutes, two of them idle; in a short soak at least two cycles, 75 s of each idle. That is longer
 * than any call takes to be forgotten.
 */
export function soakPlan(minutes: number): SoakPlan {
	const cycles = Math.max(2, Math.round(minutes / 10));
	const cycleMs = (minutes * MINUTE_MS) / cycles;
	const idleMs = cycleMs >= 6 * MINUTE_MS ? 2 * MINUTE_MS : SHORT_IDLE_MS;
	return { cycles, loadMs: cycleMs - idleMs, idleMs };
}
