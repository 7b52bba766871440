import type { CallLeg, LegOrder } from "../sip/leg/types.ts";
import type { Clock } from "../time/clock.ts";
import { failureTone, type ToneName, type ToneOptions } from "./tone.ts";
import { ToneLine } from "./tone-line.ts";

/** How long a caller hears nothing before a tone says that it goes on, in milliseconds. */
const SILENCE = 1000;

/** How long a destination rings before a phone is asked by re-INVITE whether it wants to hear that, in milliseconds. */
const PATIENCE = 1000;

/**
 * What the initiator of an anchored call hears until it hears the destination: that something is being done, that the
 * destination rings, or why it was not reached.
 */
export class Hearing {
	readonly #options: ToneOptions;
	readonly #clock: Clock;
	readonly #line: ToneLine;
	#over: (() => void) | undefined;
	#stopTimer: (() => void) | undefined;

	/** @param heard told of each tone that begins, and undefined when there is none any more. */
	constructor(options: ToneOptions, clock: Clock, heard: (tone: ToneName | undefined) => void) {
		this.#options = options;
		this.#clock = clock;
		this.#line = new ToneLine(options.source, { onHeard: heard, onDeaf: () => this.#over?.() });
	}

	/** The port that the INVITE to the initiator names. */
	get sound(): LegOrder["sound"] {
		return this.#line.place;
	}

	/** The initiator has answered that INVITE. The destination is called now. */
	answered(leg: CallLeg, sdp: string | undefined): void {
		this.#line.answered(leg, sdp);
		if (this.#options.wait && this.#line.usable) this.#after(SILENCE, () => this.#line.play("wait"));
	}

	/** The initiator was called without: it hears nothing until it is asked. */
	adopt(leg: CallLeg): void {
		this.#line.adopt(leg);
	}

	/** The destination rings. */
	rings(): void {
		if (!this.#line.usable) return;
		if (!this.#line.unused) {
			this.#stopTimer?.();
			this.#line.play("ringback");
		} else if (!this.#stopTimer) {
			this.#after(PATIENCE, () => this.#line.play("ringback"));
		}
	}

	/** Whether the initiator can be told why the destination was not reached. */
	get tells(): boolean {
		return this.#options.failureTime > 0 && this.#line.usable;
	}

	/** Tells it. @param over called once it has heard enough, or if it does not want to hear it. */
	tell(status: number, over: () => void): void {
		this.#over = over;
		this.#after(this.#options.failureTime, over);
		this.#line.play(failureTone(status));
	}

	/** The initiator has described its side again. @param sdp undefined if it did not. */
	follow(sdp: string | undefined): void {
		this.#line.follow(sdp);
	}

	/** Our answer to an offer of the initiator; undefined if it is to hear nothing. */
	answer(sdp: string): string | undefined {
		return this.#line.answer(sdp);
	}

	/** Nothing is heard of us any more. */
	close(): void {
		this.#over = undefined;
		this.#stopTimer?.();
		this.#line.close();
	}

	#after(milliseconds: number, task: () => void): void {
		this.#stopTimer?.();
		this.#stopTimer = this.#clock.after(milliseconds, task);
	}
}
