import type { ByteBuffer } from "../../net/byte-buffer.ts";

/** What a streamed body tells its connection. */
export interface StreamedBodyUser {
	/** The reader of the body waits for more of it. */
	wanted(): void;
	/** The reader has given it up. */
	givenUp(): void;
}

/** The body of one request, for a reader that takes it as it comes. */
export class StreamedBody {
	readonly stream: ReadableStream<Uint8Array>;
	#left: number;
	#controller: ReadableStreamDefaultController<Uint8Array> | undefined;
	#state: "coming" | "wanted" | "whole" | "given up" = "coming";

	/** @param octets its length. */
	constructor(octets: number, user: StreamedBodyUser) {
		this.#left = octets;
		this.stream = new ReadableStream<Uint8Array>(
			{
				start: (controller) => {
					this.#controller = controller;
				},
				pull: () => {
					if (this.#state !== "coming") return;
					this.#state = "wanted";
					user.wanted();
				},
				cancel: () => {
					this.#state = "given up";
					user.givenUp();
				},
			},
			// Nothing is taken before somebody reads: whoever may not upload is refused before it comes.
			{ highWaterMark: 0 },
		);
		if (octets === 0) this.#end();
	}

	/** Whether all of it has come. */
	get whole(): boolean {
		return this.#state === "whole";
	}

	/** Whether its reader waits for more. */
	get wanted(): boolean {
		return this.#state === "wanted";
	}

	/** Takes its octets off the front of what has come, if its reader waits for them. */
	take(held: ByteBuffer): void {
		if (!this.wanted || held.length === 0) return;
		const piece = held.take(Math.min(held.length, this.#left));
		this.#left -= piece.length;
		this.#state = "coming";
		this.#controller?.enqueue(piece);
		if (this.#left === 0) this.#end();
	}

	/** No more comes: the reader must not take a part for the whole. */
	fail(reason: string): void {
		if (this.#state === "whole" || this.#state === "given up") return;
		this.#state = "given up";
		this.#controller?.error(new Error(reason));
	}

	#end(): void {
		this.#state = "whole";
		this.#controller?.close();
	}
}
