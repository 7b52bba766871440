import { Buffer } from "node:buffer";

/** Long enough for addresses and tags. */
const scratch = Buffer.alloc(2048);

/** The most bytes one UTF-16 unit takes in UTF-8; a surrogate pair takes four. */
const MOST_BYTES = 3;

/**
 * A copy of part of a received message, for values that are kept. The engine makes a substring a view of the
 * whole message, which then stays in memory as long as the substring.
 *
 * @param text well-formed, like all text decoded from UTF-8.
 */
export function ownText(text: string): string {
	return text.length * MOST_BYTES > scratch.length
		? Buffer.from(text).toString()
		: scratch.toString("utf8", 0, scratch.write(text));
}
