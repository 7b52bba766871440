import { ByteBuffer } from "../net/byte-buffer.ts";
import type { Broken } from "./broken.ts";
import { isWhiteSpace } from "./characters.ts";
import { NO_UTF_8 } from "./encoding.ts";
import { Lexer } from "./lexer.ts";
import { isPlainRequest, REQUEST_END, ROOT_END } from "./plain-request.ts";

/** Longest request in bytes, from its first `<` to the end of its root element. */
export const MAX_REQUEST_BYTES = 65_536;

/** Longest request that is looked at as a whole, in bytes: a few fields are shorter, and too few for a limit. */
const MAX_PLAIN_BYTES = 1024;

/** Memory that is kept for the requests to come, in bytes. */
const KEPT_BYTES = 2048;

/** One request as it was sent. */
export interface RequestFrame {
	readonly kind: "request";
	/** From the first `<` to the end of the root's closing tag: a character for each byte. */
	readonly text: string;
	/** Whether it is written the way the manual shows it. */
	readonly plain: boolean;
	/** Number of characters up to the end of `</Request>`, or else of `</Hangup>` or `</Status>`; absent when there is none. */
	readonly requestEnd?: number | undefined;
	/** False when the tags show that it is not well-formed. */
	readonly sound: boolean;
	/** Of what it has too much to be parsed, as a sentence. */
	readonly excess?: string | undefined;
	/** Whether a byte order mark said before it that it is in UTF-8, whatever it declares. */
	readonly marked: boolean;
}

/** Where the next request starts cannot be known: nothing more can be read from this stream. */
export interface BrokenFrame {
	readonly kind: "broken";
	readonly reason: string;
	/** What the client is told, when there is more to say than that it is not well-formed. */
	readonly text?: string;
}

export type Frame = RequestFrame | BrokenFrame;

const LT = 0x3c;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
/** Either is the first byte of a byte order mark of UTF-16, and cannot stand in UTF-8. */
const NO_UTF_8_MARKS = new Set([0xfe, 0xff]);

/**
 * Cuts a stream of bytes, in any pieces, into requests. Each byte is looked at once, but for requests that have come
 * whole and look plain: those that are, which are nearly all, need no lexer. White space, NULs (which some
 * clients end each request with) and a byte order mark between requests are skipped; anything else there breaks the
 * stream, so that a web page that posts to this port reaches nothing.
 */
export class Framer {
	readonly #held = new ByteBuffer(KEPT_BYTES);
	/** How many of the bytes held were looked at. */
	#seen = 0;
	/** Absent between two requests. */
	#lexer: Lexer | undefined;
	#requestEnd: number | undefined;
	#orderEnd: number | undefined;
	#markBytes = 0;
	#marked = false;
	#broken = false;

	/** True when a request has begun and its end has not come yet. */
	get partial(): boolean {
		return this.#lexer !== undefined;
	}

	/** Bytes that were not looked at yet. */
	get unread(): number {
		return this.#held.length - this.#seen;
	}

	/** Takes the next bytes; those after a broken frame are dropped. */
	push(chunk: Uint8Array): void {
		if (!this.#broken) this.#held.append(chunk);
	}

	/** The next frame; undefined when more bytes are needed. */
	next(): Frame | undefined {
		const held = this.#held;
		const { length } = held;
		let between = 0;
		for (let at = this.#seen; at < length; at++) {
			const byte = held.at(at);
			if (!this.#lexer) {
				if (byte !== LT || this.#markBytes > 0) {
					if (!this.#skip(byte)) return this.#breakOff(strayByte(byte));
					between = at + 1;
					continue;
				}
				const plain = this.#plain(at);
				if (plain) return plain;
				this.#lexer = new Lexer();
			}
			const frame = this.#step(this.#lexer, byte, at + 1 - between, between);
			if (frame) return frame;
		}
		held.drop(between);
		this.#seen = length - between;
		return undefined;
	}

	/** Drops what was not looked at; nothing comes any more. */
	stop(): void {
		this.#broken = true;
		this.#held.clear();
		this.#seen = 0;
		this.#lexer = undefined;
	}

	/** A plain request that starts at this byte, if there is one and it is there whole. */
	#plain(start: number): RequestFrame | undefined {
		const rootEnd = this.#held.indexOf(ROOT_END, start);
		const end = rootEnd + ROOT_END.length;
		if (rootEnd < 0 || end - start > MAX_PLAIN_BYTES) return undefined;
		const text = this.#held.text(start, end);
		if (!isPlainRequest(text)) return undefined;
		// What stands between requests would need a turn of its own.
		let next = end;
		while (next < this.#held.length && isFiller(this.#held.at(next))) next++;
		this.#held.drop(next);
		const requestEnd = text.lastIndexOf(REQUEST_END) + REQUEST_END.length;
		return this.#request({
			kind: "request",
			text,
			plain: true,
			requestEnd,
			sound: true,
			marked: this.#marked,
		});
	}

	/** @param size bytes of the request so far. @param start where it starts among those held. */
	#step(lexer: Lexer, byte: number, size: number, start: number): Frame | undefined {
		if (size > MAX_REQUEST_BYTES)
			return this.#breakOff({ broken: `a request over ${MAX_REQUEST_BYTES} bytes` });
		const step = lexer.step(byte);
		switch (step) {
			case "more":
				return undefined;
			case "request-end":
				this.#requestEnd ??= size;
				return undefined;
			case "order-end":
				this.#orderEnd ??= size;
				return undefined;
			case "done":
				this.#held.drop(start);
				return this.#finish(lexer, size);
			default:
				return this.#breakOff(step);
		}
	}

	#finish(lexer: Lexer, size: number): RequestFrame {
		const requestEnd = this.#requestEnd ?? this.#orderEnd;
		const { sound, excess } = lexer;
		this.#lexer = undefined;
		this.#requestEnd = undefined;
		this.#orderEnd = undefined;
		const text = this.#held.text(0, size);
		this.#held.drop(size);
		return this.#request({
			kind: "request",
			text,
			plain: false,
			requestEnd,
			sound,
			excess,
			marked: this.#marked,
		});
	}

	/** The next one starts anew. */
	#request(frame: RequestFrame): RequestFrame {
		this.#seen = 0;
		this.#marked = false;
		return frame;
	}

	/** A byte between requests. @returns false when none may stand there. */
	#skip(byte: number): boolean {
		if (byte === BYTE_ORDER_MARK[this.#markBytes]) {
			this.#markBytes = (this.#markBytes + 1) % BYTE_ORDER_MARK.length;
			this.#marked = this.#markBytes === 0;
			return true;
		}
		return this.#markBytes === 0 && isFiller(byte);
	}

	#breakOff({ broken, text }: Broken): BrokenFrame {
		this.stop();
		return { kind: "broken", reason: broken, ...(text !== undefined && { text }) };
	}
}

/** What may stand between requests. */
function isFiller(byte: number): boolean {
	return byte === 0 || isWhiteSpace(byte);
}

function strayByte(byte: number): Broken {
	return NO_UTF_8_MARKS.has(byte) ? NO_UTF_8 : { broken: "text between requests" };
}
