import { ByteBuffer } from "../../net/byte-buffer.ts";
import { ChunkedBody } from "./chunked-body.ts";
import { HttpError, isToken, type RequestHead, readHead } from "./head.ts";

/** Octets of a head at most. */
export const MAX_HEAD = 16_384;
/** Most octets of a body. No page takes a body; this lets a client that sends one anyway get its answer. */
export const MAX_BODY = 65_536;

const CR = 0x0d;
const LF = 0x0a;

/** A request that has come whole. */
export interface IncomingRequest {
	readonly head: RequestHead;
	readonly body: Uint8Array;
}

/** Splits the data of a connection, which arrives in any pieces, into requests. Reads each byte once. */
export class RequestReader {
	readonly #localHost: string;
	readonly #held = new ByteBuffer();
	/** How many of the bytes held are no end of a head. */
	#seen = 0;
	#head: RequestHead | undefined;
	#chunks: ChunkedBody | undefined;

	/** @param localHost by which name the server is reached, where HTTP/1.0 names none. */
	constructor(localHost: string) {
		this.#localHost = localHost;
	}

	/** Bytes that are not part of a request that was taken. */
	get held(): number {
		return this.#held.length;
	}

	/** Whether a request has begun and not come whole. */
	get partial(): boolean {
		return this.#head !== undefined || this.#held.length > 0;
	}

	/** Whether the client waits to be told that it may send the body. */
	get waitsForContinue(): boolean {
		return this.#head?.expectsContinue === true && this.#held.length === 0;
	}

	push(chunk: Uint8Array): void {
		this.#held.append(chunk);
	}

	/**
	 * The next request; undefined when more bytes are needed.
	 *
	 * @throws {HttpError}
	 */
	next(): IncomingRequest | undefined {
		this.#head ??= this.#nextHead();
		const head = this.#head;
		if (!head) return undefined;
		const body = this.#bodyOf(head);
		if (!body) return undefined;
		this.#head = undefined;
		this.#chunks = undefined;
		return { head, body };
	}

	/** Drops what is held. */
	clear(): void {
		this.#held.clear();
		this.#head = undefined;
		this.#chunks = undefined;
		this.#seen = 0;
	}

	#nextHead(): RequestHead | undefined {
		this.#skipEmptyLines();
		if (this.#held.length > 0 && !startsRequest(this.#held.view)) {
			throw new HttpError(400, "The request line is invalid.");
		}
		const end = this.#endOfHead();
		if (end === undefined) {
			if (this.#held.length > MAX_HEAD) throw tooLong();
			return undefined;
		}
		if (end > MAX_HEAD) throw tooLong();
		const bytes = this.#held.take(end);
		this.#seen = 0;
		return readHead(Buffer.from(bytes.buffer, 0, end - 4).toString("latin1"), this.#localHost);
	}

	/** Some clients send an empty line after a body (RFC 9112 section 2.2). */
	#skipEmptyLines(): void {
		if (this.#seen > 0) return;
		const held = this.#held.view;
		let count = 0;
		while (held[count] === CR && held[count + 1] === LF) count += 2;
		this.#held.drop(count);
	}

	/** How many bytes there are up to the empty line that ends a head. */
	#endOfHead(): number | undefined {
		const held = this.#held.view;
		for (let at = held.indexOf(LF, this.#seen); at >= 0; at = held.indexOf(LF, at + 1)) {
			// A line that ends otherwise may be two to a proxy, or one to us.
			if (held[at - 1] !== CR) throw new HttpError(400, "A line does not end with CR and LF.");
			if (held[at - 2] === LF) return at + 1;
			this.#seen = at + 1;
		}
		return undefined;
	}

	#bodyOf({ body }: RequestHead): Uint8Array | undefined {
		if (body.kind === "chunked") {
			this.#chunks ??= new ChunkedBody(MAX_BODY);
			return this.#chunks.read(this.#held);
		}
		if (body.octets > MAX_BODY) throw new HttpError(413, `The body is longer than ${MAX_BODY} octets.`);
		return this.#held.length < body.octets ? undefined : this.#held.take(body.octets);
	}
}

/** Whether the first byte may begin a method or an empty line: TLS, above all, would wait for an answer to it. */
function startsRequest([first = CR]: Uint8Array): boolean {
	return first === CR || isToken(String.fromCharCode(first));
}

function tooLong(): HttpError {
	return new HttpError(431, `The head of the request is longer than ${MAX_HEAD} octets.`);
}
