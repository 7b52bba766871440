import { type Linked, LinkedQueue } from "../linked-queue.ts";
import type { Clock } from "./clock.ts";

/** Milliseconds by which a timer may be late if it follows another one closely. */
const RESOLUTION = 10;

/** What waits for its time. Transactions have several each: an object that is there anyway needs no closure. */
export interface TimedTask {
	/** Its time has come. */
	due(): void;
}

/** A timer that was started, in the queue of its delay. */
export class QueuedTimer implements Linked<QueuedTimer> {
	/** Undefined once it has run or was stopped. */
	task: TimedTask | undefined;
	deadline = 0;
	queue: DelayQueue;
	previous: QueuedTimer | undefined;
	next: QueuedTimer | undefined;

	constructor(task: TimedTask, queue: DelayQueue) {
		this.task = task;
		this.queue = queue;
		this.previous = undefined;
		this.next = undefined;
	}

	/** Does nothing once it has run. */
	stop(): void {
		this.queue.remove(this);
	}
}

/**
 * Tasks with the same delay run in the order in which they were set, so that one queue and one timer of the
 * clock below serve any number of them.
 */
class DelayQueue {
	readonly #clock: Clock;
	readonly #delay: number;
	readonly #queue = new LinkedQueue<QueuedTimer>();
	#stopTimer: (() => void) | undefined;
	#running = false;

	constructor(clock: Clock, delay: number) {
		this.#clock = clock;
		this.#delay = delay;
	}

	add(timer: QueuedTimer): void {
		timer.deadline = this.#clock.now() + this.#delay;
		timer.queue = this;
		this.#queue.push(timer);
		// What a running task sets queues behind all that wait: the timer is for the head, once the tasks
		// have run.
		if (!this.#running) this.#stopTimer ??= this.#clock.after(this.#delay, this.#run);
	}

	remove(timer: QueuedTimer): void {
		if (!timer.task) return;
		timer.task = undefined;
		this.#queue.remove(timer);
	}

	clear(): void {
		this.#stopTimer?.();
		this.#stopTimer = undefined;
		for (let { first } = this.#queue; first; { first } = this.#queue) this.remove(first);
	}

	readonly #run = (): void => {
		this.#stopTimer = undefined;
		this.#running = true;
		const now = this.#clock.now();
		try {
			for (let { first } = this.#queue; first && first.deadline <= now; { first } = this.#queue) {
				const { task } = first;
				this.remove(first);
				task?.due();
			}
		} finally {
			this.#running = false;
			this.#followHead();
		}
	};

	/** An earlier head may have been stopped, or a task may have thrown or taken long. */
	#followHead(): void {
		const { first } = this.#queue;
		if (!first) return;
		const left = first.deadline - this.#clock.now();
		const wait = left > 0 ? Math.max(left, Math.min(RESOLUTION, this.#delay)) : 0;
		this.#stopTimer = this.#clock.after(wait, this.#run);
	}
}

/**
 * A clock for very many timers with few distinct delays, such as those of RFC 3261 section 17's transactions:
 * starting and stopping one costs a list entry, and the clock below has one timer for each distinct delay. A
 * task is never early and at most 10 ms later than on the clock below.
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
		const timer = this.start(delay, { due: task });
		return () => timer.stop();
	}

	/** The same for a task that is an object. */
	start(delay: number, task: TimedTask): QueuedTimer {
		const queue = this.#queueFor(delay);
		const timer = new QueuedTimer(task, queue);
		queue.add(timer);
		return timer;
	}

	/** Starts a timer again, from now on and for the same task or another one, whatever has become of it. */
	restart(timer: QueuedTimer, delay: number, task: TimedTask): void {
		timer.stop();
		timer.task = task;
		this.#queueFor(delay).add(timer);
	}

	#queueFor(delay: number): DelayQueue {
		const known = this.#queues.get(delay);
		if (known) return known;
		const queue = new DelayQueue(this.#clock, delay);
		this.#queues.set(delay, queue);
		return queue;
	}

	/** Stops all waiting tasks. */
	clear(): void {
		for (const queue of this.#queues.values()) queue.clear();
	}
}
