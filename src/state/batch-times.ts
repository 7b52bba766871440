import type { Clock } from "../time/clock.ts";

/**
 * How long a change that is left to a batch waits at the least while others are written, in milliseconds. The changes of
 * a call come in bursts, of which only the last is written.
 */
const SHORTEST_WAIT = 15;
/**
 * The longest that it waits, in milliseconds: if nothing urgent takes it along, a timer has it written. A timer may be
 * late, and after 50 ms it has to be in the file.
 */
const LONGEST_WAIT = 45;

/**
 * When batches of changes are due. Those made before the last batch are in the next one, all others in the one after
 * that.
 */
export class BatchTimes {
	readonly #clock: Clock;
	readonly #write: () => void;
	/** When the last batch was written. */
	#turnedAt = Number.NEGATIVE_INFINITY;
	/** When the oldest change was made that is left to the batch after the next one, or to the next one. */
	#laterSince = 0;
	#nextSince = 0;
	#stopTimer: (() => void) | undefined;

	/** @param write writes all changes that wait, when their time has come. */
	constructor(clock: Clock, write: () => void) {
		this.#clock = clock;
		this.#write = write;
	}

	/** Whether something urgent that is written takes the next batch along: under load, no timer has to wake the server. */
	get isDue(): boolean {
		return this.#clock.now() - this.#turnedAt >= SHORTEST_WAIT;
	}

	/** How long the oldest change has waited, in milliseconds. @param isNext whether any is left to the next batch. */
	waited(isNext: boolean): number {
		return this.#clock.now() - (isNext ? this.#nextSince : this.#laterSince);
	}

	/** The first change is made that is left to the batch after the next one. */
	begin(): void {
		this.#laterSince = this.#clock.now();
	}

	/** Nothing was left to the next batch, which takes what is left to the one after that. */
	hasten(): void {
		this.#nextSince = this.#laterSince;
	}

	/** A batch is written. */
	turn(): void {
		this.hasten();
		this.#turnedAt = this.#clock.now();
		this.stop();
	}

	/** Whether a timer has the next batch written. */
	get areTimed(): boolean {
		return this.#stopTimer !== undefined;
	}

	/** How long it may still wait, in milliseconds. */
	left(isNext: boolean): number {
		return LONGEST_WAIT - this.waited(isNext);
	}

	/** A timer has everything written after so many milliseconds. */
	start(wait: number): void {
		this.#stopTimer?.();
		this.#stopTimer = this.#clock.after(wait, this.#run);
	}

	/** Nothing waits: a server without calls sleeps. */
	stop(): void {
		this.#stopTimer?.();
		this.#stopTimer = undefined;
	}

	readonly #run = (): void => {
		this.#stopTimer = undefined;
		this.#write();
	};
}
