import { type Linked, LinkedQueue } from "../linked-queue.ts";
import type { Clock } from "./clock.ts";

/** Timers that are due at the same moment. */
interface Slot {
	readonly tasks: LinkedQueue<Waiting>;
	stopTimer: () => void;
}

interface Waiting extends Linked<Waiting> {
	/** Undefined once it has run or was stopped. */
	task: (() => void) | undefined;
}

/**
 * For long timers, of which each call has several: those that are due within the same half second share one
 * timer of the clock below. A task is never early, and at most half a second late.
 */
export class SharedTimers implements Clock {
	readonly #clock: Clock;
	readonly #step: number;
	/** By the number of the step in which they are due. */
	readonly #slots = new Map<number, Slot>();

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
		slot.tasks.push(waiting);
		return () => {
			if (!waiting.task) return;
			waiting.task = undefined;
			slot.tasks.remove(waiting);
			if (slot.tasks.first) return;
			slot.stopTimer();
			if (this.#slots.get(number) === slot) this.#slots.delete(number);
		};
	}

	#open(number: number): Slot {
		const slot: Slot = { tasks: new LinkedQueue(), stopTimer: () => {} };
		this.#slots.set(number, slot);
		this.#schedule(number, slot);
		return slot;
	}

	#schedule(number: number, slot: Slot): void {
		const wait = number * this.#step - this.#clock.now();
		slot.stopTimer = this.#clock.after(Math.max(0, wait), () => this.#run(number, slot));
	}

	#run(number: number, slot: Slot): void {
		// A system timer may fire a little early.
		if (this.#clock.now() < number * this.#step) return this.#schedule(number, slot);
		// Timers set from now on get a slot of their own.
		this.#slots.delete(number);
		this.#runTasks(slot);
	}

	/** A task that throws must not hold up the others. */
	#runTasks(slot: Slot): void {
		try {
			for (let { first } = slot.tasks; first; { first } = slot.tasks) {
				const { task } = first;
				first.task = undefined;
				slot.tasks.remove(first);
				task?.();
			}
		} finally {
			if (slot.tasks.first) slot.stopTimer = this.#clock.after(0, () => this.#runTasks(slot));
		}
	}
}
