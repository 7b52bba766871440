import { OutputQueue } from "../../net/output-queue.ts";
import type { HttpConnectionOptions } from "./connection-options.ts";
import { HttpError } from "./head.ts";
import { type IncomingRequest, MAX_BODY, MAX_HEAD, RequestReader } from "./request-reader.ts";
import { type ByteSink, ResponseSender } from "./response-sender.ts";
import { toRequest } from "./to-request.ts";

/** How long a connection waits for the next request, in milliseconds. */
export const IDLE_TIMEOUT = 30_000;
/** How long a request may take to come whole, in milliseconds. */
export const REQUEST_TIMEOUT = 20_000;
/** How long a client may take nothing of its answer, in milliseconds. */
export const SEND_TIMEOUT = 30_000;
/** How long a client that sent nonsense may take to read the error and close, in milliseconds. */
const LINGER_TIME = 2000;

/** Bytes that were not read yet, beyond which the client has to wait: a whole request. */
const MAX_HELD = MAX_HEAD + MAX_BODY;
/** Bytes of an answer that may wait for the client before more of it is made. */
const MAX_WAITING = 65_536;

const CONTINUE = Buffer.from("HTTP/1.1 100 Continue\r\n\r\n");

/**
 * One connection of an HTTP client: its requests are answered one after the other, in their order.
 *
 *     reading ──▶ answering ──▶ reading    the next request, which may have come already
 *        │            └───────▶ closed     the client or the answer wants it, or nobody reads
 *        └──▶ lingering ──────▶ closed     what came is not HTTP
 */
export class HttpConnection implements ByteSink {
	readonly #options: HttpConnectionOptions;
	readonly #reader: RequestReader;
	readonly #output: OutputQueue;
	#state: "reading" | "answering" | "lingering" | "closed" = "reading";
	#sender: ResponseSender | undefined;
	#inTurn = false;
	#paused = false;
	/** Bytes that came after the last request that is read. */
	#discarded = 0;
	/** Whether the client sends no more. */
	#sentAll = false;
	/** Whether it closes after the answer to what has come. */
	#isLast = false;
	#saidContinue = false;
	/** The client of an upload waits to be told that it may send it. */
	#waitsForContinue = false;
	/** Ends the wait until the client has taken what was sent. */
	#taken: PromiseWithResolvers<void> | undefined;
	#stopTimer: (() => void) | undefined;

