import type { Logger } from "../log/logger.ts";
import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import { startOfDay } from "./local-days.ts";

/** Time that the server runs between two sweeps, and before the first one, in milliseconds. */
export const SWEEP_INTERVAL = 3_600_000;

/**
 * The span of calls that one sweep may delete, in milliseconds: six days for each day that the server runs.
 */
export const SWEEP_SPAN = 6 * SWEEP_INTERVAL;

const DAY = 86_400_000;

/** The file to be swept. */
export interface SweptFile {
	/**
	 * When the oldest call started, in milliseconds since 1970; undefined if there is none, or it cannot be
	 * read now.
	 */
	oldest(): number | undefined;
	/** @returns how many were deleted; undefined if they cannot be deleted now. */
	sweep(before: number, count: number): number | undefined;
}

export interface HistorySweepOptions {
	/** Days for which calls are kept, from 1. */
	readonly days: number;
	readonly file: SweptFile;
	/** The most calls deleted at a time. */
	readonly batch: number;
	readonly clock: Clock;
	readonly wall: WallClock;
	readonly log: Logger;
}

/**
 * Deletes the calls that are too old, oldest first.
 *
 * A date proves nothing: after a start with the clock a year ahead, every call looks too old. So each sweep
 * must see time pass, by the monotonic clock, and deletes the calls of a few hours at most. That is faster
 * than time passes, so that a server that runs only by day keeps up too, and slow enough for people to notice
 * a wrong clock long before the history is gone.
 */
export class HistorySweep {
	readonly #options: HistorySweepOptions;
	#dueAt: number;
	/** Of the sweep in progress. */
	#before: number | undefined;
	/** How far the last sweep went, in milliseconds since 1970. */
	#reached: number | undefined;
	#deleted = 0;
	#warned = false;

	constructor(options: HistorySweepOptions) {
		this.#options = options;
		this.#dueAt = options.clock.now() + SWEEP_INTERVAL;
	}

	/** When the next work is due, by the clock. */
	get dueAt(): number {
		return this.#dueAt;
	}

	/** Deletes a batch if it is due; while there are more, the next one is due at once. */
	run(): void {
		const { file, batch, clock } = this.#options;
		if (clock.now() < this.#dueAt) return;
		this.#before ??= this.#limit();
		const deleted = file.sweep(this.#before, batch);
		// The disk refuses it: we try again each time.
		if (deleted === undefined) return;
		this.#deleted += deleted;
		if (deleted === batch) return;
		this.#dueAt = clock.now() + SWEEP_INTERVAL;
		this.#before = undefined;
		this.#report();
	}

	/** Calls that started before this time may be deleted now, in milliseconds since 1970. */
	#limit(): number {
		const { days, file, wall } = this.#options;
		const oldest = file.oldest();
		const tooOld = startOfDay(new Date(wall.now()), -days);
		if (oldest === undefined || oldest >= tooOld) {
			this.#reached = undefined;
			// There is no call, but the counts of their days may remain.
			return tooOld;
		}
		// Days without calls take their time too, except those between a clock that was never set and the
		// present.
		const from = this.#reached ?? oldest;
		this.#reached = Math.min(tooOld, (oldest - from > days * DAY ? oldest : from) + SWEEP_SPAN);
		if (tooOld - this.#reached < DAY) this.#warned = false;
		else this.#warn(Math.floor((tooOld - oldest) / DAY));
		return this.#reached;
	}

	#warn(days: number): void {
		if (this.#warned) return;
		this.#warned = true;
		const day = new Date(this.#options.wall.now()).toISOString().slice(0, 10);
		this.#options.log.warning(
			`by this machine's clock it is ${day}, and the history has calls that should have been deleted ${days} days ` +
				"ago; in case the clock is wrong, they are deleted slowly: six days of calls for each day that the server runs",
		);
	}

	#report(): void {
		if (this.#deleted === 0) return;
		const { days, log } = this.#options;
		log.info(`calls deleted from the history, older than ${days} days: ${this.#deleted}`);
		this.#deleted = 0;
	}
}
