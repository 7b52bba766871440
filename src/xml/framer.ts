import { ByteBuffer } from "./byte-buffer.ts";
import { isWhiteSpace } from "./characters.ts";
import { Lexer } from "./lexer.ts";

/** Longest request in bytes, from its first `<` to the end of its root element. */
export const MAX_REQUEST_BYTES = 65_536;

/** One request as it was sent. */
export interface RequestFrame {
	readonly kind: "request";
	/** From the first `<` to the end of the root's closing tag. */
	readonly bytes: Uint8Array;
	/** Number of bytes up to the end of `</Request>`, or else of `</Hangup>` or `</Status>`; absent when there is none. */
	readonly requestEnd?: number;
	/** False when the tags show that it is not well-formed. */
	readonly sound: boolean;
}

/** Where the next request starts can't be known: nothing more can be read from this stream. */
export interface BrokenFrame {
	readonly kind: "broken";
	readonly reason: string;
}

export type Frame = RequestFrame | BrokenFrame;

const LT = 0x3c;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/**
 * Cuts a stream of bytes, in any pieces, into requests. Each byte is looked at once. White space
 * and a byte order mark between requests are skipped; anything else there breaks the stream, so
 * that a web page that posts to this port reaches nothing.
 */
export class Framer {
	readonly #held = new ByteBuffer();
	/** Absent between two requests. */
	#lexer: Lexer | undefined;
	#size = 0;
	#requestEnd: number | undefined;
	#orderEnd: number | undefined;
	#markBytes = 0;
	#broken = false;

	/** True when a request has begun and its end has not come yet. */
	get partial(): boolean {
		return this.#lexer !== undefined;
	}

	/** Takes the next bytes; after a broken frame nothing is returned any more. */
	push(chunk: Uint8Array): Frame[] {
		const frames: Frame[] = [];
		let from = 0;
		for (let at = 0; at < chunk.length && !this.#broken; at++) {
			const byte = chunk[at] ?? 0;
			if (!this.#lexer) {
				if (byte !== LT || this.#markBytes > 0) {
					if (!this.#skip(byte)) frames.push(this.#breakOff("text between requests"));
					continue;
				}
				this.#lexer = new Lexer();
				from = at;
			}
			const frame = this.#step(this.#lexer, byte, chunk, from, at + 1);
			if (frame) frames.push(frame);
		}
		if (this.#lexer && !this.#broken) this.#held.append(chunk.subarray(from));
		return frames;
	}

	#step(lexer: Lexer, byte: number, chunk: Uint8Array, from: number, to: number): Frame | undefined {
		this.#size += 1;
		if (this.#size > MAX_REQUEST_BYTES) return this.#breakOff(`a request over ${MAX_REQUEST_BYTES} bytes`);
		const step = lexer.step(byte);
		if (step === "more") return undefined;
		if (step === "request-end") {
			this.#requestEnd ??= this.#size;
			return undefined;
		}
		if (step === "order-end") {
			this.#orderEnd ??= this.#size;
			return undefined;
		}
		if (step === "done") return this.#finish(lexer, chunk.subarray(from, to));
		return this.#breakOff(step.broken);
	}

	#finish(lexer: Lexer, last: Uint8Array): RequestFrame {
		this.#held.append(last);
		const requestEnd = this.#requestEnd ?? this.#orderEnd;
		this.#lexer = undefined;
		this.#size = 0;
		this.#requestEnd = undefined;
		this.#orderEnd = undefined;
		return {
			kind: "request",
			bytes: this.#held.take(),
			...(requestEnd !== undefined && { requestEnd }),
			sound: lexer.sound,
		};
	}

	/** A byte between requests. @returns false when none may stand there. */
	#skip(byte: number): boolean {
		if (byte === BYTE_ORDER_MARK[this.#markBytes]) {
			this.#markBytes = (this.#markBytes + 1) % BYTE_ORDER_MARK.length;
			return true;
		}
		return this.#markBytes === 0 && isWhiteSpace(byte);
	}

	#breakOff(reason: string): BrokenFrame {
		this.#broken = true;
		this.#held.clear();
		return { kind: "broken", reason };
	}
}
