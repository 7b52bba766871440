import type { Clock } from "../time/clock.ts";

/** How often a comment shows that a stream is alive, in milliseconds. */
const HEARTBEAT = 15_000;

/** Chunks that wait for a client that reads slowly before it is cut off. */
const MAX_WAITING = 64;

/** Streams that are open at a time, over all clients. */
const MAX_STREAMS = 200;

/** One stream of server-sent events. */
export interface SseSink {
	/** Adds text of the format; all of one turn is written at its end. */
	send(text: string): void;
	/** Ends the stream once everything is written. */
	finish(): void;
}

let open = 0;

/** Whether another stream may be opened. */
export function streamsLeft(): boolean {
	return open < MAX_STREAMS;
}

/**
 * A stream of server-sent events (HTML Living Standard, section 9.2). The sender never waits: a client that does not
 * read is cut off, and comes back.
 *
 * @param begin starts what is sent. @returns how to end that.
 * @param sign what shows every 15 s that the stream is alive; a comment by default, which scripts of pages do not see.
 */
export function openSse(
	clock: Clock,
	begin: (sink: SseSink) => () => void,
	sign = ": alive\n\n",
): ReadableStream<Uint8Array> {
	let stream: OpenStream | undefined;
	return new ReadableStream<Uint8Array>(
		{
			start: (controller) => {
				stream = new OpenStream(controller, clock, begin, sign);
			},
			cancel: () => stream?.close(),
		},
		{ highWaterMark: MAX_WAITING },
	);
}

/** One event of the format; the data must have no line breaks. */
export function sseEvent(event: string, data: string, id?: string): string {
	return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;
}

/** The headers of the answer. */
export const SSE_HEADERS: Readonly<Record<string, string>> = {
	"Content-Type": "text/event-stream; charset=utf-8",
	// Proxies such as nginx would gather the events otherwise.
	"X-Accel-Buffering": "no",
};

class OpenStream implements SseSink {
	readonly #controller: ReadableStreamDefaultController<Uint8Array>;
	readonly #clock: Clock;
	readonly #end: () => void;
	readonly #sign: string;
	#stopHeartbeat: () => void;
	#gathered = "";
	#state: "open" | "finishing" | "closed" = "open";

	constructor(
		controller: ReadableStreamDefaultController<Uint8Array>,
		clock: Clock,
		begin: (sink: SseSink) => () => void,
		sign: string,
	) {
		this.#controller = controller;
		this.#clock = clock;
		this.#sign = sign;
		open += 1;
		this.#stopHeartbeat = this.#beat();
		this.#end = begin(this);
	}

	send(text: string): void {
		if (this.#state !== "open") return;
		if (this.#gathered === "") setImmediate(() => this.#flush());
		this.#gathered += text;
	}

	finish(): void {
		if (this.#state !== "open") return;
		this.#state = "finishing";
		if (this.#gathered === "") setImmediate(() => this.#flush());
	}

	close(): void {
		if (this.#state === "closed") return;
		this.#state = "closed";
		open -= 1;
		this.#stopHeartbeat();
		this.#end();
	}

	#flush(): void {
		if (this.#state === "closed") return;
		if (this.#gathered !== "") this.#controller.enqueue(new TextEncoder().encode(this.#gathered));
		this.#gathered = "";
		const tooSlow = (this.#controller.desiredSize ?? 0) <= 0;
		if (this.#state === "open" && !tooSlow) return;
		this.close();
		this.#controller.close();
	}

	#beat(): () => void {
		return this.#clock.after(HEARTBEAT, () => {
			this.send(this.#sign);
			this.#stopHeartbeat = this.#beat();
		});
	}
}
