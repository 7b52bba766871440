/** When calls were first told to be connected. */
export class Hearing {
	/** By the ids of the calls. */
	readonly heardAt = new Map<string, number>();
	/** How long after its own client, in milliseconds. */
	readonly times: number[] = [];
	readonly #pattern: RegExp;

	/** @param pattern finds the id of a call that is connected in a line. */
	constructor(
		readonly what: string,
		pattern: RegExp,
	) {
		this.#pattern = pattern;
	}

	async read(response: Response): Promise<void> {
		let text = "";
		for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
			const now = performance.now();
			text += chunk;
			const end = text.lastIndexOf("\n") + 1;
			for (const [, id = ""] of text.slice(0, end).matchAll(this.#pattern))
				if (!this.heardAt.has(id)) this.heardAt.set(id, now);
			text = text.slice(end);
		}
	}
}
