import type { Clock } from "../time/clock.ts";
import { ADMIT } from "./scripts.ts";

export interface AdmissionOptions {
	readonly clock: Clock;
	/** Whether the engine can be asked; without it every call is admitted. */
	readonly canAsk: () => boolean;
	/** How many calls this box has, with those that it asks for. */
	readonly open: () => number;
	/** Runs a script with arguments after the prefix, this box and its epoch. @throws {EngineError} */
	readonly run: (script: string, args: readonly string[]) => Promise<unknown>;
}

/** A call that waits. */
type Waiting = (admitted: boolean) => void;

/**
 * Whether there is room for calls among those of all boxes. What a box has heard of the others is some milliseconds old,
 * so the engine decides, for the calls of a turn at a time.
 */
export class Admission {
	readonly #options: AdmissionOptions;
	readonly #limit: number;
	#waiting: Waiting[] = [];

	/** @param limit most calls of all boxes together. */
	constructor(limit: number, options: AdmissionOptions) {
		this.#limit = limit;
		this.#options = options;
	}

	/** Asks for one call, which is among the open ones already. @returns undefined if it need not wait. */
	ask(): Promise<boolean> | undefined {
		const { canAsk, clock } = this.#options;
		if (!canAsk()) return undefined;
		const { promise, resolve } = Promise.withResolvers<boolean>();
		if (this.#waiting.length === 0) clock.after(0, () => void this.#askForAll());
		this.#waiting.push(resolve);
		return promise;
	}

	async #askForAll(): Promise<void> {
		const { run, open } = this.#options;
		const waiting = this.#waiting;
		this.#waiting = [];
		let granted = waiting.length;
		try {
			const answer = await run(ADMIT, [String(this.#limit), String(open()), String(waiting.length)]);
			granted = Number(answer);
		} catch {
			// Requests are taken without the engine.
		}
		for (const [index, decide] of waiting.entries()) decide(index < granted);
	}
}
