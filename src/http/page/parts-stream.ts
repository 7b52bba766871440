import type { LiveCalls } from "../../live/live-calls.ts";
import type { LiveEvent } from "../../live/types.ts";
import type { Clock } from "../../time/clock.ts";
import { openSse, sseEvent } from "../../web/sse.ts";

/** The parts of a page as they are now, by the id of their element. */
export interface PageParts {
	readonly parts: Readonly<Record<string, string>>;
	/** What a screen reader says after a change. */
	readonly announcement: string;
	/** What the tab says. */
	readonly title?: string;
	/** Whether nothing changes any more. */
	readonly done?: boolean;
}

export interface LivePartsOptions {
	readonly live: LiveCalls;
	readonly clock: Clock;
	/** Whether the event can have changed the page; all can by default. */
	readonly concerns?: (event: LiveEvent) => boolean;
	readonly render: () => PageParts;
}

/** Takes the parts as an event of a stream, and whether it is the last one. */
export type PartsListener = (event: string, last: boolean) => void;

/**
 * Least time between two versions of a page, in milliseconds: people see no more, and a busy server has better to do. It
 * leaves another box the time to tell of its calls within 300 ms.
 */
const PAUSE = 150;

/**
 * The parts of a page, whenever they have changed. They are rendered once for all viewers, and not at all without
 * viewers.
 */
export class LiveParts {
	readonly #options: LivePartsOptions;
	readonly #listeners = new Set<PartsListener>();
	#data = "";
	#event = "";
	#done = false;
	#changed = false;
	#stopTimer: (() => void) | undefined;
	#unsubscribe: (() => void) | undefined;

	constructor(options: LivePartsOptions) {
		this.#options = options;
	}

	/** @param listener gets the parts as they are now at once, and then each change. @returns how to end that. */
	subscribe(listener: PartsListener): () => void {
		this.#unsubscribe ??= this.#watch();
		this.#update();
		this.#listeners.add(listener);
		listener(this.#event, this.#done);
		return () => {
			this.#listeners.delete(listener);
			if (this.#listeners.size === 0) this.#rest();
		};
	}

	#watch(): () => void {
		const { live, concerns } = this.#options;
		const ends = [
			live.subscribe((event) => {
				if (concerns?.(event) !== false) this.#change();
			}),
			live.sight.watch(() => this.#change()),
		];
		return () => {
			for (const end of ends) end();
		};
	}

	#change(): void {
		this.#changed = true;
		// Not at once: an event is heard in the middle of the call's work.
		this.#stopTimer ??= this.#options.clock.after(0, () => this.#tick());
	}

	#tick(): void {
		this.#stopTimer = undefined;
		if (!this.#changed) return;
		this.#stopTimer = this.#options.clock.after(PAUSE, () => this.#tick());
		this.#update();
	}

	#update(): void {
		this.#changed = false;
		const { done = false, ...page } = this.#options.render();
		const data = JSON.stringify(page);
		if (data === this.#data && done === this.#done) return;
		this.#data = data;
		this.#event = sseEvent("parts", data);
		this.#done = done;
		for (const listener of this.#listeners) listener(this.#event, done);
	}

	#rest(): void {
		this.#unsubscribe?.();
		this.#unsubscribe = undefined;
		this.#stopTimer?.();
		this.#stopTimer = undefined;
	}
}

/** The parts of a page as server-sent events. */
export function partsStream(clock: Clock, parts: LiveParts): ReadableStream<Uint8Array> {
	return openSse(
		clock,
		(sink) => {
			sink.send("retry: 1000\n\n");
			return parts.subscribe((event, last) => {
				sink.send(event);
				if (!last) return;
				sink.send(sseEvent("end", "{}"));
				sink.finish();
			});
		},
		sseEvent("alive", "{}"),
	);
}

/** Tells a page that its call is no longer followed, so that it loads again. */
export function goneStream(clock: Clock): ReadableStream<Uint8Array> {
	return openSse(clock, (sink) => {
		sink.send(sseEvent("gone", "{}"));
		sink.finish();
		return () => {};
	});
}
