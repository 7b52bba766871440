import type { LiveCalls } from "../live/live-calls.ts";
import type { LiveEvent } from "../live/types.ts";
import type { Clock } from "../sip/reliability/types.ts";

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
	/** The first event of a client that has missed something, or everything. */
	readonly snapshot: () => { readonly event: string; readonly data: string };
	/** What an event is as text, without line breaks. */
	readonly write: (event: LiveEvent) => string;
}

/** How often a comment shows that the stream is alive, in milliseconds. */
const HEARTBEAT = 15_000;

/** Chunks that wait for a client that reads slowly before it is cut off. */
const MAX_WAITING = 64;

/** Streams that are open at a time, over all clients. */
const MAX_STREAMS = 200;

let open = 0;

/** Whether another stream may be opened. */
export function streamsLeft(): boolean {
	return open < MAX_STREAMS;
}

/**
 * What happens to the calls, as server-sent events (HTML Living Standard, section 9.2). Events are gathered while the
 * calls do their work and written at the end of the turn; a client that does not read is cut off, and comes back.
 */
export function eventStream(options: EventStreamOptions): ReadableStream<Uint8Array> {
	let stream: OpenStream | undefined;
	return new ReadableStream<Uint8Array>(
		{
			start: (controller) => {
				stream = new OpenStream(controller, options);
			},
			cancel: () => stream?.close(),
		},
		{ highWaterMark: MAX_WAITING },
	);
}

class OpenStream {
	readonly #controller: ReadableStreamDefaultController<Uint8Array>;
	readonly #options: EventStreamOptions;
	readonly #unsubscribe: () => void;
	#stopHeartbeat: () => void;
	#gathered = "";
	#ending = false;
	#closed = false;

	constructor(controller: ReadableStreamDefaultController<Uint8Array>, options: EventStreamOptions) {
		this.#controller = controller;
		this.#options = options;
		open += 1;
		this.#unsubscribe = options.live.subscribe((event) => this.#hear(event));
		this.#stopHeartbeat = this.#beat();
		const missed = missedEvents(options);
		if (missed) for (const event of missed) this.#hear(event);
		else this.#begin();
		if (options.endsAtOnce) this.#finish();
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		open -= 1;
		this.#unsubscribe();
		this.#stopHeartbeat();
	}

	#begin(): void {
		const { live, snapshot } = this.#options;
		const { event, data } = snapshot();
		// The time to wait is for browsers, which otherwise wait three seconds and more.
		this.#gather(`retry: 1000\nid: ${live.run}.${live.latest}\nevent: ${event}\ndata: ${data}\n\n`);
	}

	#hear(event: LiveEvent): void {
		const { live, wants, endsWith, write } = this.#options;
		if (this.#ending || (wants && !wants(event))) return;
		this.#gather(`id: ${live.run}.${event.number}\nevent: ${event.kind}\ndata: ${write(event)}\n\n`);
		if (endsWith?.(event)) this.#finish();
	}

	/** Ends the stream once what was gathered is written. */
	#finish(): void {
		this.#ending = true;
		if (this.#gathered === "") setImmediate(() => this.#send());
	}

	#gather(text: string): void {
		if (this.#gathered === "") setImmediate(() => this.#send());
		this.#gathered += text;
	}

	#send(): void {
		if (this.#closed) return;
		if (this.#gathered !== "") this.#controller.enqueue(new TextEncoder().encode(this.#gathered));
		this.#gathered = "";
		const tooSlow = (this.#controller.desiredSize ?? 0) <= 0;
		if (!this.#ending && !tooSlow) return;
		this.close();
		this.#controller.close();
	}

	#beat(): () => void {
		return this.#options.clock.after(HEARTBEAT, () => {
			this.#gather(": alive\n\n");
			this.#stopHeartbeat = this.#beat();
		});
	}
}

/** What a client that comes back has missed; undefined when that is not known. */
function missedEvents({ live, lastEventId }: EventStreamOptions): readonly LiveEvent[] | undefined {
	const [, run, number] = /^(\w+)\.(\d{1,15})$/.exec(lastEventId ?? "") ?? [];
	return run === live.run ? live.since(Number(number)) : undefined;
}
