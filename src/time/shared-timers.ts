import { type Linked, LinkedQueue } from "../linked-queue.ts";
import type { Clock } from "./clock.ts";

/** Timers that are due at the same moment. */
type Slot = LinkedQueue<Waiting>;

interface Waiting extends Linked<Waiting> {
	/** Undefined once it has run or was stopped. */
	task: (() => void) | undefined;
}

/**
 * For long timers, of which each call has several, most of them stopped early: those that are due within the same half
 * second wait in one slot, and one timer of the clock below, for the next slot, serves all. A task is never early, and
 * at most half a second late.
 */
export class SharedTimers implements Clock {
	readonly #clock: Clock;
	readonly #step: number;
	/** By the number of the step in which they are due; an empty one may get tasks again until then. */
	readonly #slots = new Map<number, Slot>();
	/** How many tasks there are. */
	#waiting = 0;
	#stopTimer: (() => void) | undefined;
	/** The number of the slot for which the timer is set; infinite without a timer. */
	#awaited = Number.POSITIVE_INFINITY;

	/** @param step how late a task may be, in milliseconds. */
	constructor(clock: Clock, step = 500) {
		this.#clock = clock;
		this.#step = step;
	}

	now(): number {
		return this.#clock.now();
	}

	after(delay: number, task: () => void): () => void {
		const number = Math.ceil((this.#clock.now() + delay) / this.#step);
		const slot = this.#slots.get(number) ?? this.#open(number);
		const waiting: Waiting = { task, previous: undefined, next: undefined };
		slot.push(waiting);
		this.#waiting += 1;
		if (number < this.#awaited) this.#await(number);
		return () => {
			if (!waiting.task) return;
			this.#take(slot, waiting);
			if (this.#waiting === 0) this.#rest();
		};
	}

	#open(number: number): Slot {
		const slot: Slot = new LinkedQueue();
		this.#slots.set(number, slot);
		return slot;
	}

	/** @returns its task. */
	#take(slot: Slot, waiting: Waiting): (() => void) | undefined {
		const { task } = waiting;
		waiting.task = undefined;
		slot.remove(waiting);
		this.#waiting -= 1;
		return task;
	}

	#await(number: number): void {
		this.#stopTimer?.();
		this.#awaited = number;
		const wait = number * this.#step - this.#clock.now();
		this.#stopTimer = this.#clock.after(Math.max(0, wait), this.#run);
	}

	/** Nothing waits: no timer, and no empty slots. */
	#rest(): void {
		this.#stopTimer?.();
		this.#stopTimer = undefined;
		this.#awaited = Number.POSITIVE_INFINITY;
		this.#slots.clear();
	}

	readonly #run = (): void => {
		this.#stopTimer = undefined;
		this.#awaited = Number.POSITIVE_INFINITY;
		const now = this.#clock.now();
		// None, if a system timer fires a little early.
		const due = [...this.#slots].filter(([number]) => number * this.#step <= now);
		due.sort(([one], [other]) => one - other);
		try {
			for (const [number, slot] of due) {
				// Timers set from now on get a slot of their own.
				this.#slots.delete(number);
				this.#runTasks(slot);
			}
		} finally {
			this.#awaitNext();
		}
	};

	/** A task that throws must not hold up the others. */
	#runTasks(slot: Slot): void {
		try {
			for (let { first } = slot; first; { first } = slot) this.#take(slot, first)?.();
		} finally {
			if (slot.first) this.#clock.after(0, () => this.#runTasks(slot));
		}
	}

	#awaitNext(): void {
		let next = Number.POSITIVE_INFINITY;
		for (const [number, { first }] of this.#slots) {
			if (!first) this.#slots.delete(number);
			else if (number < next) next = number;
		}
		if (next < this.#awaited) this.#await(next);
	}
}
