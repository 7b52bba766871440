import { type ResponseFrame, writeHead } from "./response-head.ts";

/** Where the bytes of a response go. */
export interface ByteSink {
	/** Takes bytes. @returns when the client has taken most of what was sent before; rejects when it is gone. */
	send(bytes: Uint8Array): Promise<void> | undefined;
}

/** The request that is answered, as far as its answer depends on it. */
export interface Asked {
	readonly method: string;
	readonly minor: 0 | 1;
	readonly persistent: boolean;
}

type BodyReader = Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel">;
type Piece = Awaited<ReturnType<BodyReader["read"]>>;

/** A body that is there, whole, within this turn is sent with its length. */
const MAX_WHOLE = 1_048_576;

/** Sends one response. Bodies that come bit by bit, such as events, are sent as they come. */
export class ResponseSender {
	readonly #sink: ByteSink;
	readonly #asked: Asked;
	#reader: BodyReader | undefined;

	constructor(sink: ByteSink, asked: Asked) {
		this.#sink = sink;
		this.#asked = asked;
	}

	/**
	 * Sends a response; rejects when its body fails, or the client is gone.
	 *
	 * @returns whether the connection may be used for more requests.
	 */
	async send(response: Response): Promise<boolean> {
		const { status, headers, body } = response;
		const { method, minor, persistent: wanted } = this.#asked;
		const persistent = wanted && headers.get("Connection")?.toLowerCase() !== "close";
		const head = (framing: ResponseFrame["framing"], stays = persistent): Buffer =>
			Buffer.from(writeHead(status, headers, { framing, persistent: stays, minor }), "latin1");
		if (method === "HEAD" || status === 204 || status === 304) {
			if (!response.bodyUsed) await body?.cancel();
			await this.#sink.send(head("none"));
			return persistent;
		}
		if (!body) {
			await this.#sink.send(head({ octets: 0 }));
			return persistent;
		}
		const reader: BodyReader = body.getReader();
		this.#reader = reader;
		const { pieces, next } = await this.#readAhead(reader);
		const start = Buffer.concat(pieces);
		if (!next) {
			await this.#sink.send(Buffer.concat([head({ octets: start.length }), start]));
			return persistent;
		}
		if (minor === 0) {
			await this.#sink.send(Buffer.concat([head("until-close", false), start]));
			await this.#stream(reader, next, (piece) => piece);
			return false;
		}
		await this.#sink.send(Buffer.concat([head("chunked"), ...(start.length > 0 ? [chunk(start)] : [])]));
		await this.#stream(reader, next, chunk);
		await this.#sink.send(LAST_CHUNK);
		return persistent;
	}

	/** Gives the body up: nobody reads it. */
	cancel(): void {
		this.#reader?.cancel().catch(() => {});
	}

	/** The pieces that are there in this turn; `next` is the one to wait for, undefined when that was all. */
	async #readAhead(reader: BodyReader): Promise<{ pieces: Uint8Array[]; next?: Promise<Piece> }> {
		const pieces: Uint8Array[] = [];
		let octets = 0;
		for (;;) {
			const reading = reader.read();
			const piece = octets > MAX_WHOLE ? undefined : await Promise.race([reading, endOfTurn()]);
			if (!piece) return { pieces, next: reading };
			if (piece.done) return { pieces };
			pieces.push(piece.value);
			octets += piece.value.length;
		}
	}

	async #stream(
		reader: BodyReader,
		first: Promise<Piece>,
		frame: (piece: Uint8Array) => Uint8Array,
	): Promise<void> {
		for (let piece = await first; !piece.done; piece = await reader.read()) {
			// A chunk without octets would end the body.
			if (piece.value.length > 0) await this.#sink.send(frame(piece.value));
		}
	}
}

const LAST_CHUNK = Buffer.from("0\r\n\r\n");

function chunk(piece: Uint8Array): Uint8Array {
	return Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n")]);
}

function endOfTurn(): Promise<undefined> {
	return new Promise((resolve) => setImmediate(() => resolve(undefined)));
}
