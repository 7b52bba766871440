import type { LogContext, LogLevel } from "./logger.ts";
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

/**
 * One event: time, level, part, call id (`-` when there is none), message.
 *
 * STACK messages keep their line breaks: what follows the first line is indented by four spaces, and
 * credentials are taken out.
 *
 * @returns the text with its final line break
 */
export function formatLogLine(
	time: string,
	level: LogLevel,
	{ part = "-", call = "-" }: LogContext,
	message: string,
): string {
	// All of it in one step, as each further one would make a text of its own.
	if (level !== "STACK") return `${time} ${COLUMN[level]} ${part} ${call} ${escapeLogText(message)}\n`;
	const head = `${time} ${COLUMN[level]} ${part} ${call} `;
	const lines = redactSip(message)
		.replace(/(?:\r?\n)+$/, "")
		.split(/\r?\n/);
	return `${head}${lines.map(escapeLogText).join("\n    ")}\n`;
}

/** Times as lines have them. On a busy server many lines have the same. */
export class LineTimes {
	#now = Number.NaN;
	#text = "";

	/** @param now in milliseconds since 1970. */
	textOf(now: number): string {
		if (now !== this.#now) this.#text = new Date(now).toISOString();
		this.#now = now;
		return this.#text;
	}
}

/** Texts one after the other, in UTF-8. */
export function encodeAll(texts: readonly string[]): Uint8Array {
	let octets = 0;
	for (const text of texts) octets += Buffer.byteLength(text);
	const bytes = Buffer.allocUnsafeSlow(octets);
	let end = 0;
	for (const text of texts) end += bytes.write(text, end);
	return bytes;
}

/** Number of line breaks in a text. */
export function countLines(text: string): number {
	let lines = 0;
	for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
	return lines;
}
