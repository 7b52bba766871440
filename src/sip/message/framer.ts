import { FramingError } from "./framing-error.ts";
import { HeadScanner } from "./head-scanner.ts";

export { FramingError } from "./framing-error.ts";

/** Receives what a framer finds in a stream. */
export interface FramerUser {
	/**
	 * One whole message, head and body; or the last head of a stream whose Content-Length does not tell where the
	 * body ends, so that it can be rejected.
	 * @param bytes valid only during the call: copy what you keep.
	 */
	onMessage(bytes: Uint8Array): void;
	/** A double CRLF between messages: the peer's ping, answered with one CRLF (RFC 5626 section 4.4.1). */
	onKeepAlive(): void;
}

/** The largest message accepted, in bytes, head and body together. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

const CR = 0x0d;
const LF = 0x0a;
const EMPTY = new Uint8Array(0);
const FIRST_BUFFER = 2048;

/**
 * Splits a byte stream (TCP, TLS) into SIP messages by Content-Length, which is required (RFC 3261 section
 * 18.3). Bytes may arrive in pieces of any size; each byte is scanned once and copied at most twice. Memory is
 * held only while a message is incomplete.
 */
export class StreamFramer {
	readonly #user: FramerUser;
	readonly #limit: number;
	readonly #scanner = new HeadScanner();
	/** The start of an incomplete message: the first `#filled` bytes. */
	#buffer: Uint8Array = EMPTY;
	#filled = 0;
	/** Bytes of the message being read; undefined until its head is complete. */
	#messageLength: number | undefined;
	/** Number of bytes of a keep-alive's CR LF CR LF seen so far: 0 to 3. */
	#lineEnds = 0;
	#failure: FramingError | undefined;

	/** @param limit largest message in bytes. */
	constructor(user: FramerUser, limit: number = MAX_MESSAGE_BYTES) {
		this.#user = user;
		this.#limit = limit;
	}

	/**
	 * Reads bytes up to and including the next message or keep-alive.
	 *
	 * @param chunk the caller may reuse it afterwards.
	 * @returns the bytes not yet read, to be passed in again first; empty if it needs more.
	 * @throws {FramingError} if the stream can no longer be split; so does every later call.
	 */
	push(chunk: Uint8Array): Uint8Array {
		if (this.#failure) throw this.#failure;
		try {
			return this.#take(chunk);
		} catch (error) {
			// If the caller's handler throws, the rest of the chunk is lost, and with it the position in the stream.
			this.#fail(
				error instanceof FramingError ? error : new FramingError("Stream given up", { cause: error }),
			);
			throw error;
		}
	}

	#fail(error: FramingError): void {
		this.#failure = error;
		this.#buffer = EMPTY;
		this.#filled = 0;
	}

	#take(chunk: Uint8Array): Uint8Array {
		let rest = chunk;
		if (this.#filled === 0) {
			const at = this.#skipLineEnds(rest);
			rest = rest.subarray(at);
			if (this.#lineEnds === 4) {
				this.#lineEnds = 0;
				this.#user.onKeepAlive();
				return rest;
			}
		}
		return rest.length > 0 ? this.#takeMessage(rest) : rest;
	}

	/** Line ends between messages (RFC 3261 section 7.5); two in a row are a ping. @returns where they end. */
	#skipLineEnds(bytes: Uint8Array): number {
		let at = 0;
		for (; at < bytes.length && this.#lineEnds < 4; at++) {
			if (bytes[at] !== (this.#lineEnds % 2 === 0 ? CR : LF)) break;
			this.#lineEnds++;
		}
		if (at === bytes.length || this.#lineEnds === 4) return at;
		if (this.#lineEnds % 2 === 1) throw new FramingError("Garbage before the start line: CR without LF");
		this.#lineEnds = 0;
		return at;
	}

	/** @returns what follows the message; empty if it is incomplete. */
	#takeMessage(bytes: Uint8Array): Uint8Array {
		const before = this.#filled;
		const room = (this.#messageLength ?? this.#limit) - before;
		const taken = bytes.length > room ? bytes.subarray(0, room) : bytes;
		const message = before === 0 ? taken : this.#append(taken);
		const filled = before + taken.length;
		this.#messageLength ??= this.#findLength(message, filled);
		const length = this.#messageLength;
		if (length !== undefined && filled >= length) {
			this.#startNext();
			this.#user.onMessage(message.subarray(0, length));
			return bytes.subarray(length - before);
		}
		if (length === undefined && filled >= this.#limit) throw this.#tooLarge();
		if (before === 0) this.#append(taken);
		return bytes.subarray(taken.length);
	}

	#findLength(message: Uint8Array, filled: number): number | undefined {
		const headLength = this.#scanner.scan(message, filled);
		if (headLength === undefined) return undefined;
		const { lengthFault } = this.#scanner;
		if (lengthFault !== undefined) {
			this.#user.onMessage(message.subarray(0, headLength));
			throw new FramingError(lengthFault);
		}
		const bodyLength = this.#scanner.contentLength;
		if (bodyLength === undefined) throw new FramingError("Content-Length is missing");
		if (headLength + bodyLength > this.#limit) throw this.#tooLarge();
		return headLength + bodyLength;
	}

	#startNext(): void {
		this.#scanner.reset();
		this.#messageLength = undefined;
		this.#buffer = EMPTY;
		this.#filled = 0;
	}

	/** Appends to the buffer, which doubles when full. */
	#append(bytes: Uint8Array): Uint8Array {
		const needed = this.#filled + bytes.length;
		if (needed > this.#buffer.length) {
			const size = Math.max(FIRST_BUFFER, needed, this.#buffer.length * 2);
			const larger = new Uint8Array(Math.min(Math.max(this.#limit, needed), size));
			larger.set(this.#buffer.subarray(0, this.#filled));
			this.#buffer = larger;
		}
		this.#buffer.set(bytes, this.#filled);
		this.#filled = needed;
		return this.#buffer;
	}

	#tooLarge(): FramingError {
		return new FramingError(`Message larger than ${this.#limit} bytes`);
	}
}
