import { ByteBuffer } from "../../net/byte-buffer.ts";
import { type FramerUser, FramingError, MAX_MESSAGE_BYTES, StreamFramer } from "../message/framer.ts";
import type { MessageSource, MessageTurns } from "./message-turns.ts";

/** The unread data beyond which the peer must wait before it sends more. */
const MAX_UNREAD_BYTES = MAX_MESSAGE_BYTES;

/** Messages of a stranger that are still read after the connection has closed. */
const MOST_AT_THE_END = 16;

const NO_BYTES = new Uint8Array(0);

/** The part of a socket that a reader needs. */
export interface PausableSocket {
	/** Takes no more bytes from the peer until `resume`. */
	pause(): void;
	resume(): void;
}

/** Settings and parts of a reader. */
export interface StreamReaderOptions {
	readonly socket: PausableSocket;
	readonly source: MessageSource;
	/** Decides when messages are read. */
	readonly turns: MessageTurns;
	readonly user: FramerUser;
	/** The stream no longer makes sense; `stop` is called. */
	readonly onBroken: (reason: string) => void;
}

/** Reads a connection's messages when it is their turn, and makes the peer wait meanwhile. */
export class StreamReader {
	readonly #options: StreamReaderOptions;
	readonly #framer: StreamFramer;
	readonly #unread = new ByteBuffer();
	#inTurn = false;
	#paused = false;
	#stopped = false;

	constructor(options: StreamReaderOptions) {
		this.#options = options;
		this.#framer = new StreamFramer(options.user);
	}

	/** Takes in bytes; a few messages are handed over before it returns, the rest in later turns. */
	push(bytes: Uint8Array): void {
		let rest = bytes;
		const { turns, source, socket } = this.#options;
		if (!this.#inTurn) while (rest.length > 0 && turns.free(source)) rest = this.#readOne(rest);
		if (rest.length === 0 || this.#stopped) return;
		this.#unread.append(rest);
		this.#askForTurn();
		if (this.#paused || this.#unread.length <= MAX_UNREAD_BYTES) return;
		this.#paused = true;
		socket.pause();
	}

	/** The socket has closed: reads at once what had arrived, but only a few messages of a stranger. */
	finish(): void {
		const most = this.#options.source.claimed ? Number.POSITIVE_INFINITY : MOST_AT_THE_END;
		for (let count = 0; count < most && this.#unread.length > 0; count++) this.#readHeld();
	}

	/** Reads nothing more. */
	stop(): void {
		this.#stopped = true;
		this.#unread.clear();
	}

	#askForTurn(): void {
		if (this.#inTurn) return;
		this.#inTurn = true;
		this.#options.turns.wait(this.#options.source, this.#turn, 0);
	}

	readonly #turn = (): void => {
		this.#inTurn = false;
		if (this.#stopped) return;
		this.#readHeld();
		if (this.#unread.length > 0) this.#askForTurn();
		if (!this.#paused || this.#stopped || this.#unread.length > MAX_UNREAD_BYTES) return;
		this.#paused = false;
		this.#options.socket.resume();
	};

	#readHeld(): void {
		const held = this.#unread.view;
		this.#unread.drop(held.length - this.#readOne(held).length);
	}

	/** Reads one message, or as much of it as there is. @returns the rest. */
	#readOne(bytes: Uint8Array): Uint8Array {
		try {
			const rest = this.#framer.push(bytes);
			return this.#stopped ? NO_BYTES : rest;
		} catch (error) {
			if (!(error instanceof FramingError)) throw error;
			if (!this.#stopped) this.#options.onBroken(error.message);
			return NO_BYTES;
		}
	}
}
