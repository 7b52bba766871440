import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import { LEASE } from "./lease.ts";

/**
 * How long the engine may be away until people are told, in milliseconds: a connection that is opened again, and a
 * failover by Sentinel, take less.
 */
const PATIENCE = LEASE;

/** Whether the other boxes are seen, for people: it does not flicker. */
export class Sighting {
	readonly #clock: Clock;
	readonly #wall: WallClock;
	readonly #tell: () => void;
	#since: number | undefined;
	/** Since when they are not seen, as far as people are told. */
	told: number | undefined;
	#stopTimer: (() => void) | undefined;

	/** @param tell called whenever `told` has changed. */
	constructor(clock: Clock, wall: WallClock, tell: () => void) {
		this.#clock = clock;
		this.#wall = wall;
		this.#tell = tell;
	}

	/** Since when they are not seen, in milliseconds since 1970. */
	get since(): number | undefined {
		return this.#since;
	}

	lost(): void {
		if (this.#since !== undefined) return;
		const since = this.#wall.now();
		this.#since = since;
		this.#stopTimer = this.#clock.after(PATIENCE, () => this.#say(since));
	}

	found(): void {
		this.stop();
		this.#since = undefined;
		this.#say(undefined);
	}

	stop(): void {
		this.#stopTimer?.();
		this.#stopTimer = undefined;
	}

	#say(since: number | undefined): void {
		if (since === this.told) return;
		this.told = since;
		this.#tell();
	}
}
