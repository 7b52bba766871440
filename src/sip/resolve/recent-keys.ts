import type { Clock } from "../../time/clock.ts";

const MAX_KEYS = 1024;

/** What happened recently: keys that are forgotten after a time, at most 1024. */
export class RecentKeys {
	readonly #lifetime: number;
	readonly #clock: Pick<Clock, "now">;
	/** Until when each is remembered; the next to be forgotten comes first. */
	readonly #until = new Map<string, number>();

	/** @param lifetime in milliseconds. */
	constructor(lifetime: number, clock: Pick<Clock, "now">) {
		this.#lifetime = lifetime;
		this.#clock = clock;
	}

	/** Remembers a key; the oldest one makes room for it if necessary. */
	add(key: string): void {
		this.#until.delete(key);
		if (this.#until.size >= MAX_KEYS) {
			for (const oldest of this.#until.keys()) {
				this.#until.delete(oldest);
				break;
			}
		}
		this.#until.set(key, this.#clock.now() + this.#lifetime);
	}

	has(key: string): boolean {
		const until = this.#until.get(key);
		if (until === undefined) return false;
		if (until > this.#clock.now()) return true;
		this.#until.delete(key);
		return false;
	}

	delete(key: string): void {
		this.#until.delete(key);
	}
}
