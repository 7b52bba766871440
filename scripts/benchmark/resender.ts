/** How often unanswered messages are looked for, in milliseconds. */
const SWEEP_MS = 100;
/** RFC 3261 timer T1, in milliseconds. */
const T1_MS = 500;
/** Attempts after which a message is given up: as many as RFC 3261's timers A and B allow for an INVITE. */
const MAX_ATTEMPTS = 7;

interface Entry {
	readonly send: () => void;
	due: number;
	attempts: number;
}

/**
 * Sends messages again until they are answered (RFC 3261 section 17, with one timer for all).
 *
 * @example
 * resender.add("ACK 1 abc", () => send(text));
 * resender.answered("ACK 1 abc");
 */
export class Resender {
	/** Messages that were sent again. */
	resent = 0;
	/** Messages that were never answered. */
	lost = 0;
	readonly #entries = new Map<string, Entry>();
	readonly #timer: ReturnType<typeof setInterval>;
	readonly #now: () => number;

	/** @param now milliseconds that never go back. */
	constructor(now: () => number = () => performance.now()) {
		this.#now = now;
		this.#timer = setInterval(() => this.sweep(), SWEEP_MS);
	}

	/** Sends a message now, and again until `answered` is called with its key. */
	add(key: string, send: () => void): void {
		this.#entries.set(key, { send, due: this.#now() + T1_MS, attempts: 1 });
		send();
	}

	/** Forgets a message. @returns false when none of that key was waiting. */
	answered(key: string): boolean {
		return this.#entries.delete(key);
	}

	/** Sends what is due. */
	sweep(): void {
		const now = this.#now();
		for (const [key, entry] of this.#entries) {
			if (entry.due > now) continue;
			if (entry.attempts === MAX_ATTEMPTS) {
				this.#entries.delete(key);
				this.lost++;
				continue;
			}
			entry.due = now + T1_MS * 2 ** entry.attempts;
			entry.attempts++;
			this.resent++;
			entry.send();
		}
	}

	stop(): void {
		clearInterval(this.#timer);
		this.#entries.clear();
	}
}
