/** The phone's source of time; tests can pass their own. */
export interface PhoneClock {
	/** Milliseconds of a clock that never jumps. */
	now(): number;
	/** Runs `task` once after `delay` milliseconds; the returned function stops it. */
	after(delay: number, task: () => void): () => void;
}

/** T1 and T2 of RFC 3261 section 17.1.1.1, in milliseconds. */
export interface PhoneTimers {
	readonly t1: number;
	readonly t2: number;
}

/** The values of RFC 3261. */
export const PHONE_TIMERS: PhoneTimers = { t1: 500, t2: 4000 };

/** The clock of the system. */
export const SYSTEM_CLOCK: PhoneClock = {
	now: () => performance.now(),
	after(delay, task) {
		const timer = setTimeout(task, delay);
		return () => clearTimeout(timer);
	},
};

/** The timers of one phone: none outlives the phone. */
export class TimerSet implements PhoneClock {
	readonly #clock: PhoneClock;
	readonly #open = new Set<() => void>();

	constructor(clock: PhoneClock) {
		this.#clock = clock;
	}

	now(): number {
		return this.#clock.now();
	}

	after(delay: number, task: () => void): () => void {
		const cancel = this.#clock.after(delay, () => {
			this.#open.delete(cancel);
			task();
		});
		this.#open.add(cancel);
		return () => {
			if (this.#open.delete(cancel)) cancel();
		};
	}

	/** Stops every timer that is still running. */
	clear(): void {
		for (const cancel of this.#open) cancel();
		this.#open.clear();
	}
}
