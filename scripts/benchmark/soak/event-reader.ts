/** What the reader of the events tells. */
export interface EventListener {
	/** A call is over. */
	ended(id: string): void;
	/** The stream ended, by whichever side. */
	closed(reason: string): void;
}

/** Finds whole events in the data of a stream, which arrives in pieces of any size. */
export class EventScanner {
	readonly #listener: (event: string, data: string) => void;
	#rest = "";

	constructor(listener: (event: string, data: string) => void) {
		this.#listener = listener;
	}

	push(text: string): void {
		const pieces = (this.#rest + text).split("\n\n");
		this.#rest = pieces.pop() ?? "";
		for (const piece of pieces) {
			const lines = piece.split("\n");
			const field = (name: string): string =>
				lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? "";
			if (field("event") !== "") this.#listener(field("event"), field("data"));
		}
	}
}

/** Follows the stream of all events until it is stopped. */
export class EventReader {
	readonly #controller = new AbortController();

	private constructor() {}

	/** @throws {Error} when the server does not answer with a stream. */
	static async open(url: string, listener: EventListener): Promise<EventReader> {
		const reader = new EventReader();
		const { signal } = reader.#controller;
		const response = await fetch(url, { signal, timeout: false });
		if (!response.ok || !response.body) throw new Error(`${url}: ${response.status}`);
		const { body } = response;
		const scanner = new EventScanner((event, data) => {
			if (event !== "state") return;
			const { call }: { call: { id: string; state: string } } = JSON.parse(data);
			if (call.state === "ended") listener.ended(call.id);
		});
		const read = async (): Promise<void> => {
			const decoder = new TextDecoder();
			for await (const chunk of body) scanner.push(decoder.decode(chunk, { stream: true }));
			listener.closed("the server ended it");
		};
		read().catch((error: unknown) => {
			if (!signal.aborted) listener.closed(String(error));
		});
		return reader;
	}

	stop(): void {
		this.#controller.abort();
	}
}
