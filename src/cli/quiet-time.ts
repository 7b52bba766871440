import type { CallEvent } from "../call/events.ts";
import type { Clock } from "../sip/reliability/types.ts";

/** How long nobody has to call before memory is given back, in milliseconds. */
const PAUSE = 5000;

/** When what the transaction layer remembers of the last calls is over too: 64*T1 and a little. */
const FORGOTTEN = 40_000;

export interface QuietTimeOptions {
	readonly clock: Clock;
	/** Calls that are not over. */
	readonly openCalls: () => number;
	/** Collects garbage; takes some hundredths of a second, in which nothing else happens. */
	readonly collect: () => void;
}

/**
 * Gives memory back when the calls of a busy time are over. The runtime collects garbage while more is
 * made, so that a server with nothing to do would keep what it needed at its busiest.
 *
 * @returns the listener for the stream of call events.
 */
export function collectInQuietTimes({
	clock,
	openCalls,
	collect,
}: QuietTimeOptions): (event: CallEvent) => void {
	let stopTimer: (() => void) | undefined;
	const wait = (delay: number, then: () => void): void => {
		stopTimer = clock.after(delay, () => {
			stopTimer = undefined;
			then();
		});
	};
	return (event) => {
		if (event.kind === "placed") {
			stopTimer?.();
			stopTimer = undefined;
		}
		if (event.kind !== "state" || event.call.state !== "ended" || stopTimer) return;
		wait(PAUSE, () => {
			if (openCalls() > 0) return;
			collect();
			wait(FORGOTTEN, collect);
		});
	};
}
