import type { CrashCall, Link } from "./phones.ts";

/** Numbers that look random, the same for the same seed: the generator of Numerical Recipes. */
export class Dice {
	#state: number;

	constructor(seed: number) {
		this.#state = seed >>> 0;
		for (let turn = 0; turn < 5; turn++) this.below(1);
	}

	/** A whole number from 0 to below the limit. */
	below(limit: number): number {
		this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
		return Math.floor((this.#state / 2 ** 32) * limit);
	}

	pick<Value>(values: readonly [Value, ...Value[]]): Value {
		return values[this.below(values.length)] ?? values[0];
	}
}

/** Phones that answer at once, and those that take their time, so that a kill finds calls in every state. */
const INITIATORS = [
	"answer",
	"answer",
	"late-400ms",
	"late-1500ms",
	"noring",
	"busy",
	"norefer",
	"refer-bye",
	"hangup-600ms",
] as const;
const DESTINATIONS = [
	"answer",
	"answer",
	"late-400ms",
	"late-1500ms",
	"busy",
	"ring",
	"reliable",
	"early-500ms",
	"hangup-800ms",
] as const;
const LINKS: readonly [Link, ...Link[]] = ["lossy", "lossy", "UDP", "TCP"];

/** The next call of a mixture of REFER and anchored ones over all links. */
export function nextCall(dice: Dice): CrashCall {
	const anchor = dice.below(2) === 0;
	const destination = dice.pick(DESTINATIONS);
	return {
		initiator: dice.pick(INITIATORS),
		// After a REFER nobody but the phones themselves could end that.
		destination: destination === "ring" && !anchor ? "late-1500ms" : destination,
		anchor,
		link: dice.pick(LINKS),
	};
}

/** An anchored call whose phones answer at once. */
export function anchoredCall(link: Link): CrashCall {
	return { initiator: "answer", destination: "answer", anchor: true, link };
}
