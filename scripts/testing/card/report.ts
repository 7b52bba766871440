/** Lines of a run that takes forty minutes: what passed and failed, as it happens. */

export class Report {
	#passed = 0;
	#failed = 0;
	readonly #start = performance.now();

	/** What goes on. */
	note(text: string): void {
		const seconds = Math.round((performance.now() - this.#start) / 1000);
		const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
		console.log(`${clock.padStart(6)}  ${text}`);
	}

	/** Runs a check, which fails by throwing. What it returns is shown. @returns whether it passed. */
	async check(name: string, work: () => Promise<string | undefined> | string | undefined): Promise<boolean> {
		try {
			const shown = await work();
			this.#passed++;
			this.note(`passed  ${name}${shown ? `: ${shown}` : ""}`);
			return true;
		} catch (error) {
			this.#failed++;
			this.note(`FAILED  ${name}: ${error instanceof Error ? error.message : error}`);
			return false;
		}
	}

	/** The last line, as `scripts/test` has it. @returns whether all passed, and there was any. */
	finish(): boolean {
		console.log(`\n${this.#passed} passed, ${this.#failed} failed`);
		return this.#failed === 0 && this.#passed > 0;
	}
}

/** @throws {Error} unless the text matches. @returns the match. */
export function expectMatch(text: string, pattern: RegExp): string {
	const match = pattern.exec(text);
	if (!match) throw new Error(`expected ${pattern}, but found ${JSON.stringify(text.slice(-300))}`);
	return match[0];
}
