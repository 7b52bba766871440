import type { Clock } from "../time/clock.ts";

/** The time of a packet, in milliseconds. */
export const PERIOD = 20;

/** How late the program may be and still send what it has missed, in packets. */
const CATCH_UP = 2;

/** Who sends a packet at each tick. */
export interface Ticking {
	/** @param missed how many ticks were left out just before this one. */
	tick(missed: number): void;
}

/**
 * One clock for all that plays: a tick each 20 ms, counted from the first one, so that no delay adds up. After a pause
 * of the program the ticks that were missed are left out, since a burst would only be thrown away.
 */
export class Ticker {
	readonly #clock: Clock;
	readonly #players = new Set<Ticking>();
	#due = 0;
	#stopTimer: (() => void) | undefined;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** How many play now. */
	get size(): number {
		return this.#players.size;
	}

	/** Ticks from the next tick on; harmless if it does already. */
	add(player: Ticking): void {
		this.#players.add(player);
		if (this.#stopTimer) return;
		this.#due = this.#clock.now() + PERIOD;
		this.#wait();
	}

	/** Ticks no more. */
	delete(player: Ticking): void {
		if (!this.#players.delete(player) || this.#players.size > 0) return;
		this.#stopTimer?.();
		this.#stopTimer = undefined;
	}

	#wait(): void {
		this.#stopTimer = this.#clock.after(Math.max(this.#due - this.#clock.now(), 0), () => this.#tick());
	}

	#tick(): void {
		const behind = Math.floor((this.#clock.now() - this.#due) / PERIOD);
		const missed = behind > CATCH_UP ? behind : 0;
		this.#due += (missed + 1) * PERIOD;
		for (const player of this.#players) player.tick(missed);
		if (this.#players.size > 0) this.#wait();
	}
}
