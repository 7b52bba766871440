import type { PhoneClock } from "./timers.ts";

/** When something is sent again and when we give up; all in milliseconds. */
export interface RepeatPlan {
	/** First interval; each following one is twice as long. 0: never sent again. */
	readonly first: number;
	/** Longest interval. */
	readonly longest: number;
	/** Time from the start to giving up. */
	readonly deadline: number;
}

/**
 * Sends something repeatedly until it is stopped or time is up (RFC 3261 sections 13.3.1.4, 17.1 and 17.2).
 * The caller sends it the first time.
 *
 * @param send called for each repetition.
 * @param giveUp called once, at the deadline.
 * @returns a function that stops everything; harmless when called again.
 */
export function repeat(
	clock: PhoneClock,
	plan: RepeatPlan,
	send: () => void,
	giveUp: () => void,
): () => void {
	let interval = plan.first > 0 ? plan.first : plan.deadline;
	let elapsed = 0;
	let cancel = wait();

	function wait(): () => void {
		const step = Math.min(interval, plan.deadline - elapsed);
		return clock.after(step, () => {
			elapsed += step;
			if (elapsed >= plan.deadline) {
				giveUp();
				return;
			}
			interval = Math.min(interval * 2, plan.longest);
			cancel = wait();
			send();
		});
	}

	return () => cancel();
}
