import type { Clock } from "../../src/time/clock.ts";

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
	#now = 0;
	#timers: { readonly at: number; readonly task: () => void }[] = [];

	now(): number {
		return this.#now;
	}

	after(delay: number, task: () => void): () => void {
		const timer = { at: this.#now + delay, task };
		this.#timers.push(timer);
		return () => {
			this.#timers = this.#timers.filter((other) => other !== timer);
		};
	}

	/** How many timers are set. */
	get pending(): number {
		return this.#timers.length;
	}

	/** When the next timer is due; Infinity when none is set. */
	get nextAt(): number {
		return Math.min(...this.#timers.map(({ at }) => at));
	}

	/** Moves on, running each timer at its own time and in order. */
	advance(milliseconds: number): void {
		const end = this.#now + milliseconds;
		for (;;) {
			const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
			if (!next) break;
			this.#timers = this.#timers.filter((timer) => timer !== next);
			this.#now = Math.max(this.#now, next.at);
			next.task();
		}
		// A task may have moved the clock itself.
		this.#now = Math.max(this.#now, end);
	}
}
