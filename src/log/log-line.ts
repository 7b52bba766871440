import type { LogLevel } from "./logger.ts";
import { redactSip } from "./redact.ts";

/**
 * What must not reach a terminal or break a line: C0 and C1 controls, DEL, and the line and paragraph
 * separators. TAB is harmless.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find.
const UNSAFE = /[\0-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]/;
const ALL_UNSAFE = new RegExp(UNSAFE.source, "g");

/** The levels, each as wide as the widest. */
const COLUMN: Readonly<Record<LogLevel, string>> = {
	NONE: "NONE   ",
	CRIT: "CRIT   ",
	ERR: "ERR    ",
	WARNING: "WARNING",
	INFO: "INFO   ",
	DEBUG: "DEBUG  ",
	STACK: "STACK  ",
};

function escapeCharacter(character: string): string {
	if (character === "\n") return "\\n";
	if (character === "\r") return "\\r";
	const code = character.charCodeAt(0);
	return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
}

/** Makes a text fit for one line of a log. */
export function escapeLogText(text: string): string {
	return UNSAFE.test(text) ? text.replace(ALL_UNSAFE, escapeCharacter) : text;
}

/** Makes the lines of a log. On a busy server many of them begin alike. */
export class LineFormat {
	#now = Number.NaN;
	/** The second of the last line, and how its time begins. */
	#second = Number.NaN;
	#secondText = "";
	#level: LogLevel = "NONE";
	#part = "";
	/** What a line with these begins with. */
	#head = "";

	/**
	 * One event: time, level, part, call id (`-` when there is none), message.
	 *
	 * STACK messages keep their line breaks: what follows the first line is indented by four spaces, and
	 * credentials are taken out.
	 *
	 * @param now in milliseconds since 1970.
	 * @param part as in a context, and so is the call.
	 * @returns the text with its final line break
	 */
	line(now: number, level: LogLevel, message: string, part = "-", call = "-"): string {
		const head = this.#headOf(now, level, part);
		if (level !== "STACK") return `${head}${call} ${escapeLogText(message)}\n`;
		const lines = redactSip(message)
			.replace(/(?:\r?\n)+$/, "")
			.split(/\r?\n/);
		return `${head}${call} ${lines.map(escapeLogText).join("\n    ")}\n`;
	}

	#headOf(now: number, level: LogLevel, part: string): string {
		if (now === this.#now && level === this.#level && part === this.#part) return this.#head;
		this.#now = now;
		this.#level = level;
		this.#part = part;
		this.#head = `${this.#timeText(now)} ${COLUMN[level]} ${part} `;
		return this.#head;
	}

	/** In ISO 8601, which the engine takes long to write. */
	#timeText(now: number): string {
		const second = Math.floor(now / 1000);
		if (second !== this.#second) {
			this.#second = second;
			this.#secondText = new Date(second * 1000).toISOString().slice(0, -"000Z".length);
		}
		const thousandths = Math.floor(now - second * 1000);
		return `${this.#secondText}${String(1000 + thousandths).slice(1)}Z`;
	}
}

/** Puts the lines of a batch together, in memory that is used again as long as batches are about as long. */
export class BatchEncoder {
	#page = Buffer.alloc(0);

	/** The texts one after the other, in UTF-8; valid until the next call. */
	encode(texts: readonly string[]): Uint8Array {
		let octets = 0;
		for (const text of texts) octets += Buffer.byteLength(text);
		if (octets > this.#page.length || octets < this.#page.length / 8)
			this.#page = Buffer.allocUnsafeSlow(Math.ceil(octets * 1.5));
		let end = 0;
		for (const text of texts) end += this.#page.write(text, end);
		return this.#page.subarray(0, end);
	}
}

/** Number of line breaks in a text. */
export function countLines(text: string): number {
	let lines = 0;
	for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
	return lines;
}
