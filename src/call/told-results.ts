import type { CallResult } from "./types.ts";

/** The results of one call that were reported: each is reported once, and none after the final one. */
export class ToldResults {
	/** What another process has reported, as `code leg`. */
	#before: readonly string[] = [];
	readonly #results: CallResult[] = [];
	#final = false;

	/** Whether the final result was reported. */
	get final(): boolean {
		return this.#final;
	}

	/** What this process has reported, in order. */
	get results(): readonly CallResult[] {
		return this.#results;
	}

	/** All reported results, in order, as `code leg`. */
	get keys(): readonly string[] {
		return [...this.#before, ...this.#results.map(keyOf)];
	}

	/** Notes a result. @returns false if it must not be reported. */
	take(result: CallResult): boolean {
		const { code, leg } = result;
		if (this.#final || this.#results.some((known) => known.code === code && known.leg === leg)) return false;
		if (this.#before.length > 0 && this.#before.includes(keyOf(result))) return false;
		this.#results.push(result);
		this.#final = result.final;
		return true;
	}

	/** Continues from what another process has reported. */
	restore(keys: readonly string[], final: boolean): void {
		this.#before = keys;
		this.#final = final;
	}
}

function keyOf({ code, leg }: CallResult): string {
	return `${code} ${leg}`;
}
