import type { CallLeg } from "../sip/leg/types.ts";
import type { Clock } from "../time/clock.ts";

/** How many phones are asked in a second: as many calls may be restored at once. */
const PER_SECOND = 50;

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

/**
 * Asks the phones of restored calls whether they are still there, one after the other: a phone may have hung up while
 * nobody was here to hear it, and the other one would wait for its session timer.
 */
export class Probing {
	readonly #clock: Clock;
	readonly #figures: RestorationFigures;
	/** Those that are yet to be asked, the last one first. */
	#waiting: CallLeg[] = [];
	#running = false;

	constructor(clock: Clock, figures: RestorationFigures) {
		this.#clock = clock;
		this.#figures = figures;
	}

	/** Asks these phones, too, after those before them. */
	add(legs: readonly CallLeg[]): void {
		this.#waiting = [...[...legs].reverse(), ...this.#waiting];
		if (this.#running) return;
		this.#running = true;
		this.#next();
	}

	#next(): void {
		let leg = this.#waiting.pop();
		while (leg && leg.state !== "confirmed") leg = this.#waiting.pop();
		if (!leg) {
			this.#running = false;
			return;
		}
		this.#figures.probed += 1;
		leg.probe(() => {
			this.#figures.freed += 1;
		});
		this.#clock.after(1000 / PER_SECOND, () => this.#next());
	}
}
