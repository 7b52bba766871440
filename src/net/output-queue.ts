/** Most bytes that wait for a client that reads slowly; 1 MiB. */
export const MAX_WAITING_BYTES = 1_048_576;

/** Most of them when all clients together leave too much unread; 256 KiB. */
const MAX_WAITING_WHEN_SHORT = 262_144;
/** Bytes that all clients together may leave unread before each has less; 64 MiB. */
const MAX_WAITING_IN_ALL = 67_108_864;

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

/** Counts what waits for all clients of a server, so that many slow ones do not take the memory. */
export class OutputBudget {
	#waiting = 0;

	/** How much may wait for one client. */
	get most(): number {
		return this.#waiting > MAX_WAITING_IN_ALL ? MAX_WAITING_WHEN_SHORT : MAX_WAITING_BYTES;
	}

	/** Bytes began to wait, or, when it is negative, wait no longer. */
	add(bytes: number): void {
		this.#waiting += bytes;
	}
}

/**
 * Bytes on their way to one client. What is pushed in one turn is written with one call; what the
 * socket does not take is kept until `drain`.
 */
export class OutputQueue {
	readonly #sink: Sink;
	readonly #schedule: Schedule;
	readonly #budget: OutputBudget;
	#chunks: Uint8Array[] = [];
	#waiting = 0;
	/** The socket took less than it was given; `drain` will tell when it takes more. */
	#full = false;
	#cancel: (() => void) | undefined;
	#closed = false;

	/** @param budget shared with other queues; its own by default. */
	constructor(sink: Sink, schedule: Schedule = endOfTurn, budget = new OutputBudget()) {
		this.#sink = sink;
		this.#schedule = schedule;
		this.#budget = budget;
	}

	/** Bytes that are not with the socket yet. */
	get waiting(): number {
		return this.#waiting;
	}

	/** @returns false when more waits than a client may leave unread. */
	push(bytes: Uint8Array): boolean {
		if (this.#closed) return true;
		this.#chunks.push(bytes);
		this.#changeBy(bytes.length);
		if (this.#full) return this.#waiting <= this.#budget.most;
		if (this.#waiting >= WRITE_AT_ONCE_BYTES) {
			this.flush();
			return this.#waiting <= this.#budget.most;
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
		this.#changeBy(-written);
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
		this.#changeBy(-this.#waiting);
	}

	#changeBy(bytes: number): void {
		this.#waiting += bytes;
		this.#budget.add(bytes);
	}

	#cancelFlush(): void {
		this.#cancel?.();
		this.#cancel = undefined;
	}
}
