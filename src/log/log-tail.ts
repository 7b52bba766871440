/** The last lines of the log, for who looks at the server from afar. */
export class LogTail {
	readonly #lines: string[] = [];
	readonly #limit: number;

	/** @param limit lines that are kept. */
	constructor(limit = 200) {
		this.#limit = limit;
	}

	/** Oldest first, without line breaks at their ends. */
	get lines(): readonly string[] {
		return this.#lines.slice(-this.#limit);
	}

	/** @param line as it stands in the log: what is secret has been taken out. */
	readonly add = (line: string): void => {
		this.#lines.push(line.trimEnd());
		// In one step for many: moving all of them up for each line would cost more than the line.
		if (this.#lines.length >= this.#limit * 2) this.#lines.splice(0, this.#limit);
	};
}
