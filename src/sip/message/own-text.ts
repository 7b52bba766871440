import { Buffer } from "node:buffer";

/** Long enough for addresses and tags. */
const scratch = Buffer.alloc(2048);

/** What one character takes in UTF-8 at most; a pair of surrogates takes four together. */
const MOST_BYTES = 3;

/**
 * A copy of a piece of a received message, for what is kept: the engine takes the piece for a view of the whole
 * message, which then stays in memory as long as the piece.
 *
 * @param text well-formed, as all that was decoded from UTF-8.
 */
export function ownText(text: string): string {
	return text.length * MOST_BYTES > scratch.length
		? Buffer.from(text).toString()
		: scratch.toString("utf8", 0, scratch.write(text));
}
