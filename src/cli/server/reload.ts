import { changesBetween, takeOverLive } from "../../config/changes.ts";
import type { LoadedSettings } from "../../config/load.ts";
import type { Settings } from "../../config/settings.ts";
import type { Logger, LogLevel } from "../../log/logger.ts";
import { TranslationRuleError } from "../../translate/types.ts";
import { ruleProblems } from "../rule-problems.ts";

export interface ReloaderOptions {
	/** The settings that the server was started with. */
	readonly settings: Settings;
	/** Reads the file and the command line again. */
	readonly read: () => LoadedSettings;
	/** Takes over the rules and the accounts; throws, and changes nothing, when the rules cannot be used. */
	readonly apply: (settings: Settings) => Promise<void>;
	readonly setLevel: (level: LogLevel) => void;
	readonly log: Logger;
}

/**
 * Reads the settings again while the server runs: rules, accounts, log level and drain time are taken
 * over, of every other change the log says that it needs a restart. A file with an error changes nothing.
 */
export class SettingsReloader {
	readonly #options: ReloaderOptions;
	#settings: Settings;
	#last: Promise<void> = Promise.resolve();

	constructor(options: ReloaderOptions) {
		this.#options = options;
		this.#settings = options.settings;
	}

	/** The settings that the server runs with. */
	get settings(): Settings {
		return this.#settings;
	}

	/** Reads them again, after any reading before has ended. Never rejects. */
	reload(): Promise<void> {
		this.#last = this.#last.then(() => this.#reload()).catch((error: unknown) => this.#refuse([`${error}`]));
		return this.#last;
	}

	async #reload(): Promise<void> {
		const { log, read, apply, setLevel } = this.#options;
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
		setLevel(settings.logLevel);
		for (const { message } of loaded.warnings) log.warning(message);
		log.info(
			`settings reloaded: ${changes.live.length > 0 ? `${changes.live.join(", ")} changed` : "nothing changed"}`,
		);
		for (const name of changes.restart) log.warning(`${name} has changed: it takes effect after a restart`);
	}

	#refuse(problems: readonly string[]): void {
		const { log } = this.#options;
		for (const problem of problems) log.err(problem);
		log.err("the settings in the file have errors: the server keeps those it has");
	}
}
