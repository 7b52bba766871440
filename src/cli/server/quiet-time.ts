import type { Clock } from "../../time/clock.ts";

/** How long all calls must be quiet before memory is given back, in milliseconds. */
const PAUSE = 2000;

/** When what the transaction layer remembers of the last calls is over too: 64*T1 and a little. */
const FORGOTTEN = 40_000;

/** So few events, those of some 25 calls, leave too little garbage to be worth it: some 6 MB. */
const FEW = 250;

export interface QuietTimeOptions {
	readonly clock: Clock;
	/** Collects garbage; takes some hundredths of a second, in which nothing else happens. */
	readonly collect: () => void;
	/**
	 * Collects garbage and, where memory is scarce, drops what can be made again: compiled code. The next call then takes
	 * about as long as the first one after the start.
	 */
	readonly shrink: () => void;
}

/**
 * Gives memory back after a busy time. The runtime collects garbage only while more is made, so a server with
 * nothing to do would keep what it needed at its peak. Only events in calls delay this, not calls in progress. A few
 * calls now and then bring none of it about, so that they find the code compiled that they run.
 *
 * @returns a listener for the stream of call events, to be called with each.
 */
export function collectInQuietTimes({ clock, collect, shrink }: QuietTimeOptions): () => void {
	/**
	 *     idle --event--> busy --2 s without one--> remembering --40 s without one--> idle
	 *      ^               | ^-----------event------------'
	 *      '-- few, 2 s ---'
	 */
	let state: "idle" | "busy" | "remembering" = "idle";
	/** Since the last collection; the start leaves more behind than many calls. */
	let events = FEW;
	/** Whether garbage has been collected, and the code not dropped since. */
	let shrinkDue = false;
	let lastEvent = 0;
	let stopTimer: (() => void) | undefined;
	const check = (): void => {
		const remaining = lastEvent + PAUSE - clock.now();
		if (remaining > 0) {
			stopTimer = clock.after(remaining, check);
			return;
		}
		const many = events >= FEW;
		if (!many && !shrinkDue) {
			state = "idle";
			return;
		}
		state = "remembering";
		shrinkDue = true;
		stopTimer = clock.after(FORGOTTEN, () => {
			state = "idle";
			shrinkDue = false;
			shrink();
		});
		if (!many) return;
		events = 0;
		collect();
	};
	return () => {
		lastEvent = clock.now();
		events += 1;
		if (state === "busy") return;
		state = "busy";
		stopTimer?.();
		stopTimer = clock.after(PAUSE, check);
	};
}
