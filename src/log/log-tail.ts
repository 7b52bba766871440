/** Longest text of a line that is kept, in characters: a whole SIP message can be 64 KB. */
const MAX_LENGTH = 4096;

/** The last lines of the log, for people who look at the server remotely. */
export class LogTail {
	readonly #lines: string[] = [];
	readonly #limit: number;

	/** @param limit lines that are kept. */
	constructor(limit = 200) {
		this.#limit = limit;
	}

	/** Oldest first, without line breaks at their ends. */
	get lines(): readonly string[] {
		return this.#lines.slice(-this.#limit).map((line) => line.trimEnd());
	}

	/** @param line as it stands in the log: what is secret has been taken out. */
	readonly add = (line: string): void => {
		const text = line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1).toWellFormed()}…` : line;
		this.#lines.push(text);
		// In one step for many: moving all of them up for each line would cost more than the line.
		if (this.#lines.length >= this.#limit * 2) this.#lines.splice(0, this.#limit);
	};
}
