import type { CallResult } from "./types.ts";

/** The results of one call that were told: each is told once, and none after the final one. */
export class ToldResults {
	readonly #keys: string[] = [];
	#final = false;

	/** Whether the final one was told. */
	get final(): boolean {
		return this.#final;
	}

	/** Those that were told, in order, as `code leg`. */
	get keys(): readonly string[] {
		return [...this.#keys];
	}

	/** Takes note of a result. @returns false when it is not to be told. */
	take({ code, leg, final }: CallResult): boolean {
		const key = `${code} ${leg}`;
		if (this.#final || this.#keys.includes(key)) return false;
		this.#keys.push(key);
		this.#final = final;
		return true;
	}

	/** Goes on with what another process has told. */
	restore(keys: readonly string[], final: boolean): void {
		this.#keys.push(...keys);
		this.#final = final;
	}
}
