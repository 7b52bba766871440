import type { ReloadOutcome } from "../../appliance/own-place.ts";
import { changesBetween, takeOverLive } from "../../config/changes.ts";
import type { LoadedSettings } from "../../config/load.ts";
import type { LiveSetting, Settings } from "../../config/settings.ts";
import type { Logger } from "../../log/logger.ts";
import { keysOf } from "../../one-of.ts";
import { ruleProblems } from "../../translate/rule-problems.ts";
import { TranslationRuleError } from "../../translate/types.ts";

/** Settings whose errors may show only when they are taken over. */
type Applied = Extract<
	LiveSetting,
	"translationRules" | "numberCleaning" | "defaultCountry" | "contacts" | "sipAccounts"
>;

/** What takes over each of the other settings that a running server does: one for each that says so. */
export type TakeOver = {
	readonly [Key in Exclude<LiveSetting, Applied>]: (value: Settings[Key]) => void;
};

export interface ReloaderOptions {
	/** The settings that the server was started with. */
	readonly settings: Settings;
	/** Reads the file and the command line again. */
	readonly read: () => LoadedSettings;
	/** Takes over the rules, the cleaning and the accounts; throws, and changes nothing, when the rules cannot be used. */
	readonly apply: (settings: Pick<Settings, Applied>) => Promise<void>;
	readonly takeOver: TakeOver;
	readonly log: Logger;
}

/**
 * Reads the settings again while the server runs: what the table of settings calls live is taken
 * over, of every other change the log says that it needs a restart. A file with an error changes nothing.
 */
export class SettingsReloader {
	readonly #options: ReloaderOptions;
	#settings: Settings;
	#last: Promise<unknown> = Promise.resolve();

	constructor(options: ReloaderOptions) {
		this.#options = options;
		this.#settings = options.settings;
	}

	/** The settings that the server runs with. */
	get settings(): Settings {
		return this.#settings;
	}

	/** Reads them again, after any reading before has ended. Never rejects. */
	reload(): Promise<ReloadOutcome> {
		const outcome = this.#last
			.then(() => this.#reload())
			.catch((error: unknown) => this.#refuse([`${error}`]));
		this.#last = outcome;
		return outcome;
	}

	async #reload(): Promise<ReloadOutcome> {
		const { log, read, apply, takeOver } = this.#options;
		const loaded = read();
		if (!loaded.ok) {
			const problems = [...loaded.problems, ...(await ruleProblems(loaded.translationRules))];
			return this.#refuse(problems.map(({ message }) => message));
		}
		const changes = changesBetween(this.#settings, loaded.settings);
		const settings = takeOverLive(this.#settings, loaded.settings);
		try {
			await apply(settings);
		} catch (error) {
			if (!(error instanceof TranslationRuleError)) throw error;
			return this.#refuse(error.problems.map(({ message }) => message));
		}
		this.#settings = settings;
		const take = <Key extends keyof TakeOver>(key: Key): void => takeOver[key](settings[key]);
		for (const key of keysOf(takeOver)) take(key);
		for (const { message } of loaded.warnings) log.warning(message);
		log.info(
			`settings reloaded: ${changes.live.length > 0 ? `${changes.live.join(", ")} changed` : "nothing changed"}`,
		);
		for (const name of changes.restart) log.warning(`${name} has changed: it takes effect after a restart`);
		return { ok: true };
	}

	#refuse(problems: readonly string[]): ReloadOutcome {
		const { log } = this.#options;
		for (const problem of problems) log.err(problem);
		log.err("the settings in the file have errors: the server keeps those it has");
		return { ok: false, problems };
	}
}
