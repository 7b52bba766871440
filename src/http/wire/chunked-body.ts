import { ByteBuffer } from "../../net/byte-buffer.ts";
import { HttpError } from "./head.ts";

/** Octets of a line with the size of a chunk, and of all trailers, at most. */
const MAX_LINE = 1024;

/** The size of a chunk and what others may say of it, which is skipped (RFC 9112 section 7.1.1). */
const CHUNK_LINE = /^([0-9a-f]{1,8})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/i;

const CR = 0x0d;
const LF = 0x0a;

/** A body that comes in chunks (RFC 9112 section 7.1). */
export class ChunkedBody {
	readonly #limit: number;
	readonly #body = new ByteBuffer();
	/** Octets of the chunk that is to come; undefined before its line. */
	#size: number | undefined;
	/** Octets of trailers so far; undefined before the last chunk. */
	#trailers: number | undefined;

	/** @param limit octets of the body at most. */
	constructor(limit: number) {
		this.#limit = limit;
	}

	/**
	 * Takes chunks off the front of what has come.
	 *
	 * @returns the body; undefined when more bytes are needed.
	 * @throws {HttpError}
	 */
	read(held: ByteBuffer): Uint8Array | undefined {
		while (this.#trailers === undefined) {
			if (this.#size === undefined && !this.#readSize(held)) return undefined;
			if (this.#trailers === undefined && !this.#readChunk(held)) return undefined;
		}
		return this.#readTrailers(held) ? this.#body.take(this.#body.length) : undefined;
	}

	#readSize(held: ByteBuffer): boolean {
		const line = takeLine(held);
		if (line === undefined) return false;
		const [, digits] = CHUNK_LINE.exec(line) ?? [];
		if (digits === undefined) throw new HttpError(400, "A chunk of the body is invalid.");
		this.#size = Number.parseInt(digits, 16);
		if (this.#body.length + this.#size > this.#limit)
			throw new HttpError(413, `The body is longer than ${this.#limit} octets.`);
		if (this.#size === 0) this.#trailers = 0;
		return true;
	}

	#readChunk(held: ByteBuffer): boolean {
		const size = this.#size ?? 0;
		if (held.length < size + 2) return false;
		const chunk = held.take(size + 2);
		if (chunk[size] !== CR || chunk[size + 1] !== LF)
			throw new HttpError(400, "A chunk of the body is invalid.");
		this.#body.append(chunk.subarray(0, size));
		this.#size = undefined;
		return true;
	}

	/** Trailers tell nothing that we ask for. @returns whether the empty line after them has come. */
	#readTrailers(held: ByteBuffer): boolean {
		for (;;) {
			const line = takeLine(held);
			if (line === undefined) return false;
			if (line === "") return true;
			this.#trailers = (this.#trailers ?? 0) + line.length;
			if (this.#trailers > MAX_LINE) throw new HttpError(431, "The trailers are too long.");
		}
	}
}

/** A line without its end; undefined when it has not come whole. */
function takeLine(held: ByteBuffer): string | undefined {
	const end = held.view.subarray(0, MAX_LINE).indexOf(LF);
	if (end < 0) {
		if (held.length >= MAX_LINE) throw new HttpError(400, "A line of the body is too long.");
		return undefined;
	}
	const line = Buffer.from(held.take(end + 1)).toString("latin1");
	if (!line.endsWith("\r\n")) throw new HttpError(400, "A line of the body does not end with CR and LF.");
	return line.slice(0, -2);
}
