const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/**
 * The signals that ask the process to end. The first one asks; a later one does what was agreed for it, or
 * ends the process at once, with exit code 1.
 */
export class StopSignals {
	/** Resolves with the first signal. */
	readonly first: Promise<NodeJS.Signals>;
	#asked = false;
	#onNext: (() => void) | undefined;

	constructor() {
		const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
		this.first = promise;
		for (const signal of SIGNALS) {
			process.on(signal, () => {
				if (this.#asked) return this.#again();
				this.#asked = true;
				resolve(signal);
			});
		}
	}

	/** What the next signal after the first does, once; undefined for ending the process. */
	set onNext(action: (() => void) | undefined) {
		this.#onNext = action;
	}

	#again(): void {
		const action = this.#onNext;
		this.#onNext = undefined;
		if (!action) process.exit(1);
		action();
	}
}
