import { ByteBuffer } from "../../net/byte-buffer.ts";
import { ChunkedBody } from "./chunked-body.ts";
import { HttpError, isToken, type RequestHead, readHead } from "./head.ts";
import { StreamedBody, type StreamedBodyUser } from "./streamed-body.ts";

/** Octets of a head at most. */
export const MAX_HEAD = 16_384;
/** Most octets of a body that is read whole; those of uploads are read as they come. */
export const MAX_BODY = 65_536;

const CR = 0x0d;
const LF = 0x0a;

/** A request that has come whole. */
export interface IncomingRequest {
	readonly head: RequestHead;
	readonly body: Uint8Array | StreamedBody;
}

/** Says which requests bring a body that is read as it comes. */
export interface Uploads extends StreamedBodyUser {
	/** @returns the most octets that it may have; undefined for a request whose body is read whole. */
	limitOf(head: RequestHead): number | undefined;
}

const NO_UPLOADS: Uploads = { limitOf: () => undefined, wanted: () => {}, givenUp: () => {} };

/** Splits the data of a connection, which arrives in any pieces, into requests. Reads each byte once. */
export class RequestReader {
	readonly #localHost: string;
	readonly #held = new ByteBuffer();
	/** How many of the bytes held are no end of a head. */
	#seen = 0;
	#head: RequestHead | undefined;
	#chunks: ChunkedBody | undefined;
	readonly #uploads: Uploads;
	/** The body of the last request, while it comes. */
	#upload: StreamedBody | undefined;

	/** @param localHost by which name the server is reached, where HTTP/1.0 names none. */
	constructor(localHost: string, uploads = NO_UPLOADS) {
		this.#localHost = localHost;
		this.#uploads = uploads;
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

	/** The body that is read as it comes; undefined once it is whole. */
	get upload(): StreamedBody | undefined {
		return this.#upload;
	}

	push(chunk: Uint8Array): void {
		this.#held.append(chunk);
		this.feed();
	}

	/** Passes on what has come of a body that is read as it comes. */
	feed(): void {
		this.#upload?.take(this.#held);
		if (this.#upload?.whole) this.#upload = undefined;
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
		const body = this.#uploadOf(head) ?? this.#bodyOf(head);
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
		this.#upload?.fail("the connection is over");
		this.#upload = undefined;
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

	/** A body in chunks is read whole: browsers tell the length of what they upload. */
	#uploadOf(head: RequestHead): StreamedBody | undefined {
		const limit = this.#uploads.limitOf(head);
		if (limit === undefined || head.body.kind === "chunked") return undefined;
		const { octets } = head.body;
		if (octets > limit) throw new HttpError(413, `The body is longer than ${limit} octets.`);
		const upload = new StreamedBody(octets, this.#uploads);
		if (upload.whole) return upload;
		this.#upload = upload;
		this.feed();
		return upload;
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