	constructor(options: HttpConnectionOptions) {
		this.#options = options;
		this.#reader = new RequestReader(options.localHost, {
			limitOf: (head) => options.uploadLimit?.(head),
			wanted: () => this.#wanted(),
			givenUp: () => this.#stopTimer?.(),
		});
		this.#output = new OutputQueue(options.socket);
		this.#setTimer(REQUEST_TIMEOUT, () => this.#late());
	}

	/** Bytes from the client. */
	data(chunk: Uint8Array): void {
		if (this.#state === "closed") return;
		if (this.#state === "lingering") return this.#discard(chunk.length);
		const begins = !this.#reader.partial;
		this.#reader.push(chunk);
		if (this.#state === "reading") {
			if (begins) this.#setTimer(REQUEST_TIMEOUT, () => this.#late());
			this.#askForTurn();
		}
		if (this.#state === "answering") this.#expectMore();
		if (this.#paused || this.#reader.held <= MAX_HELD) return;
		this.#paused = true;
		this.#options.socket.pause();
	}

	/** The reader of an upload wants more of it. */
	#wanted(): void {
		if (this.#gone()) return;
		if (this.#waitsForContinue && this.#reader.held === 0) {
			this.#output.push(CONTINUE);
			this.#output.flush();
		}
		this.#waitsForContinue = false;
		this.#reader.feed();
		this.#expectMore();
		if (!this.#paused || this.#reader.held > MAX_HELD) return;
		this.#paused = false;
		this.#options.socket.resume();
	}

	/** An upload must go on: its client may not keep us waiting. */
	#expectMore(): void {
		if (this.#reader.upload?.wanted) this.#setTimer(REQUEST_TIMEOUT, () => this.#drop());
		else if (this.#reader.upload) this.#stopTimer?.();
	}

	/** The socket takes more bytes. */
	drain(): void {
		this.#output.drain();
		if (this.#taken && this.#state !== "closed") this.#setTimer(SEND_TIMEOUT, () => this.#drop());
		const taken = this.#taken;
		if (!taken || this.#output.waiting > MAX_WAITING / 2) return;
		this.#stopTimer?.();
		this.#taken = undefined;
		taken.resolve();
	}

	/** The client sends no more; it may still read. */
	halfClosed(): void {
		this.#sentAll = true;
		this.#reader.upload?.fail("the client sends no more");
		if (this.#state === "lingering") this.#end();
		else if (this.#state === "reading" && !this.#inTurn) this.#end();
	}

	/** The connection is gone. */
	closed(): void {
		if (this.#state === "closed") return;
		this.#state = "closed";
		this.#stopTimer?.();
		this.#reader.clear();
		this.#output.close();
		this.#sender?.cancel();
		this.#taken?.reject(new Error("the client is gone"));
	}

	/** Writes what can be written now, then closes. */
	shutDown(): void {
		if (this.#state !== "closed") this.#end();
	}

	/** Closes as soon as nothing that has come is without its answer. */
	finish(): void {
		this.#isLast = true;
		if (this.#state === "reading" && !this.#inTurn && this.#reader.held === 0) this.#end();
	}

	send(bytes: Uint8Array): Promise<void> | undefined {
		this.#output.push(bytes);
		this.#output.flush();
		if (this.#output.waiting <= MAX_WAITING) return undefined;
		this.#setTimer(SEND_TIMEOUT, () => this.#drop());
		this.#taken ??= Promise.withResolvers<void>();
		return this.#taken.promise;
	}

	/** Bytes that nobody reads. A client that keeps sending has to wait until the connection closes, as reading costs time. */
	#discard(octets: number): void {
		this.#discarded += octets;
		if (this.#paused || this.#discarded <= MAX_HELD) return;
		this.#paused = true;
		this.#options.socket.pause();
	}

	#askForTurn(): void {
		if (this.#inTurn) return;
		this.#inTurn = true;
		this.#options.turns.take(this.#options.peer, () => this.#turn());
	}

	/** Reads one request. */
	#turn(): void {
		this.#inTurn = false;
		if (this.#state !== "reading") return;
		try {
			const request = this.#reader.next();
			if (request) void this.#answer(request);
			else if (this.#sentAll) this.#end();
			else if (this.#reader.waitsForContinue) this.#sayContinue();
		} catch (error) {
			if (!(error instanceof HttpError)) throw error;
			this.#refuse(error);
		}
		if (!this.#paused || this.#reader.held > MAX_HELD) return;
		this.#paused = false;
		this.#options.socket.resume();
	}

	#sayContinue(): void {
		if (this.#saidContinue) return;
		this.#saidContinue = true;
		this.#output.push(CONTINUE);
	}

	/** Never rejects. */
	async #answer(request: IncomingRequest): Promise<void> {
		const { head } = request;
		this.#state = "answering";
		this.#stopTimer?.();
		this.#waitsForContinue = head.expectsContinue && !this.#saidContinue;
		this.#saidContinue = false;
		this.#sender = new ResponseSender(this, head);
		try {
			const asked = toRequest(request);
			const response = asked
				? await this.#options.answer(asked)
				: this.#plain(501, "This method is not supported.");
			if (this.#gone()) await response.body?.cancel();
			const { upload } = this.#reader;
			if (upload || this.#isLast) response.headers.set("Connection", "close");
			const persistent = await this.#sender.send(response);
			this.#sender = undefined;
			// Nobody reads the rest of it.
			if (upload && !upload.whole && !this.#gone()) this.#linger();
			else this.#next(persistent);
		} catch {
			// The body failed, or the client is gone: the reader must not take a part for the whole.
			this.#drop();
		}
	}

	#gone(): boolean {
		return this.#state === "closed";
	}

	#next(persistent: boolean): void {
		if (this.#gone()) return;
		const more = this.#reader.held > 0;
		if (!persistent || (this.#sentAll && !more)) return this.#end();
		this.#state = "reading";
		this.#setTimer(more ? REQUEST_TIMEOUT : IDLE_TIMEOUT, () => this.#late());
		if (more) this.#askForTurn();
	}

	/** A request did not come, or not whole. */
	#late(): void {
		if (this.#reader.partial)
			this.#refuse(new HttpError(408, "The request did not arrive completely in time."));
		else this.#end();
	}

	#refuse({ status, message }: HttpError): void {
		void new ResponseSender(this, { method: "", minor: 1, persistent: false })
			.send(this.#plain(status, message))
			.then(
				() => this.#linger(),
				() => this.#drop(),
			);
		this.#state = "lingering";
	}

	/** Closes once the client has, or has had time to: a reset while it still sends would take our answer away. */
	#linger(): void {
		if (this.#gone()) return;
		const { socket } = this.#options;
		this.#reader.clear();
		if (this.#sentAll) return this.#end();
		this.#state = "lingering";
		if (this.#paused) socket.resume();
		this.#paused = false;
		socket.shutdown();
		this.#setTimer(LINGER_TIME, () => this.#drop());
	}

	#plain(status: number, sentence: string): Response {
		this.#options.answered(status);
		return new Response(`${sentence}\n`, {
			status,
			headers: { "Content-Type": "text/plain; charset=utf-8" },
		});
	}

	/** Closes once what was sent is with the socket. */
	#end(): void {
		this.#output.flush();
		if (this.#output.waiting === 0) {
			this.closed();
			this.#options.socket.end();
			return;
		}
		this.#state = "lingering";
		this.#setTimer(SEND_TIMEOUT, () => this.#drop());
		this.#taken ??= Promise.withResolvers<void>();
		this.#taken.promise.then(
			() => this.#end(),
			() => {},
		);
	}

	#drop(): void {
		if (this.#state === "closed") return;
		this.closed();
		this.#options.socket.terminate();
	}

	#setTimer(delay: number, task: () => void): void {
		this.#stopTimer?.();
		this.#stopTimer = this.#options.clock.after(delay, task);
	}
}
