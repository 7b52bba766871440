import type { Clock } from "../../time/clock.ts";

const MAX_NAMES = 4096;

/** What the source of a cache says about a name. */
export interface Answer<T> {
	readonly value: T;
	/** Milliseconds for which it is remembered. */
	readonly lifetime: number;
}

interface Entry<T> {
	readonly value: T;
	readonly until: number;
}

/**
 * Remembers what a source says about names, up to 4096 of them; callers that ask at the same time share one
 * question.
 */
export class AnswerCache<T> {
	readonly #ask: (name: string) => Promise<Answer<T>>;
	readonly #clock: Pick<Clock, "now">;
	readonly #entries = new Map<string, Entry<T>>();
	readonly #running = new Map<string, Promise<T>>();

	/** @param ask gets the name in lower case; it never rejects: failures are values, too. */
	constructor(ask: (name: string) => Promise<Answer<T>>, clock: Pick<Clock, "now">) {
		this.#ask = ask;
		this.#clock = clock;
	}

	/** What is known of a name, in upper or lower case: at once if it is remembered. */
	lookup(host: string): T | Promise<T> {
		const name = host.toLowerCase();
		const known = this.#entries.get(name);
		if (known && known.until > this.#clock.now()) return known.value;
		let running = this.#running.get(name);
		if (!running) {
			running = this.#refresh(name);
			this.#running.set(name, running);
		}
		return running;
	}

	async #refresh(name: string): Promise<T> {
		try {
			const { value, lifetime } = await this.#ask(name);
			this.#remember(name, { value, until: this.#clock.now() + lifetime });
			return value;
		} finally {
			this.#running.delete(name);
		}
	}

	#remember(name: string, entry: Entry<T>): void {
		this.#entries.delete(name);
		if (this.#entries.size >= MAX_NAMES) {
			for (const oldest of this.#entries.keys()) {
				this.#entries.delete(oldest);
				break;
			}
		}
		this.#entries.set(name, entry);
	}
}
