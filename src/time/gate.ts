import type { Clock } from "./clock.ts";

/** Most pieces of work that are held back; what comes after them is dropped. */
const MAX_HELD = 5000;

/**
 * Holds work back while a process that did not run for a while finds out what has become of it. It closes by itself
 * when the first piece of work comes after such a time, and is opened by its owner.
 */
export class Gate {
	readonly #isLate: () => boolean;
	readonly #closed: () => void;
	/** Undefined while it is open. */
	#held: (() => void)[] | undefined;

	/**
	 * @param isLate whether the process did not run for a while; asked before each piece of work.
	 * @param closed called when it has closed.
	 */
	constructor(isLate: () => boolean, closed: () => void) {
		this.#isLate = isLate;
		this.#closed = closed;
	}

	/** Whether work may be done now; if not, it goes to `hold`. */
	isOpen(): boolean {
		if (this.#held) return false;
		if (!this.#isLate()) return true;
		this.#held = [];
		this.#closed();
		return false;
	}

	/** Does this once it opens. */
	hold(work: () => void): void {
		if (!this.#held) work();
		else if (this.#held.length < MAX_HELD) this.#held.push(work);
	}

	/** Does what was held back, in order. */
	open(): void {
		const held = this.#held ?? [];
		this.#held = undefined;
		for (const work of held) work();
	}
}

/** A clock whose tasks wait while a gate is closed. */
export function gatedClock(clock: Clock, gate: Pick<Gate, "isOpen" | "hold">): Clock {
	return {
		now: () => clock.now(),
		after: (delay, task) => {
			let stopped = false;
			const run = (): void => {
				if (!stopped) task();
			};
			const stop = clock.after(delay, () => (gate.isOpen() ? task() : gate.hold(run)));
			return () => {
				stopped = true;
				stop();
			};
		},
	};
}
