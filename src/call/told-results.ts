import type { CallResult } from "./types.ts";

/** The results of one call that were reported: each is reported once, and none after the final one. */
export class ToldResults {
	readonly #keys: string[] = [];
	#final = false;

	/** Whether the final result was reported. */
	get final(): boolean {
		return this.#final;
	}

	/** The reported results, in order, as `code leg`. */
	get keys(): readonly string[] {
		return [...this.#keys];
	}

	/** Notes a result. @returns false if it must not be reported. */
	take({ code, leg, final }: CallResult): boolean {
		const key = `${code} ${leg}`;
		if (this.#final || this.#keys.includes(key)) return false;
		this.#keys.push(key);
		this.#final = final;
		return true;
	}

	/** Continues from what another process has reported. */
	restore(keys: readonly string[], final: boolean): void {
		this.#keys.push(...keys);
		this.#final = final;
	}
}
