import type { LiveCalls } from "../live/live-calls.ts";
import type { Logger } from "../log/logger.ts";
import type { Clock } from "../time/clock.ts";

/** How long until an order is passed on again, in milliseconds. */
const AGAIN_AFTER = 1000;
/** How long an order may take, in milliseconds: the box that has the call may be taken over from meanwhile. */
const GIVE_UP_AFTER = 15_000;
/** Most orders at a time; beyond them calls cannot be hung up from here. */
const MAX_ORDERS = 1000;

export interface OrdersOptions {
	readonly live: Pick<LiveCalls, "get" | "isOwn">;
	readonly clock: Clock;
	readonly log: Logger;
	/** Asks another box to hang up one of its calls; rejects when that cannot be passed on. */
	readonly ask: (box: string, id: string) => Promise<unknown>;
	/** Hangs up a call of this box. */
	readonly hangUpHere: (id: string) => unknown;
}

/** Wishes to hang up calls of other boxes: each is passed on to whoever has the call, until the call is over. */
export class Orders {
	readonly #options: OrdersOptions;
	/** By call: until when, by the clock. */
	readonly #open = new Map<string, number>();
	#stopTimer: (() => void) | undefined;

	constructor(options: OrdersOptions) {
		this.#options = options;
	}

	/** Has a call hung up. @returns false if no other box has it. */
	place(id: string): boolean {
		const { live, clock } = this.#options;
		const call = live.get(id);
		if (!call?.box || live.isOwn(call) || call.state === "ended") return false;
		if (this.#open.size >= MAX_ORDERS && !this.#open.has(id)) return false;
		this.#open.set(id, clock.now() + GIVE_UP_AFTER);
		this.#pass(call.box, id);
		this.#stopTimer ??= clock.after(AGAIN_AFTER, () => this.#again());
		return true;
	}

	stop(): void {
		this.#stopTimer?.();
		this.#stopTimer = undefined;
		this.#open.clear();
	}

	#again(): void {
		const { live, clock, log, hangUpHere } = this.#options;
		this.#stopTimer = undefined;
		for (const [id, until] of this.#open) {
			const call = live.get(id);
			const isDone = !call?.box || call.state === "ended";
			const isLate = clock.now() >= until;
			if (isLate && !isDone) log.warning(`nobody has hung up the call ${id}, although it was asked for`);
			if (isDone || isLate) this.#open.delete(id);
			else if (live.isOwn(call)) hangUpHere(id);
			else this.#pass(call.box, id);
		}
		if (this.#open.size > 0) this.#stopTimer = clock.after(AGAIN_AFTER, () => this.#again());
	}

	#pass(box: string, id: string): void {
		const { ask, log } = this.#options;
		ask(box, id).catch((error) => log.info(`the order to hang up ${id} was not passed on yet: ${error}`));
	}
}
