import type { LiveCalls } from "../../live/live-calls.ts";
import type { LiveEvent } from "../../live/types.ts";
import type { Clock } from "../../sip/reliability/types.ts";
import { openSse, sseEvent } from "../sse.ts";

/** The parts of a page as they are now, by the id of their element. */
export interface PageParts {
	readonly parts: Readonly<Record<string, string>>;
	/** What a screen reader says when it has changed. */
	readonly announcement: string;
	/** Whether nothing changes any more. */
	readonly done?: boolean;
}

export interface PartsStreamOptions {
	readonly live: LiveCalls;
	readonly clock: Clock;
	/** Whether the event can have changed the page; all can by default. */
	readonly concerns?: (event: LiveEvent) => boolean;
	readonly render: () => PageParts;
}

/** Least time between two versions of a page, in milliseconds: people see no more, and a busy server has better to do. */
const PAUSE = 250;

/** The parts of a page whenever they have changed, as server-sent events. */
export function partsStream({
	live,
	clock,
	concerns,
	render,
}: PartsStreamOptions): ReadableStream<Uint8Array> {
	return openSse(
		clock,
		(sink) => {
			let sent = "";
			let stopTimer: (() => void) | undefined;
			let changed = false;
			const send = (): void => {
				changed = false;
				const { done, ...page } = render();
				const data = JSON.stringify(page);
				if (data !== sent) sink.send(sseEvent("parts", data));
				sent = data;
				if (done) {
					sink.send(sseEvent("end", "{}"));
					sink.finish();
				}
			};
			const wait = (): void => {
				stopTimer = clock.after(PAUSE, () => {
					stopTimer = undefined;
					if (!changed) return;
					send();
					wait();
				});
			};
			sink.send("retry: 1000\n\n");
			send();
			const unsubscribe = live.subscribe((event) => {
				if (concerns && !concerns(event)) return;
				changed = true;
				// Not at once: an event is heard in the middle of the call's work.
				if (!stopTimer) {
					stopTimer = clock.after(0, () => {
						send();
						wait();
					});
				}
			});
			return () => {
				unsubscribe();
				stopTimer?.();
			};
		},
		sseEvent("alive", "{}"),
	);
}

/** Tells a page that what it shows is not followed any more, so that it is loaded again. */
export function goneStream(clock: Clock): ReadableStream<Uint8Array> {
	return openSse(clock, (sink) => {
		sink.send(sseEvent("gone", "{}"));
		sink.finish();
		return () => {};
	});
}
