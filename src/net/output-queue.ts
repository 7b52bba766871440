/** Most bytes that wait for a client that reads slowly; 1 MiB. */
export const MAX_WAITING_BYTES = 1_048_576;

/** Bytes after which a write does not wait for the end of the turn. */
const WRITE_AT_ONCE_BYTES = 65_536;

/** What an output queue needs of its socket. */
export interface Sink {
	/** Writes what it can. @returns the number of bytes written; negative when the socket is closed. */
	write(bytes: Uint8Array): number;
}

/** Runs a task at the end of the turn of the event loop. @returns how to cancel it. */
export type Schedule = (task: () => void) => () => void;

/** The schedule that `setImmediate` gives. */
const endOfTurn: Schedule = (task) => {
	const immediate = setImmediate(task);
	return () => clearImmediate(immediate);
};

/**
 * Bytes on their way to one client. What is pushed in one turn is written with one call; what the
 * socket does not take is kept until `drain`.
 */
export class OutputQueue {
	readonly #sink: Sink;
	readonly #schedule: Schedule;
	#chunks: Uint8Array[] = [];
	#waiting = 0;
	/** The socket took less than it was given; `drain` will tell when it takes more. */
	#full = false;
	#cancel: (() => void) | undefined;
	#closed = false;

	constructor(sink: Sink, schedule: Schedule = endOfTurn) {
		this.#sink = sink;
		this.#schedule = schedule;
	}

	/** Bytes that are not with the socket yet. */
	get waiting(): number {
		return this.#waiting;
	}

	/** @returns false when more waits than a client may leave unread. */
	push(bytes: Uint8Array): boolean {
		if (this.#closed) return true;
		this.#chunks.push(bytes);
		this.#waiting += bytes.length;
		if (this.#full) return this.#waiting <= MAX_WAITING_BYTES;
		if (this.#waiting >= WRITE_AT_ONCE_BYTES) {
			this.flush();
			return this.#waiting <= MAX_WAITING_BYTES;
		}
		this.#cancel ??= this.#schedule(() => this.flush());
		return true;
	}

	/** Writes as much as the socket takes. */
	flush(): void {
		this.#cancelFlush();
		if (this.#closed || this.#full || this.#waiting === 0) return;
		const [first, ...others] = this.#chunks;
		const bytes = first && others.length === 0 ? first : Buffer.concat(this.#chunks);
		const written = Math.max(0, this.#sink.write(bytes));
		if (this.#closed) return;
		this.#waiting -= written;
		this.#full = this.#waiting > 0;
		this.#chunks = this.#full ? [bytes.subarray(written)] : [];
	}

	/** The socket takes bytes again. */
	drain(): void {
		this.#full = false;
		this.flush();
	}

	/** Drops what waits; nothing is written any more. */
	close(): void {
		this.#closed = true;
		this.#cancelFlush();
		this.#chunks = [];
		this.#waiting = 0;
	}

	#cancelFlush(): void {
		this.#cancel?.();
		this.#cancel = undefined;
	}
}
