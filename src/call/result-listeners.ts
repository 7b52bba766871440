import type { Logger } from "../log/logger.ts";
import { Registry } from "../registry.ts";
import type { CallListener, CallResult } from "./types.ts";

/** How many may follow one call besides the one who asked for it. */
export const MAX_FOLLOWERS = 8;

/** Who hears the results of the calls: the one who asked for a call, and those who follow it later. */
export class ResultListeners {
	readonly #log: Logger;
	readonly #askers = new Registry<CallListener>();
	readonly #followers = new Map<string, Set<CallListener>>();

	constructor(log: Logger) {
		this.#log = log;
	}

	/** Has the asker of a call hear its results from now on, instead of whoever did before. */
	listen(id: string, listener: CallListener): void {
		this.#askers.set(id, listener);
	}

	/** Has somebody else hear them, too. @returns how to end that; undefined if too many do already. */
	follow(id: string, listener: CallListener): (() => void) | undefined {
		const followers = this.#followers.get(id) ?? new Set();
		if (followers.size >= MAX_FOLLOWERS) return undefined;
		this.#followers.set(id, followers.add(listener));
		return () => {
			followers.delete(listener);
			if (followers.size === 0 && this.#followers.get(id) === followers) this.#followers.delete(id);
		};
	}

	/** Tells all of them a result. Nobody listens any more after the final one. */
	tell(id: string, result: CallResult): void {
		const asker = this.#askers.get(id);
		const followers = this.#followers.size > 0 ? this.#followers.get(id) : undefined;
		if (result.final) {
			this.#askers.delete(id);
			if (followers) this.#followers.delete(id);
		}
		if (asker) this.hand(asker, result);
		if (followers) for (const follower of followers) this.hand(follower, result);
	}

	/** Hands a result to one of them; what goes wrong there does not concern the call. */
	hand(listener: CallListener, result: CallResult): void {
		try {
			listener(result);
		} catch (error) {
			this.#log.err(() => `the asker of a call failed: ${error}`);
		}
	}
}
