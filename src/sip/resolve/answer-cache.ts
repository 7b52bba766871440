import type { Clock } from "../reliability/types.ts";

const MAX_NAMES = 4096;

/** What the source of a cache says about a name. */
export interface Answer<T> {
	readonly value: T;
	/** Milliseconds for which it is remembered. */
	readonly lifetime: number;
	/** Milliseconds after that for which it still serves while it is asked for again; 0 when left out. */
	readonly stale?: number;
}

interface Entry<T> {
	readonly value: T;
	readonly fresh: number;
	readonly until: number;
}

/** Remembers what a source says about names, 4096 of them, and asks once for many. */
export class AnswerCache<T> {
	readonly #ask: (name: string, before: T | undefined) => Promise<Answer<T>>;
	readonly #clock: Pick<Clock, "now">;
	readonly #entries = new Map<string, Entry<T>>();
	readonly #running = new Map<string, Promise<T>>();

	/**
	 * @param ask gets the name in lower case and what was known of it before; it never rejects: failures are
	 * values, too.
	 */
	constructor(ask: (name: string, before: T | undefined) => Promise<Answer<T>>, clock: Pick<Clock, "now">) {
		this.#ask = ask;
		this.#clock = clock;
	}

	/** What is known of a name, in any case: at once when it is remembered. */
	lookup(host: string): T | Promise<T> {
		const name = host.toLowerCase();
		const known = this.#entries.get(name);
		const now = this.#clock.now();
		if (known && known.fresh > now) return known.value;
		let running = this.#running.get(name);
		if (!running) {
			running = this.#refresh(name);
			this.#running.set(name, running);
		}
		return known && known.until > now ? known.value : running;
	}

	async #refresh(name: string): Promise<T> {
		try {
			const { value, lifetime, stale = 0 } = await this.#ask(name, this.#entries.get(name)?.value);
			const fresh = this.#clock.now() + lifetime;
			this.#remember(name, { value, fresh, until: fresh + stale });
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
