import type { Clock } from "../reliability/types.ts";
import type { Target } from "../transport/types.ts";
import { Inquiry, type Lookups } from "./inquiry.ts";
import { type Answers, locate } from "./locate.ts";
import type { NextHop } from "./next-hop.ts";

/** Milliseconds for which a call waits for answers at most. */
const DEADLINE = 3000;
/**
 * Milliseconds for better answers once there is a place to try: long enough for a question that is asked
 * again after a second because its datagram was lost.
 */
const GRACE = 1500;

/**
 * The places to try for a host name, best first, never empty: at once when all answers are there. Answers
 * that come too late serve the next call.
 *
 * @param random a number from 0 to below 1.
 * @throws {ResolveError} also as a rejection, when there is no place.
 */
export function findPlaces(
	hop: NextHop,
	lookups: Lookups,
	clock: Clock,
	random: () => number,
): Target[] | Promise<Target[]> {
	const inquiry = new Inquiry(lookups, random);
	return locate(hop, inquiry) ?? new Promise((...settle) => new Wait(hop, inquiry, clock, settle));
}

type Settle = readonly [resolve: (targets: Target[]) => void, reject: (error: unknown) => void];

/** Goes on whenever an answer comes, and makes do with what is there when time is up. */
class Wait {
	readonly #hop: NextHop;
	readonly #inquiry: Inquiry;
	readonly #clock: Clock;
	readonly #settle: Settle;
	readonly #stopDeadline: () => void;
	#stopGrace: (() => void) | undefined;

	constructor(hop: NextHop, inquiry: Inquiry, clock: Clock, settle: Settle) {
		this.#hop = hop;
		this.#inquiry = inquiry;
		this.#clock = clock;
		this.#settle = settle;
		this.#stopDeadline = clock.after(DEADLINE, () => this.#try(inquiry.withoutMissing()));
		inquiry.onAnswer = () => this.#step();
		this.#startGrace();
	}

	#step(): void {
		if (!this.#try(this.#inquiry)) this.#startGrace();
	}

	/** @returns whether it is over, with places or without. */
	#try(answers: Answers): boolean {
		const [resolve, reject] = this.#settle;
		try {
			const targets = locate(this.#hop, answers);
			if (!targets) return false;
			resolve(targets);
		} catch (error) {
			reject(error);
		}
		this.#inquiry.onAnswer = () => {};
		this.#stopDeadline();
		this.#stopGrace?.();
		return true;
	}

	#startGrace(): void {
		const answers = this.#inquiry.withoutMissing();
		if (this.#stopGrace || !canLocate(this.#hop, answers)) return;
		this.#stopGrace = this.#clock.after(GRACE, () => this.#try(answers));
	}
}

function canLocate(hop: NextHop, answers: Answers): boolean {
	try {
		return locate(hop, answers) !== undefined;
	} catch {
		return false;
	}
}
