import { Buffer } from "node:buffer";
import { isOf, TOKEN } from "./chars.ts";
import { FramingError } from "./framing-error.ts";

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;

/** A larger length is wrong whatever the limit, and no longer exact as a number. */
const MAX_DIGITS = 9;

/**
 * Scans the head of one message and extracts Content-Length. With more bytes it continues where it stopped, so
 * that each byte is scanned once.
 */
export class HeadScanner {
	/** Position of the next byte to scan. */
	#at = 0;
	/** First byte of the current header, including continuation lines; none for the start line. */
	#headerStart = -1;
	#lineStart = 0;
	#contentLength: number | undefined;
	#lengthFault: string | undefined;

	/** What is wrong with Content-Length; undefined if nothing is. Known once the length is. */
	get lengthFault(): string | undefined {
		return this.#lengthFault;
	}

	/** From Content-Length; undefined if absent. Known once `scan` has found the end. */
	get contentLength(): number | undefined {
		return this.#contentLength;
	}

	/**
	 * @param bytes the message from its first byte, longer at each call.
	 * @param end number of bytes filled.
	 * @returns the length of the head including its empty line; undefined until that has arrived.
	 * @throws {FramingError} if this is not a SIP message.
	 */
	scan(bytes: Uint8Array, end: number): number | undefined {
		while (this.#at < end) {
			const at = this.#at++;
			const code = bytes[at] as number;
			if (at === this.#lineStart) this.#beginLine(bytes, at, code);
			if (code !== LF) continue;
			// We do not end a line at a lone LF, but others do, and would see different messages.
			if (at === 0 || bytes[at - 1] !== CR) throw new FramingError("Line end is not CRLF");
			if (at - 1 === this.#lineStart) return this.#at;
			if (this.#lineStart === 0) checkStartLine(bytes, at - 1);
			this.#lineStart = this.#at;
		}
		return undefined;
	}

	/** Resets it for the next message. */
	reset(): void {
		this.#at = 0;
		this.#headerStart = -1;
		this.#lineStart = 0;
		this.#contentLength = undefined;
		this.#lengthFault = undefined;
	}

	#beginLine(bytes: Uint8Array, at: number, code: number): void {
		if (at === 0) {
			if (!isOf(code, TOKEN)) throw new FramingError("Garbage before the start line");
			return;
		}
		if (code === SPACE || code === TAB) return;
		if (this.#headerStart >= 0) this.#readHeader(bytes, this.#headerStart, at - 2);
		this.#headerStart = at;
	}

	#readHeader(bytes: Uint8Array, start: number, end: number): void {
		const initial = (bytes[start] as number) | 0x20;
		if (initial !== 0x63 && initial !== 0x6c) return;
		const colon = start + bytes.subarray(start, end).indexOf(0x3a);
		if (colon < start) return;
		const name = ascii(bytes, start, colon).trim().toLowerCase();
		if (name !== "content-length" && name !== "l") return;
		const value = ascii(bytes, colon + 1, end).trim();
		const length = value.length > MAX_DIGITS ? Number.POSITIVE_INFINITY : Number(value);
		if (!/^\d+$/.test(value)) {
			this.#lengthFault ??= "Malformed Content-Length: decimal digits expected";
		} else if (this.#contentLength !== undefined && this.#contentLength !== length) {
			this.#lengthFault ??= "Different Content-Length values";
		}
		this.#contentLength = length;
	}
}

/** Detects another protocol at its first line. */
function checkStartLine(bytes: Uint8Array, end: number): void {
	const line = ascii(bytes, 0, end);
	if (!/^SIP\/\d/i.test(line) && !/ SIP\/\d+\.\d+ *$/i.test(line)) {
		throw new FramingError("Start line is not that of a SIP message");
	}
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
}
