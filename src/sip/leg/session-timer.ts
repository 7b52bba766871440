import type { IncomingRequestMessage, IncomingResponseMessage } from "sip.js/lib/core/index.js";
import type { Clock } from "../reliability/types.ts";

/** The shortest session interval that we take, in seconds (RFC 4028 section 5). */
export const SHORTEST_INTERVAL = 90;

/** The longest one, in seconds: a day. */
export const LONGEST_INTERVAL = 86_400;

/** How long after a refresh that failed the next one is tried, in seconds. */
const RETRY_AFTER = 10;

/** What the timer asks of the dialog. */
export interface SessionTimerUser {
	/** It is our turn to say that we are still there; `retry` in case that could not be done. */
	refresh(retry: () => void): void;
	/** Nobody has said so in time. */
	expired(): void;
}

/** Notices a phone that vanished in a call that was answered (RFC 4028), in either role. */
export class SessionTimer {
	readonly #clock: Clock;
	readonly #wanted: number;
	readonly #user: SessionTimerUser;
	#interval = 0;
	#ours = false;
	#stopRefresh: (() => void) | undefined;
	#stopExpiry: (() => void) | undefined;

	/** @param wanted session interval to ask for when none is agreed on, in seconds; 0 for none. */
	constructor(clock: Clock, wanted: number, user: SessionTimerUser) {
		this.#clock = clock;
		this.#wanted = wanted;
		this.#user = user;
	}

	/**
	 * Begins anew with what the phone's message agrees to; without a Session-Expires there is no timer.
	 *
	 * @param role ours in the transaction: `uac` for the phone's 2xx, `uas` for its request.
	 * @returns the header fields for our 2xx to its request.
	 */
	start(message: IncomingRequestMessage | IncomingResponseMessage, role: "uac" | "uas"): string[] {
		this.stop();
		const [seconds = "", ...parameters] = (
			message.getHeader("Session-Expires") ??
			message.getHeader("x") ??
			""
		).split(";");
		const interval = Number.parseInt(seconds, 10);
		if (!(interval > 0)) return [];
		this.#interval = Math.min(Math.max(interval, SHORTEST_INTERVAL), LONGEST_INTERVAL);
		// When a request leaves the refresher open, its sender stays in charge.
		const refresher = /refresher\s*=\s*(uac|uas)/i.exec(parameters.join(";"))?.[1]?.toLowerCase() ?? "uac";
		this.#ours = refresher === role;
		if (this.#ours) this.#refreshAfter(this.#interval / 2);
		const limit = this.#interval - Math.min(32, this.#interval / 3);
		this.#stopExpiry = this.#clock.after(limit * 1000, () => this.#user.expired());
		return [
			`Session-Expires: ${this.#interval};refresher=${refresher}`,
			...(refresher === "uac" ? ["Require: timer"] : []),
		];
	}

	/** The header fields for a re-INVITE of ours: the interval as agreed, with the same refresher. */
	headers(): string[] {
		const refresher = this.#interval > 0 ? `;refresher=${this.#ours ? "uac" : "uas"}` : "";
		return intervalHeaders(this.#interval || this.#wanted, SHORTEST_INTERVAL, refresher);
	}

	stop(): void {
		this.#stopRefresh?.();
		this.#stopExpiry?.();
	}

	#refreshAfter(seconds: number): void {
		this.#stopRefresh = this.#clock.after(seconds * 1000, () =>
			this.#user.refresh(() => this.#refreshAfter(RETRY_AFTER)),
		);
	}
}

/**
 * The header fields that ask for a session interval.
 *
 * @param interval in seconds; 0 asks for none.
 * @param shortest that we would take.
 */
export function intervalHeaders(interval: number, shortest: number, refresher = ""): string[] {
	return interval > 0 ? [`Session-Expires: ${interval}${refresher}`, `Min-SE: ${shortest}`] : [];
}
