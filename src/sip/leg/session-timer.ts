import type { IncomingRequestMessage, IncomingResponseMessage } from "sip.js/lib/core/index.js";
import type { Clock } from "../reliability/types.ts";

/** Session interval we ask for, and the shortest we take, in seconds (RFC 4028 sections 4 and 5). */
export const SESSION_INTERVAL = 1800;
export const SHORTEST_INTERVAL = 90;

/** What the timer asks of the dialog. */
export interface SessionTimerUser {
	/** It is our turn to say that we are still there. */
	refresh(): void;
	/** The phone has not said so in time. */
	expired(): void;
}

/** Notices a phone that vanished in a call that was answered (RFC 4028), in either role. */
export class SessionTimer {
	readonly #clock: Clock;
	readonly #user: SessionTimerUser;
	#interval = 0;
	#ours = false;
	#stop: (() => void) | undefined;

	constructor(clock: Clock, user: SessionTimerUser) {
		this.#clock = clock;
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
		this.#interval = Math.max(interval, SHORTEST_INTERVAL);
		// When a request leaves the refresher open, its sender stays in charge.
		const refresher = /refresher\s*=\s*(uac|uas)/i.exec(parameters.join(";"))?.[1]?.toLowerCase() ?? "uac";
		this.#ours = refresher === role;
		const delay = this.#ours ? this.#interval / 2 : this.#interval - Math.min(32, this.#interval / 3);
		this.#stop = this.#clock.after(delay * 1000, () =>
			this.#ours ? this.#user.refresh() : this.#user.expired(),
		);
		return [
			`Session-Expires: ${this.#interval};refresher=${refresher}`,
			...(refresher === "uac" ? ["Require: timer"] : []),
		];
	}

	/** The header fields for a re-INVITE of ours: the interval as agreed, with the same refresher. */
	headers(): string[] {
		const refresher = this.#interval > 0 ? `;refresher=${this.#ours ? "uac" : "uas"}` : "";
		return [
			`Session-Expires: ${this.#interval || SESSION_INTERVAL}${refresher}`,
			`Min-SE: ${SHORTEST_INTERVAL}`,
		];
	}

	stop(): void {
		this.#stop?.();
		this.#stop = undefined;
	}
}
