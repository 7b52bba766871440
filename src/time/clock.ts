/** The source of time; tests pass their own. */
export interface Clock {
	/** Milliseconds of a clock that never steps. */
	now(): number;
	/** Runs `task` once after `delay` milliseconds; the returned function stops it. */
	after(delay: number, task: () => void): () => void;
}
