import type { CallLeg, ReferListener, Refusal } from "../sip/leg/types.ts";
import type { Clock } from "../time/clock.ts";
import type { CallEnder } from "./events.ts";
import type { ReferralRecord } from "./referral-record.ts";

/** How long the phone is left alone before each further try, in milliseconds. */
const WAITS = [200, 800] as const;

/** A failure later than this after the REFER, in milliseconds, was not caused by asking too early. */
const SOON = 2000;

/**
 * What PBXs answer or report while they are still connecting the call that is to be transferred. Anything
 * else is the destination's answer, or comes from a phone that will never do it.
 */
const TOO_EARLY: ReadonlySet<number> = new Set([400, 481, 491, 500, 503]);

export interface ReferralOptions {
	/** The phone, which has just answered. */
	readonly leg: CallLeg;
	/** The address it is asked to call. */
	readonly referTo: string;
	/** The party that asks, as a name-addr. */
	readonly referredBy: string;
	readonly clock: Clock;
}

/** How it turns out. `onRinging` and `onRetry` may come first; one of the others ends it. */
export interface ReferralListener {
	onRinging(): void;
	/** It will be retried after a while. @param why for people. */
	onRetry(why: string): void;
	onConnected(): void;
	onFailed(status: number, endedBy?: CallEnder): void;
	/** The phone will not do it: join it with the destination here. @param why for people. */
	onDeclined(why: string): void;
	/** The phone has accepted it and reports nothing more. */
	onUnknown(): void;
}

/**
 * Hands a phone over to the destination by REFER (RFC 3515).
 *
 * The REFER follows the ACK at once, so that no phone has to wait. A PBX may not have connected its own two
 * calls by then and cannot transfer them: it is asked twice more before we conclude that it cannot.
 *
 *     asking ──▶ unreported ──▶ over
 *      ▲  │  ▲───────┘           ▲
 *      │  ├──────────────────────┤
 *      └─ waiting ───────────────┘
 *
 * - asking: a REFER is out, or the phone reports on it.
 * - waiting: it came too early; the next one follows.
 * - unreported: the phone sends no more reports, but has not hung up.
 */
export class Referral {
	readonly #options: ReferralOptions;
	readonly #listener: ReferralListener;
	#state: "asking" | "waiting" | "unreported" | "over" = "asking";
	#tries = 0;
	#askedAt = 0;
	#rang = false;
	/** Whether the phone took the REFER of another process, and has reported nothing since. */
	#unheard = false;
	/** How the previous try ended. */
	#failure = 0;
	#stopTimer: (() => void) | undefined;

	constructor(options: ReferralOptions, listener: ReferralListener) {
		this.#options = options;
		this.#listener = listener;
	}

	/** Its state, for another process; undefined once it is over. */
	record(): ReferralRecord | undefined {
		const state = this.#state;
		return state === "over" ? undefined : { version: 1, state, failure: this.#failure };
	}

	/** Continues with the REFER that another process has sent; it is not sent again. */
	resume({ state, failure }: ReferralRecord): void {
		this.#state = state;
		this.#failure = failure;
		this.#tries = WAITS.length + 1;
		this.#askedAt = Number.NEGATIVE_INFINITY;
		if (state === "waiting") return this.#fail(failure);
		const refer = this.#options.leg.resumeRefer(this.#reports());
		this.#unheard = refer?.taken === true;
		if (!refer) this.expire();
	}

	/** Sends the REFER. */
	start(): void {
		this.#ask();
	}

	/** The phone has hung up, or was lost. @returns false when that ends the call. */
	left(cause: "bye" | "failure"): boolean {
		switch (this.#state) {
			case "asking":
				// The reports of a REFER outlive the phone's BYE (RFC 5057 section 5.1).
				return cause === "bye";
			case "waiting":
				this.#fail(this.#failure);
				return true;
			case "unreported":
				this.#giveUp();
				return true;
			case "over":
				return false;
		}
	}

	/** The time is up. */
	expire(): void {
		// A phone that reported to a process that was not there may have long been connected.
		if (this.#state === "unreported" || this.#unheard) this.#giveUp();
		else this.#fail(408, "server");
	}

	/** Reports nothing from now on. */
	close(): void {
		this.#end();
	}

	#ask(): void {
		const { leg, referTo, referredBy, clock } = this.#options;
		this.#state = "asking";
		this.#tries += 1;
		this.#askedAt = clock.now();
		leg.refer(referTo, referredBy, this.#reports());
	}

	/** What the current REFER reports to. */
	#reports(): ReferListener {
		const number = this.#tries;
		return {
			onAccepted: () => {},
			onRefused: (refusal) => this.#hears(number) && this.#refused(refusal),
			onReport: (status) => this.#hears(number) && this.#reported(status),
			onUnreported: () => this.#hears(number) && this.#unreported(),
			onLost: (status) => this.#hears(number) && this.#lost(status),
		};
	}

	/** A phone may both report and answer that it has failed, and do so late. */
	#hears(number: number): boolean {
		return this.#tries === number && (this.#state === "asking" || this.#state === "unreported");
	}

	#refused({ status, reason, local }: Refusal): void {
		const { leg } = this.#options;
		const why = `REFER refused with ${status} ${reason}`;
		// A phone that is gone cannot be joined with anybody.
		if (leg.state !== "confirmed") return this.#fail(487, "initiator");
		if (!local && this.#triesAgain(status, why)) return;
		if (local || status === 481) this.#fail(status);
		else this.#decline(why);
	}

	#reported(status: number): void {
		this.#unheard = false;
		if (status >= 300) return this.#failed(status);
		if (status >= 200) {
			if (this.#end()) this.#listener.onConnected();
			return;
		}
		this.#rang = true;
		this.#listener.onRinging();
	}

	#failed(status: number): void {
		const { leg } = this.#options;
		const mayBeEarly = this.#isEarly(status) && leg.state === "confirmed";
		const why = `transfer failed with ${status}`;
		if (!mayBeEarly) return this.#fail(status);
		if (!this.#triesAgain(status, why)) this.#decline(why);
	}

	#unreported(): void {
		this.#state = "unreported";
		if (this.#options.leg.state !== "confirmed") this.#giveUp();
	}

	#lost(status: number | undefined): void {
		if (status === undefined) this.#giveUp();
		else this.#fail(status);
	}

	#isEarly(status: number): boolean {
		return !this.#rang && TOO_EARLY.has(status) && this.#options.clock.now() - this.#askedAt <= SOON;
	}

	/** @returns false if it should not be tried again. */
	#triesAgain(status: number, why: string): boolean {
		const wait = WAITS[this.#tries - 1];
		if (wait === undefined || !this.#isEarly(status)) return false;
		this.#state = "waiting";
		this.#failure = status;
		this.#listener.onRetry(`${why}, tried again in ${wait} ms`);
		this.#stopTimer = this.#options.clock.after(wait, () => this.#ask());
		return true;
	}

	#fail(status: number, endedBy?: CallEnder): void {
		if (this.#end()) this.#listener.onFailed(status, endedBy);
	}

	#decline(why: string): void {
		if (this.#end()) this.#listener.onDeclined(why);
	}

	/** Nobody can tell how it turned out. */
	#giveUp(): void {
		if (this.#end()) this.#listener.onUnknown();
	}

	/** @returns false if it was over already. */
	#end(): boolean {
		if (this.#state === "over") return false;
		this.#state = "over";
		this.#stopTimer?.();
		return true;
	}
}
