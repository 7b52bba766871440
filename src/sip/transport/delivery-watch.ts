import type { Clock } from "../../time/clock.ts";
import type { TcpState } from "./tcp-state.ts";

/**
 * How long the peer's system may leave our data unacknowledged, in milliseconds. The system itself would try
 * for a quarter of an hour, and a transaction waits for 32 s (RFC 3261 section 17.1.1.2): this leaves time
 * for another connection.
 */
export const UNDELIVERED_TIMEOUT = 10_000;

/** How often it checks, in milliseconds. */
const LOOK_INTERVAL = 2500;

/** How many of the last messages are kept in case they were not delivered. */
const MAX_KEPT = 32;

/** Settings of a watch. */
export interface DeliveryWatchOptions {
	readonly clock: Clock;
	/** @returns undefined if unknown. */
	readonly state: () => TcpState | undefined;
	/** Nothing that we send arrives. */
	readonly onDead: () => void;
}

interface Kept {
	readonly text: string;
	/** When it was sent, by the clock. */
	readonly at: number;
}

/** The state of most connections most of the time. */
const NOTHING: readonly Kept[] = [];

/**
 * Notices that what we send on a connection is not delivered: a router or firewall has forgotten the
 * connection, or the peer has vanished. It checks now and then while data is being sent, and not at all
 * otherwise.
 */
export class DeliveryWatch {
	readonly #options: DeliveryWatchOptions;
	/** Since when it waits for an acknowledgement, by the clock; undefined if nothing was sent. */
	#since: number | undefined;
	#stopTimer: (() => void) | undefined;
	#kept: readonly Kept[] = NOTHING;

	constructor(options: DeliveryWatchOptions) {
		this.#options = options;
	}

	/**
	 * What was sent, may not have been delivered and will not be retransmitted: responses, ACKs and CANCELs.
	 */
	get undelivered(): readonly string[] {
		return this.#kept.map(({ text }) => text);
	}

	/** @param now by the clock, in milliseconds. */
	sent(message: string | Uint8Array, now: number): void {
		if (typeof message === "string" && hasNoTransaction(message)) {
			this.#kept = [...this.#kept.slice(1 - MAX_KEPT), { text: message, at: now }];
		}
		if (this.#since === undefined) this.#wait(now);
	}

	/** The connection is closed. */
	stop(): void {
		this.#stopTimer?.();
		this.#stopTimer = undefined;
	}

	#look(since: number): void {
		const { clock, state, onDead } = this.#options;
		const now = clock.now();
		const { unacknowledged = false, sinceAcknowledgement = 0 } = state() ?? {};
		const acknowledgedAt = now - sinceAcknowledgement;
		if (!unacknowledged) {
			this.#since = undefined;
			this.#kept = NOTHING;
		} else if (acknowledgedAt > since) {
			// What is still in transit may have been sent only just now.
			this.#kept = this.#kept.filter(({ at }) => at > acknowledgedAt - LOOK_INTERVAL);
			this.#wait(now);
		} else if (now - since >= UNDELIVERED_TIMEOUT) onDead();
		else this.#wait(since);
	}

	#wait(since: number): void {
		this.#since = since;
		this.#stopTimer = this.#options.clock.after(LOOK_INTERVAL, () => this.#look(since));
	}
}

/** Whether no transaction retransmits a message when its connection is lost; its first word tells. */
function hasNoTransaction(message: string): boolean {
	return message.startsWith("SIP/2.0 ") || message.startsWith("ACK ") || message.startsWith("CANCEL ");
}
