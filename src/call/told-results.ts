import type { CallResult } from "./types.ts";

/** The results of one call that were reported: each is reported once, and none after the final one. */
export class ToldResults {
	readonly #results: CallResult[] = [];
	#final = false;

	/** Whether the final result was reported. */
	get final(): boolean {
		return this.#final;
	}

	/** What was reported, in order. */
	get results(): readonly CallResult[] {
		return this.#results;
	}

	/** Notes a result. @returns false if it must not be reported. */
	take(result: CallResult): boolean {
		const { code, leg } = result;
		if (this.#final || this.#results.some((known) => known.code === code && known.leg === leg)) return false;
		this.#results.push(result);
		this.#final = result.final;
		return true;
	}

	/** Continues from what another process has reported. */
	restore(results: readonly CallResult[], final: boolean): void {
		this.#results.push(...results);
		this.#final = final;
	}
}
