import { type ResultRecord, resultRecordOf } from "./call-record.ts";
import type { CallResult } from "./types.ts";

/** The results of one call that were reported: each is reported once, and none after the final one. */
export class ToldResults {
	readonly #results: CallResult[] = [];
	/** The same, as they are recorded, which happens more than once a call: a list that stays what it was. */
	#records: readonly ResultRecord[] = [];
	#final = false;

	/** Whether the final result was reported. */
	get final(): boolean {
		return this.#final;
	}

	/** What was reported, in order. */
	get results(): readonly CallResult[] {
		return this.#results;
	}

	/** What is recorded of them, in order. */
	get records(): readonly ResultRecord[] {
		return this.#records;
	}

	/** Notes a result. @returns false if it must not be reported. */
	take(result: CallResult): boolean {
		const { code, leg } = result;
		if (this.#final) return false;
		for (const known of this.#results) if (known.code === code && known.leg === leg) return false;
		this.#add(result);
		this.#final = result.final;
		return true;
	}

	/** Continues from what another process has reported. */
	restore(results: readonly CallResult[], final: boolean): void {
		for (const result of results) this.#add(result);
		this.#final = final;
	}

	#add(result: CallResult): void {
		this.#results.push(result);
		this.#records = [...this.#records, result.translated || result.refused ? resultRecordOf(result) : result];
	}
}
