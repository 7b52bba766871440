import type { Clock } from "../../time/clock.ts";
import type { Target } from "../transport/types.ts";
import { Inquiry, type Lookups } from "./inquiry.ts";
import { type Answers, locate } from "./locate.ts";
import type { NextHop } from "./next-hop.ts";
import { RecentKeys } from "./recent-keys.ts";

/** The longest that a call waits for answers, in milliseconds. */
const DEADLINE = 3000;
/**
 * Milliseconds to wait for better answers once there is a place to try: long enough for a question that is
 * repeated after a second because its datagram was lost.
 */
const GRACE = 1500;
/**
 * The same for a name for which waiting was in vain within the last minute: some DNS servers never answer.
 */
const SHORT_GRACE = 50;
const SLOW_LIFETIME = 60_000;

/** What look-ups need. */
export interface Means {
	readonly lookups: Lookups;
	readonly clock: Clock;
	/** A number from 0 to below 1. */
	readonly random: () => number;
	/** The names whose answers we recently awaited in vain; created by `slowNames`. */
	readonly slow: RecentKeys;
}

/** The memory for names whose answers do not come. */
export function slowNames(clock: Pick<Clock, "now">): RecentKeys {
	return new RecentKeys(SLOW_LIFETIME, clock);
}

/**
 * The places to try for a host name, best first, never empty: at once if all answers are available. Answers
 * that come too late serve the next call.
 *
 * @throws {ResolveError} also as a rejection, if there is no place.
 */
export function findPlaces(hop: NextHop, means: Means): Target[] | Promise<Target[]> {
	const inquiry = new Inquiry(means.lookups, means.random);
	return locate(hop, inquiry) ?? new Promise((...settle) => new Wait(hop, inquiry, means, settle));
}

type Settle = readonly [resolve: (targets: Target[]) => void, reject: (error: unknown) => void];

/** Continues on each answer, and makes do with what it has when the time is up. */
class Wait {
	readonly #hop: NextHop;
	readonly #inquiry: Inquiry;
	readonly #means: Means;
	readonly #settle: Settle;
	readonly #stopDeadline: () => void;
	#stopGrace: (() => void) | undefined;

	constructor(hop: NextHop, inquiry: Inquiry, means: Means, settle: Settle) {
		this.#hop = hop;
		this.#inquiry = inquiry;
		this.#means = means;
		this.#settle = settle;
		this.#stopDeadline = means.clock.after(DEADLINE, () => this.#try(inquiry.withoutMissing()));
		inquiry.onAnswer = () => this.#step();
		this.#startGrace();
	}

	#step(): void {
		if (this.#try(this.#inquiry)) this.#means.slow.delete(this.#hop.host);
		else this.#startGrace();
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
		const { clock, slow } = this.#means;
		const { host } = this.#hop;
		this.#stopGrace = clock.after(slow.has(host) ? SHORT_GRACE : GRACE, () => {
			slow.add(host);
			this.#try(answers);
		});
	}
}

function canLocate(hop: NextHop, answers: Answers): boolean {
	try {
		return locate(hop, answers) !== undefined;
	} catch {
		return false;
	}
}
