/** What was cut from a stream: a whole message, or a keep-alive (RFC 5626 section 4.4.1). */
export interface FramerUser {
	onFrame(text: string): void;
	/** A double CRLF between messages, to be answered with a single one. */
	onPing(): void;
}

/** The stream can no longer be cut into messages. */
export class FramingError extends Error {
	override readonly name = "FramingError";
}

const LARGEST_HEADER = 64 * 1024;
const LENGTH = /^(?:content-length|l)[ \t]*:[ \t]*(\d{1,7})[ \t]*$/im;

/** Cuts a byte stream into SIP messages by their Content-Length (RFC 3261 section 18.3). */
export class StreamFramer {
	#buffer = "";
	/** Where the search for the end of the header continues. */
	#searched = 0;
	/** Length of the message being collected; 0 while its header is incomplete. */
	#wanted = 0;
	readonly #user: FramerUser;

	constructor(user: FramerUser) {
		this.#user = user;
	}

	/**
	 * Takes the next bytes of the stream.
	 * @param chunk one character per byte.
	 * @throws {FramingError} when a message has no Content-Length, or its header does not end.
	 */
	push(chunk: string): void {
		this.#buffer += chunk;
		for (;;) {
			if (this.#wanted === 0 && !this.#readHeader()) return;
			if (this.#buffer.length < this.#wanted) return;
			const frame = this.#buffer.slice(0, this.#wanted);
			this.#buffer = this.#buffer.slice(this.#wanted);
			this.#wanted = 0;
			this.#searched = 0;
			this.#user.onFrame(frame);
		}
	}

	/** @returns true once the length of the message at the front is known. */
	#readHeader(): boolean {
		this.#skipEmptyLines();
		const end = this.#buffer.indexOf("\r\n\r\n", this.#searched);
		if (end < 0) {
			if (this.#buffer.length > LARGEST_HEADER) throw new FramingError("header over 64 KiB");
			this.#searched = Math.max(0, this.#buffer.length - 3);
			return false;
		}
		const length = LENGTH.exec(this.#buffer.slice(0, end))?.[1];
		if (length === undefined) throw new FramingError("message without Content-Length on a stream");
		this.#wanted = end + 4 + Number(length);
		return true;
	}

	#skipEmptyLines(): void {
		// A CRLF at the very end may be the first half of a keep-alive: wait for what follows.
		while (this.#buffer.startsWith("\r\n") && this.#buffer.length > 2) {
			const ping = this.#buffer.startsWith("\r\n\r\n");
			this.#buffer = this.#buffer.slice(ping ? 4 : 2);
			this.#searched = 0;
			if (ping) this.#user.onPing();
		}
	}
}
