import type { Clock } from "../../time/clock.ts";

/** How long all calls must be quiet before memory is given back, in milliseconds. */
const PAUSE = 2000;

/** When what the transaction layer remembers of the last calls is over too: 64*T1 and a little. */
const FORGOTTEN = 40_000;

export interface QuietTimeOptions {
	readonly clock: Clock;
	/** Collects garbage; takes some hundredths of a second, in which nothing else happens. */
	readonly collect: () => void;
	/**
	 * Collects garbage and drops what can be made again: compiled code. The next call takes about as long as the first
	 * one after the start.
	 */
	readonly shrink: () => void;
}

/**
 * Gives memory back after a busy time. The runtime collects garbage only while more is made, so a server with
 * nothing to do would keep what it needed at its peak. Only events in calls delay this, not calls in progress.
 *
 * @returns a listener for the stream of call events, to be called with each.
 */
export function collectInQuietTimes({ clock, collect, shrink }: QuietTimeOptions): () => void {
	/**
	 *     idle --event--> busy --2 s without one--> remembering --40 s without one--> idle
	 *                      ^-----------event------------'
	 */
	let state: "idle" | "busy" | "remembering" = "idle";
	let lastEvent = 0;
	let stopTimer: (() => void) | undefined;
	const check = (): void => {
		const remaining = lastEvent + PAUSE - clock.now();
		if (remaining > 0) {
			stopTimer = clock.after(remaining, check);
			return;
		}
		state = "remembering";
		stopTimer = clock.after(FORGOTTEN, () => {
			state = "idle";
			shrink();
		});
		collect();
	};
	return () => {
		lastEvent = clock.now();
		if (state === "busy") return;
		state = "busy";
		stopTimer?.();
		stopTimer = clock.after(PAUSE, check);
	};
}
