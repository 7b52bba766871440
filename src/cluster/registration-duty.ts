import { REGISTRAR } from "./scripts.ts";

/** What registers at the registrar while it is this box's turn. */
export interface DutyHolder {
	/** The Contact URIs that the registrar has by this box's doing; empty while it has none. */
	readonly contacts: string;
	/**
	 * It is this box's turn.
	 *
	 * @param stale Contact URIs that other boxes have left behind.
	 * @param changed to be called when `contacts` has changed.
	 */
	begin(stale: readonly string[], changed: () => void): void;
	/** It is another box's turn. */
	end(): void;
}

export interface RegistrationDutyOptions {
	readonly box: string;
	/** Runs a script with arguments after the prefix. @throws {EngineError} */
	readonly run: (script: string, args: readonly string[]) => Promise<unknown>;
	/** This box's epoch; undefined before it has one. */
	readonly epoch: () => number | undefined;
}

/**
 * Which of the boxes registers for all of them: one that has its lease, until it leaves or loses that. Who registers and
 * does not see the engine goes on; nobody else begins without it.
 */
export class RegistrationDuty {
	readonly #options: RegistrationDutyOptions;
	readonly #holder: DutyHolder;
	#holds = false;
	#box: string | undefined;
	#asking = false;
	/** What this box cannot remove any more, as it was taken over from others. */
	#inherited = "";

	constructor(options: RegistrationDutyOptions, holder: DutyHolder) {
		this.#options = options;
		this.#holder = holder;
	}

	/** The box that registers, as far as it is known. */
	get box(): string | undefined {
		return this.#box;
	}

	/**
	 * Asks whose turn it is, and takes it if it is nobody's.
	 *
	 * @param doubt `none`; `others` while a box that is not heard of may be alive; `all` while the engine may not know yet
	 * who registers.
	 * @throws {EngineError}
	 */
	async ask(doubt: "none" | "others" | "all"): Promise<void> {
		if (this.#asking) return;
		this.#asking = true;
		try {
			const wish = this.#holds ? "none" : doubt;
			const [box, contacts] = await this.#run(wish, this.#holder.contacts || this.#inherited);
			if (box === "") return;
			this.#box = box;
			const isOurs = box === this.#options.box;
			if (isOurs === this.#holds) return;
			this.#holds = isOurs;
			this.#inherited = isOurs ? contacts : "";
			if (!isOurs) return this.#holder.end();
			this.#holder.begin(
				contacts.split(" ").filter((uri) => uri !== ""),
				() => void this.#tell(),
			);
		} finally {
			this.#asking = false;
		}
	}

	/** Hands the turn over, once the holder has ended: the next box takes it. Never rejects. */
	async leave(): Promise<void> {
		if (this.#holds) await this.#run("leave", this.#holder.contacts || this.#inherited).catch(() => {});
		this.#holds = false;
	}

	/** Says at once what is at the registrar: the box that goes on has to know it, even if this one dies now. */
	async #tell(): Promise<void> {
		if (this.#holds) await this.#run("all", this.#holder.contacts).catch(() => {});
	}

	async #run(wish: string, contacts: string): Promise<readonly [box: string, contacts: string]> {
		const { box, run, epoch } = this.#options;
		const answer = await run(REGISTRAR, [box, String(epoch() ?? 0), wish, contacts]);
		const [name, left] = Array.isArray(answer) ? answer.map(String) : [];
		return [name ?? "", left ?? ""];
	}
}
