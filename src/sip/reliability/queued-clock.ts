import type { Clock } from "./types.ts";

/** Milliseconds by which a timer may be late when it follows another one closely. */
const RESOLUTION = 10;

/** A waiting task in the list of its delay. */
interface Node {
	task: () => void;
	readonly deadline: number;
	previous: Node | undefined;
	next: Node | undefined;
	waiting: boolean;
}

/**
 * Tasks that wait equally long run in the order in which they were set, so a list and one timer of
 * the clock below serve any number of them.
 */
class DelayQueue {
	readonly #clock: Clock;
	readonly #delay: number;
	#first: Node | undefined;
	#last: Node | undefined;
	#stopTimer: (() => void) | undefined;

	constructor(clock: Clock, delay: number) {
		this.#clock = clock;
		this.#delay = delay;
	}

	add(task: () => void): Node {
		const deadline = this.#clock.now() + this.#delay;
		const node: Node = { task, deadline, previous: this.#last, next: undefined, waiting: true };
		if (this.#last) this.#last.next = node;
		else this.#first = node;
		this.#last = node;
		this.#stopTimer ??= this.#clock.after(this.#delay, this.#run);
		return node;
	}

	remove(node: Node): void {
		if (!node.waiting) return;
		node.waiting = false;
		if (node.previous) node.previous.next = node.next;
		else this.#first = node.next;
		if (node.next) node.next.previous = node.previous;
		else this.#last = node.previous;
	}

	clear(): void {
		this.#stopTimer?.();
		this.#stopTimer = undefined;
		for (let node = this.#first; node; node = node.next) node.waiting = false;
		this.#first = undefined;
		this.#last = undefined;
	}

	readonly #run = (): void => {
		this.#stopTimer = undefined;
		const now = this.#clock.now();
		try {
			for (let node = this.#first; node && node.deadline <= now; node = this.#first) {
				this.remove(node);
				node.task();
			}
		} finally {
			// An earlier head may have been stopped, so the timer can find nothing due: it follows the new head.
			if (this.#first && !this.#stopTimer) {
				const wait = Math.max(this.#first.deadline - now, Math.min(RESOLUTION, this.#delay));
				this.#stopTimer = this.#clock.after(wait, this.#run);
			}
		}
	};
}

/**
 * A clock for very many timers of few distinct delays, as the transactions of RFC 3261 section 17
 * have them: starting and stopping one costs a list entry, and the clock below carries one timer for
 * each distinct delay. A task is never early and at most 10 ms later than on the clock below.
 */
export class QueuedClock implements Clock {
	readonly #clock: Clock;
	readonly #queues = new Map<number, DelayQueue>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	now(): number {
		return this.#clock.now();
	}

	after(delay: number, task: () => void): () => void {
		let queue = this.#queues.get(delay);
		if (!queue) {
			queue = new DelayQueue(this.#clock, delay);
			this.#queues.set(delay, queue);
		}
		const owner = queue;
		const node = owner.add(task);
		return () => owner.remove(node);
	}

	/** Stops every task that waits. */
	clear(): void {
		for (const queue of this.#queues.values()) queue.clear();
	}
}
