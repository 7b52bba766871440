/** The most bytes that may wait for a slow-reading client; 1 MiB. */
export const MAX_WAITING_BYTES = 1_048_576;

/** The same when all clients together leave too much unread; 256 KiB. */
const MAX_WAITING_WHEN_SHORT = 262_144;
/** Bytes that all clients together may leave unread before each gets less; 64 MiB. */
const MAX_WAITING_IN_ALL = 67_108_864;

/** Bytes from which a write does not wait for the end of the turn. */
const WRITE_AT_ONCE_BYTES = 65_536;

/** What an output queue needs from its socket. */
export interface Sink {
	/** Writes what it can; the bytes may change afterwards. @returns the number of bytes written; negative if the socket is closed. */
	write(bytes: Uint8Array): number;
}

/** Runs a task at the end of the turn of the event loop. */
export type Schedule = (task: () => void) => void;

/** The schedule that `setImmediate` gives. */
const endOfTurn: Schedule = (task) => void setImmediate(task);

/** Where what is written with one call is put together; nothing stays in it. */
const page = Buffer.allocUnsafeSlow(WRITE_AT_ONCE_BYTES);

/** Counts what waits for all clients of a server, so that many slow ones do not use up the memory. */
export class OutputBudget {
	#waiting = 0;

	/** How much may wait for one client. */
	get most(): number {
		return this.#waiting > MAX_WAITING_IN_ALL ? MAX_WAITING_WHEN_SHORT : MAX_WAITING_BYTES;
	}

	/** Bytes start waiting, or, if negative, stop waiting. */
	add(bytes: number): void {
		this.#waiting += bytes;
	}
}

/**
 * Bytes on their way to one client. Everything pushed in one turn is written with one call; what the socket
 * does not take is kept until `drain`.
 */
export class OutputQueue {
	readonly #sink: Sink;
	readonly #schedule: Schedule;
	readonly #budget: OutputBudget;
	/** Bytes, and texts with a character for each byte. */
	#chunks: (Uint8Array | string)[] = [];
	#waiting = 0;
	/** The socket took less than it was given; `drain` will be called when it accepts more. */
	#full = false;
	/** Whether a flush at the end of the turn was asked for; it need not have anything to write. */
	#flushDue = false;
	#closed = false;

	/** @param budget shared with other queues; its own by default. */
	constructor(sink: Sink, schedule: Schedule = endOfTurn, budget = new OutputBudget()) {
		this.#sink = sink;
		this.#schedule = schedule;
		this.#budget = budget;
	}

	/** Bytes not yet passed to the socket. */
	get waiting(): number {
		return this.#waiting;
	}

	/** @returns false if more is waiting than a client may leave unread. */
	push(bytes: Uint8Array): boolean {
		this.#add(bytes);
		return this.#goOn();
	}

	/** The same with the pieces of a text of which each character is a byte. */
	pushText(pieces: readonly string[]): boolean {
		for (const piece of pieces) this.#add(piece);
		return this.#goOn();
	}

	#add(chunk: Uint8Array | string): void {
		if (this.#closed) return;
		this.#chunks.push(chunk);
		this.#changeBy(chunk.length);
	}

	#goOn(): boolean {
		if (this.#closed) return true;
		if (this.#full) return this.#waiting <= this.#budget.most;
		if (this.#waiting >= WRITE_AT_ONCE_BYTES) {
			this.flush();
			return this.#waiting <= this.#budget.most;
		}
		if (!this.#flushDue) {
			this.#flushDue = true;
			this.#schedule(this.#endTurn);
		}
		return true;
	}

	readonly #endTurn = (): void => {
		this.#flushDue = false;
		this.flush();
	};

	/** Writes as much as the socket takes. */
	flush(): void {
		if (this.#closed || this.#full || this.#waiting === 0) return;
		const bytes = this.#together();
		const written = Math.max(0, this.#sink.write(bytes));
		if (this.#closed) return;
		this.#changeBy(-written);
		this.#full = this.#waiting > 0;
		this.#chunks.length = 0;
		if (!this.#full) return;
		const rest = bytes.subarray(written);
		this.#chunks.push(bytes.buffer === page.buffer ? Buffer.from(rest) : rest);
	}

	/** All that waits; valid until another queue is flushed. */
	#together(): Uint8Array {
		const [first] = this.#chunks;
		if (this.#chunks.length === 1 && first instanceof Uint8Array) return first;
		const bytes = this.#waiting <= page.length ? page : Buffer.allocUnsafe(this.#waiting);
		let end = 0;
		for (const chunk of this.#chunks) {
			if (typeof chunk === "string") bytes.write(chunk, end, "latin1");
			else bytes.set(chunk, end);
			end += chunk.length;
		}
		return bytes.subarray(0, end);
	}

	/** The socket accepts bytes again. */
	drain(): void {
		this.#full = false;
		this.flush();
	}

	/** Drops what is waiting; nothing more is written. */
	close(): void {
		this.#closed = true;
		this.#chunks = [];
		this.#changeBy(-this.#waiting);
	}

	#changeBy(bytes: number): void {
		this.#waiting += bytes;
		this.#budget.add(bytes);
	}
}
