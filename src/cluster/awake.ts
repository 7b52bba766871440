import type { Clock } from "../time/clock.ts";
import { Gate } from "../time/gate.ts";
import type { WallClock } from "../time/wall-clock.ts";

/** From this time between two beats on the process did not run, in milliseconds: its lease may be over. */
const LATE = 1500;
/** How long work waits for the engine then, in milliseconds. */
const PATIENCE = 3000;

/**
 * Notices when the process did not run for a while: it was frozen, or its machine was. All of its timers fire at once
 * then, and messages have piled up, though another box may have its calls by now. So nothing is done before the engine
 * has said who has them, or cannot be reached.
 */
export class Awake {
	readonly gate: Gate;
	readonly #clock: Clock;
	readonly #wall: WallClock;
	/** When it was known to run, by both clocks: one of them stands still while a machine sleeps. */
	#at = Number.POSITIVE_INFINITY;
	#wallAt = Number.POSITIVE_INFINITY;
	/** When that was noticed last, by the clock. */
	#wokenAt = Number.NEGATIVE_INFINITY;
	#stopPatience: (() => void) | undefined;

	/** @param woken called when it did not run for a while; `settled` is to follow. */
	constructor(clock: Clock, wall: WallClock, woken: () => void) {
		this.#clock = clock;
		this.#wall = wall;
		const isLate = (): boolean => clock.now() - this.#at > LATE || wall.now() - this.#wallAt > LATE;
		this.gate = new Gate(isLate, () => {
			this.#wokenAt = clock.now();
			this.#stopPatience = clock.after(PATIENCE, () => this.settled());
			woken();
		});
	}

	/** It runs: to be called at least once a second from the first time on. */
	beat(): void {
		if (this.gate.isOpen()) this.#note();
	}

	/**
	 * Who has the calls is known, or cannot be: everything goes on.
	 * @param askedAt when that was asked, by the clock: an answer from before the pause is out of date.
	 */
	settled(askedAt = Number.POSITIVE_INFINITY): void {
		if (askedAt < this.#wokenAt) return;
		// After the beats have stopped nothing waits for them any more.
		if (Number.isFinite(this.#at)) this.#note();
		this.#stopPatience?.();
		this.#stopPatience = undefined;
		this.gate.open();
	}

	/** There will be no more beats. */
	stop(): void {
		this.#at = Number.POSITIVE_INFINITY;
		this.#wallAt = Number.POSITIVE_INFINITY;
		this.settled();
	}

	#note(): void {
		this.#at = this.#clock.now();
		this.#wallAt = this.#wall.now();
	}
}
