import type { CallLeg, ProbeOutcome } from "../sip/leg/types.ts";
import type { Clock } from "../time/clock.ts";

/**
 * How fast phones are asked. `gentle`: some 50 a second, as they reach us all the same. `urgent`: they know only where
 * another process was, so that each is asked as soon as the answers of those before it allow.
 */
export type ProbePace = "gentle" | "urgent";

interface Pace {
	/** Milliseconds from one turn to the next. */
	readonly interval: number;
	/** Most phones in one turn. */
	readonly atOnce: number;
	/** How often a phone that is busy is asked again. */
	readonly again: number;
}

const PACES: Readonly<Record<ProbePace, Pace>> = {
	gentle: { interval: 20, atOnce: 1, again: 0 },
	urgent: { interval: 10, atOnce: 10, again: 5 },
};

/** Most phones that have not answered yet: more would fill the buffers on the way. */
const MAX_UNANSWERED = 100;
/** How long a phone counts among those, in milliseconds: one that is gone must not hold the others up. */
const SLOT_TIME = 500;
/**
 * How long until a phone that is busy is asked again, in milliseconds: longer than 2.1 s (RFC 3261 section 14.1). Each
 * time takes some 10 s, and its own request to
 * the other process may take 32 s to fail (64*T1, RFC 3261 section 17.1.1.2).
 */
const AGAIN_AFTER = 3000;

/** What became of the calls that another process had begun. */
export interface RestorationFigures {
	/** Calls that were taken up, those that ended at once too. */
	restored: number;
	/** Phones that were asked whether they are still in their call. */
	probed: number;
	/** Calls that ended because a phone was not: the other phone was freed. */
	freed: number;
	/** Legs whose records could not be used. */
	unusable: number;
}

interface Waiting {
	readonly leg: CallLeg;
	readonly pace: Pace;
	/** How often it may be asked once more. */
	readonly again: number;
}

/**
 * Asks the phones of restored calls whether they are still there, one after the other: a phone may have hung up while
 * nobody was here to hear it, and the other one would wait for its session timer.
 */
export class Probing {
	readonly #clock: Clock;
	readonly #figures: RestorationFigures;
	/** Those that are yet to be asked, the last one first. */
	#waiting: Waiting[] = [];
	#unanswered = 0;
	#running = false;

	constructor(clock: Clock, figures: RestorationFigures) {
		this.#clock = clock;
		this.#figures = figures;
	}

	/** Asks these phones, too, after those before them. */
	add(legs: readonly CallLeg[], pace: ProbePace = "gentle"): void {
		const added = legs.map((leg) => ({ leg, pace: PACES[pace], again: PACES[pace].again }));
		this.#waiting = [...added.reverse(), ...this.#waiting];
		if (!this.#running) this.#next();
	}

	#next(): void {
		const pace = this.#waiting.at(-1)?.pace;
		this.#running = pace !== undefined;
		if (!pace) return;
		for (let asked = 0; asked < pace.atOnce && this.#unanswered < MAX_UNANSWERED; asked++) {
			const next = this.#nextThere();
			if (!next) break;
			this.#ask(next);
		}
		this.#clock.after(pace.interval, () => this.#next());
	}

	#nextThere(): Waiting | undefined {
		let next = this.#waiting.pop();
		while (next && !next.leg.probeable) next = this.#waiting.pop();
		return next;
	}

	#ask(waiting: Waiting): void {
		this.#figures.probed += 1;
		this.#unanswered += 1;
		let counted = true;
		const free = (): void => {
			if (counted) this.#unanswered -= 1;
			counted = false;
		};
		const stopTimer = this.#clock.after(SLOT_TIME, free);
		waiting.leg.probe((outcome) => {
			stopTimer();
			free();
			this.#settled(waiting, outcome);
		});
	}

	#settled({ leg, pace, again }: Waiting, outcome: ProbeOutcome): void {
		if (outcome === "gone") this.#figures.freed += 1;
		if (outcome !== "busy" || again === 0) return;
		this.#clock.after(AGAIN_AFTER, () => {
			this.#waiting.unshift({ leg, pace, again: again - 1 });
			if (!this.#running) this.#next();
		});
	}
}
