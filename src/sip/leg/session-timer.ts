import { randomInt } from "node:crypto";
import type { Clock } from "../../time/clock.ts";
import type { WallClock } from "../../time/wall-clock.ts";
import { clockTimeOf, wallTimeOf } from "../../time/wall-time.ts";
import type { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import type { SessionTimerRecord } from "./session-timer-record.ts";

/** The shortest session interval that we accept, in seconds (RFC 4028 section 5). */
export const SHORTEST_INTERVAL = 90;

/** The longest one, in seconds: a day. */
export const LONGEST_INTERVAL = 86_400;

/** How long after a failed refresh we try again, in seconds. */
const RETRY_AFTER = 10;

/**
 * How long a phone may take to answer if its time ran out while no process was running, in seconds: longer
 * than timer B and the longest pause before we ask.
 */
const GRACE = 60;

/**
 * The longest pause before a refresh that came due while no process was running, in milliseconds: many may have, and
 * they are not to leave all at once.
 */
const SPREAD = 20_000;

/** What the timer needs from the dialog. */
export interface SessionTimerUser {
	/**
	 * It is our turn to refresh.
	 * @param failed called if that fails; `alive` if it was the phone that refused.
	 */
	refresh(failed: (alive: boolean) => void): void;
	/** Nobody has refreshed in time. */
	expired(): void;
}

/** Session-Expires as received: seconds, 0 for none, and the refresher. */
interface SessionExpires {
	readonly seconds: number;
	readonly refresher: "uac" | "uas" | undefined;
}

/**
 * Notices a phone that vanished in an answered call (RFC 4028), in either role. If the phone does not know
 * session timers, we refresh all the same: any answer shows that it is there.
 */
export class SessionTimer {
	readonly #clock: Clock;
	readonly #wanted: number;
	readonly #user: SessionTimerUser;
	/** Seconds; 0 before there is one. */
	#interval = 0;
	/** The shortest one that everybody on the path accepts, as far as we know. */
	#shortest = SHORTEST_INTERVAL;
	/** Whether we refresh. */
	#ours = false;
	/** Whether the phone knows the interval. */
	#agreed = false;
	/** By the clock, in milliseconds; infinite if there is none. */
	#refreshAt = Number.POSITIVE_INFINITY;
	#expiryAt = Number.POSITIVE_INFINITY;
	/** Stops the timer for the earlier of the two. */
	#stopTimer: (() => void) | undefined;

	/** @param wanted session interval to ask for when none has been agreed, in seconds; 0 for none. */
	constructor(clock: Clock, wanted: number, user: SessionTimerUser) {
		this.#clock = clock;
		this.#wanted = wanted;
		this.#user = user;
	}

	/**
	 * The header fields of the 422 if a request's interval is too short (RFC 4028 section 9); otherwise
	 * undefined.
	 */
	refusal(request: IncomingRequestMessage): string[] | undefined {
		const { seconds } = sessionExpiresOf(request);
		return seconds > 0 && seconds < SHORTEST_INTERVAL ? [`Min-SE: ${SHORTEST_INTERVAL}`] : undefined;
	}

	/**
	 * Takes the longer interval that a 422 asks for (RFC 4028 section 7.3). @returns false if it names none.
	 */
	raise(refusal: IncomingResponseMessage): boolean {
		const shortest = minSeOf(refusal);
		if (!(shortest > this.#shortest && shortest <= LONGEST_INTERVAL)) return false;
		this.#shortest = shortest;
		return true;
	}

	/**
	 * Restarts with what the phone's message agrees to. If it agrees to nothing we watch the session alone,
	 * provided that an interval is wanted at all (RFC 4028 sections 7.2 and 9).
	 *
	 * @param role ours in the transaction: `uac` for the phone's 2xx, `uas` for its request.
	 * @returns the header fields for our 2xx to its request.
	 */
	start(message: IncomingRequestMessage | IncomingResponseMessage, role: "uac" | "uas"): string[] {
		this.stop();
		const { seconds, refresher } = sessionExpiresOf(message);
		this.#agreed = seconds > 0 || (role === "uas" && knowsTimers(message));
		if (role === "uas")
			this.#shortest = Math.min(Math.max(this.#shortest, minSeOf(message)), LONGEST_INTERVAL);
		if (seconds > 0) this.#interval = clamp(seconds, SHORTEST_INTERVAL);
		else this.#interval = this.#wanted > 0 ? this.#asked : 0;
		if (this.#interval === 0) return [];
		// If a request leaves the refresher open, its sender refreshes; if it does not mention one, we do.
		const chosen = refresher ?? (seconds > 0 ? "uac" : role);
		this.#ours = chosen === role;
		this.#arm();
		if (!this.#agreed) return [];
		return [
			`Session-Expires: ${this.#interval};refresher=${chosen}`,
			...(chosen === "uac" ? ["Require: timer"] : []),
		];
	}

	/** Continues from what another process has recorded. */
	resume(record: SessionTimerRecord, wall: WallClock): void {
		this.#interval = record.interval;
		this.#shortest = record.shortest;
		this.#ours = record.ours;
		this.#agreed = record.agreed;
		const clocks = { clock: this.#clock, wall };
		this.#refreshAt = clockTimeOf(record.refreshAt, clocks, (record.interval / 2) * 1000);
		this.#expiryAt = clockTimeOf(record.expiryAt, clocks, record.interval * 1000);
		const now = this.#clock.now();
		// The phone had no chance to show that it is still there: ask it first.
		if (this.#expiryAt <= now) {
			this.#refreshAt = now;
			this.#expiryAt = now + GRACE * 1000;
		}
		if (this.#refreshAt <= now) {
			const longest = Math.min(SPREAD, Math.trunc((this.#expiryAt - now) / 2));
			this.#refreshAt = now + randomInt(Math.max(longest, 1));
		}
		this.#schedule();
	}

	/** Its state, for another process. */
	record(wall: WallClock): SessionTimerRecord {
		const clocks = { clock: this.#clock, wall };
		// A refresh in progress is lost with the process.
		const isDue = this.#ours && this.#refreshAt > this.#expiryAt;
		return {
			version: 1,
			interval: this.#interval,
			shortest: this.#shortest,
			ours: this.#ours,
			agreed: this.#agreed,
			refreshAt: wallTimeOf(isDue ? this.#clock.now() : this.#refreshAt, clocks),
			expiryAt: wallTimeOf(this.#expiryAt, clocks),
		};
	}

	/** The header fields for our re-INVITE: the agreed interval, with the same refresher. */
	headers(): string[] {
		const refresher = this.#interval > 0 ? `;refresher=${this.#ours ? "uac" : "uas"}` : "";
		return intervalHeaders(this.#asked, this.#shortest, refresher);
	}

	stop(): void {
		this.#refreshAt = Number.POSITIVE_INFINITY;
		this.#expiryAt = Number.POSITIVE_INFINITY;
		this.#schedule();
	}

	/** What we ask for; 0 for none. */
	get #asked(): number {
		const asked = this.#interval || this.#wanted;
		return asked > 0 ? clamp(asked, this.#shortest) : 0;
	}

	#arm(): void {
		const now = this.#clock.now();
		const limit = this.#interval - Math.min(32, this.#interval / 3);
		this.#refreshAt = this.#ours ? now + (this.#interval / 2) * 1000 : Number.POSITIVE_INFINITY;
		this.#expiryAt = now + limit * 1000;
		this.#schedule();
	}

	#schedule(): void {
		this.#stopTimer?.();
		this.#stopTimer = undefined;
		const next = Math.min(this.#refreshAt, this.#expiryAt);
		if (next === Number.POSITIVE_INFINITY) return;
		this.#wait(next - this.#clock.now());
	}

	#wait(delay: number): void {
		this.#stopTimer = this.#clock.after(delay, () => this.#due());
	}

	#due(): void {
		if (this.#expiryAt <= this.#refreshAt) {
			this.stop();
			this.#user.expired();
			return;
		}
		this.#refreshAt = Number.POSITIVE_INFINITY;
		this.#schedule();
		this.#user.refresh((alive) => {
			// The phone may have become the refresher meanwhile.
			if (!this.#ours) return;
			// A phone that knows no interval owes no refresh: it is enough that it answers.
			if (alive && !this.#agreed) return this.#arm();
			this.#refreshAt = this.#clock.now() + RETRY_AFTER * 1000;
			this.#schedule();
		});
	}
}

/**
 * The header fields that ask for a session interval.
 *
 * @param interval in seconds; 0 asks for none.
 * @param shortest the shortest that we would accept.
 */
export function intervalHeaders(interval: number, shortest: number, refresher = ""): string[] {
	return interval > 0 ? [`Session-Expires: ${interval}${refresher}`, `Min-SE: ${shortest}`] : [];
}

function clamp(seconds: number, shortest: number): number {
	return Math.min(Math.max(seconds, shortest), LONGEST_INTERVAL);
}

function sessionExpiresOf(message: IncomingRequestMessage | IncomingResponseMessage): SessionExpires {
	const value = message.getHeader("Session-Expires");
	if (value === undefined) return NO_INTERVAL;
	const [text = "", ...parameters] = value.split(";");
	const seconds = Number.parseInt(text, 10);
	const refresher = /refresher\s*=\s*(uac|uas)/i.exec(parameters.join(";"))?.[1]?.toLowerCase();
	return {
		seconds: Number.isFinite(seconds) ? seconds : 0,
		refresher: refresher === "uac" || refresher === "uas" ? refresher : undefined,
	};
}

const NO_INTERVAL: SessionExpires = { seconds: 0, refresher: undefined };

function knowsTimers(message: IncomingRequestMessage | IncomingResponseMessage): boolean {
	return /(^|[\s,])timer\b/i.test(message.getHeaders("Supported").join());
}

/** Seconds; 0 for none. */
function minSeOf(message: IncomingRequestMessage | IncomingResponseMessage): number {
	const seconds = Number.parseInt(message.getHeader("Min-SE") ?? "", 10);
	return Number.isFinite(seconds) ? seconds : 0;
}
