import type { Clock } from "./clock.ts";

/**
 * Does the same as `AbortSignal.timeout`, on any clock. On the background clock it need not be stopped.
 *
 * @param milliseconds from now.
 */
export function abortIn(clock: Clock, milliseconds: number): AbortSignal {
	const controller = new AbortController();
	clock.after(milliseconds, () =>
		controller.abort(new DOMException(`no answer within ${milliseconds / 1000} s`, "TimeoutError")),
	);
	return controller.signal;
}
