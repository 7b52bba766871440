import type { LiveCalls } from "../live/live-calls.ts";
import type { LiveEvent } from "../live/types.ts";
import type { Clock } from "../time/clock.ts";
import { openSse, sseEvent } from "./sse.ts";

export interface EventStreamOptions {
	readonly live: LiveCalls;
	readonly clock: Clock;
	/** The value of Last-Event-ID, when the client comes back. */
	readonly lastEventId?: string | undefined;
	/** Which events are sent; all by default. */
	readonly wants?: (event: LiveEvent) => boolean;
	/** After which event the stream ends; none by default. */
	readonly endsWith?: (event: LiveEvent) => boolean;
	/** Whether nothing comes after the first event. */
	readonly endsAtOnce?: boolean;
	/** Data of the `snapshot` that a client gets first when it has missed more than is known, or everything. */
	readonly snapshot: () => string;
	/** Whether that is a list of all calls, of which there is a new one when other boxes are lost or seen again. */
	readonly listsAll?: boolean;
	/** What an event is as text, without line breaks. */
	readonly write: (event: LiveEvent) => string;
}

/** What happens to the calls, as server-sent events. */
export function eventStream(options: EventStreamOptions): ReadableStream<Uint8Array> {
	const { live, clock, wants, endsWith, endsAtOnce, snapshot, listsAll, write } = options;
	const idOf = (number: number): string => `${live.run}.${number}`;
	const current = (): string => sseEvent("snapshot", snapshot(), idOf(live.latest));
	return openSse(clock, (sink) => {
		const hear = (event: LiveEvent): void => {
			if (wants && !wants(event)) return;
			sink.send(sseEvent(event.kind, write(event), idOf(event.number)));
			if (endsWith?.(event)) sink.finish();
		};
		const missed = missedEvents(live, options.lastEventId);
		if (missed) {
			for (const event of missed) hear(event);
		} else {
			// The time to wait is for browsers, which otherwise wait three seconds and more.
			sink.send(`retry: 1000\n${current()}`);
		}
		if (endsAtOnce) sink.finish();
		const ends = [live.subscribe(hear)];
		if (listsAll) ends.push(live.sight.watch(() => sink.send(current())));
		return () => {
			for (const end of ends) end();
		};
	});
}

/**
 * What a client that comes back has missed; undefined when that is not known.
 *
 * @param lastEventId the value of Last-Event-ID.
 */
export function missedEvents(
	live: LiveCalls,
	lastEventId: string | undefined,
): readonly LiveEvent[] | undefined {
	const [, run, number] = /^(\w+)\.(\d{1,15})$/.exec(lastEventId ?? "") ?? [];
	return run === live.run ? live.since(Number(number)) : undefined;
}
