import type { Logger } from "../log/logger.ts";
import { placeOf } from "../net/connection-limits.ts";
import type { Clock } from "../time/clock.ts";
import { ExpiringMap } from "../time/expiring-map.ts";

export interface GuessBrakeOptions {
	readonly clock: Clock;
	readonly log: Logger;
}

/** What is guessed: a password is short enough for it. */
export type Secret = "user or password" | "token";

/** Guesses by outcome. */
export interface GuessFigures {
	/** They were looked at. */
	readonly wrong: number;
	/** They came too soon after others to be looked at. */
	readonly refused: number;
}

/** Wrong ones that cost no time: people mistype, and a page with an old password sends several requests at once. */
const FREE = 10;
/** Time after the first wrong one that is not free, in milliseconds; it doubles with each one. */
const FIRST_DELAY = 1000;
/** Most of it: others behind the same address may have to wait as long, and no longer. */
const MAX_DELAY = 10_000;
/** How long after the last wrong one an address begins as if there was none, in milliseconds. */
const MEMORY = 900_000;
/** Addresses that are remembered; beyond, the oldest one goes. */
const MAX_PLACES = 10_000;
/** How often further ones are logged, in milliseconds. */
const LOG_INTERVAL = 60_000;
/** Addresses that are logged at a time. */
const MAX_LINES = 10;

interface Place {
	readonly failures: number;
	/** Until when nothing of it is looked at, by the clock. */
	readonly closedUntil: number;
}

/**
 * Slows down guessing of passwords, by address: the time until the next try counts grows. What comes too early
 * is refused at once, so that waiting costs nothing here.
 */
export class GuessBrake {
	readonly #clock: Clock;
	readonly #log: Logger;
	readonly #places: ExpiringMap<Place>;
	/** Guesses that are not in the log yet, by address and kind. */
	readonly #untold = new Map<string, number>();
	#telling = false;
	#wrong = 0;
	#refused = 0;

	constructor({ clock, log }: GuessBrakeOptions) {
		this.#clock = clock;
		this.#log = log;
		this.#places = new ExpiringMap(clock, MEMORY, MAX_PLACES);
	}

	get figures(): GuessFigures {
		return { wrong: this.#wrong, refused: this.#refused };
	}

	/** How long an address has to wait until the next guess is looked at, in milliseconds; 0 when it need not. */
	wait(address: string, secret: Secret): number {
		const closedUntil = this.#places.get(keyOf(address, secret))?.closedUntil ?? 0;
		return Math.max(0, closedUntil - this.#clock.now());
	}

	/** A guess came too early. */
	refused(address: string, secret: Secret): void {
		this.#refused += 1;
		this.#tell(address, secret);
	}

	/** A guess was wrong. */
	failed(address: string, secret: Secret): void {
		this.#wrong += 1;
		const key = keyOf(address, secret);
		const failures = (this.#places.get(key)?.failures ?? 0) + 1;
		const delay = failures > FREE ? Math.min(MAX_DELAY, FIRST_DELAY * 2 ** (failures - FREE - 1)) : 0;
		this.#places.set(key, { failures, closedUntil: this.#clock.now() + delay });
		this.#tell(address, secret);
	}

	/** The first of an address at once, then how many there were, once a minute. */
	#tell(address: string, secret: Secret): void {
		const text = `${address} gave a wrong ${secret}`;
		const untold = this.#untold.get(text);
		if (untold !== undefined) this.#untold.set(text, untold + 1);
		else if (this.#untold.size < MAX_LINES) {
			this.#log.warning(text);
			this.#untold.set(text, 0);
		} else if (this.#untold.size < MAX_PLACES) this.#untold.set(text, 1);
		if (this.#telling) return;
		this.#telling = true;
		this.#clock.after(LOG_INTERVAL, () => this.#tellMore());
	}

	#tellMore(): void {
		const untold = [...this.#untold].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
		this.#untold.clear();
		for (const [text, count] of untold.slice(0, MAX_LINES)) {
			this.#log.warning(`${text}: ${count} more in a minute`);
			this.#untold.set(text, 0);
		}
		const others = untold.length - MAX_LINES;
		if (others > 0) this.#log.warning(`${others} more addresses gave a wrong password or token`);
		this.#telling = untold.length > 0;
		if (this.#telling) this.#clock.after(LOG_INTERVAL, () => this.#tellMore());
	}
}

function keyOf(address: string, secret: Secret): string {
	return `${placeOf(address)} ${secret}`;
}
