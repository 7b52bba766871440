/** One event of a stream. */
export interface Sent {
	readonly id?: string | undefined;
	readonly event?: string | undefined;
	readonly data?: string | undefined;
}

/** Reads a stream of events one by one; comments are left out. */
export class EventReader {
	readonly #reader: { read(): Promise<{ done: boolean; value?: Uint8Array }>; cancel(): Promise<void> };
	#text = "";

	constructor(response: Response) {
		if (!response.body) throw new Error("no body");
		this.#reader = response.body.getReader();
	}

	/** @returns undefined at the end of the stream. */
	async next(): Promise<Sent | undefined> {
		for (;;) {
			const end = this.#text.indexOf("\n\n");
			if (end >= 0) {
				const block = this.#text.slice(0, end);
				this.#text = this.#text.slice(end + 2);
				const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
				return { id: field("id"), event: field("event"), data: field("data") };
			}
			const { done, value } = await this.#reader.read();
			if (done) return undefined;
			this.#text += new TextDecoder().decode(value);
		}
	}

	async close(): Promise<void> {
		await this.#reader.cancel();
	}
}
