import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { changesBetween } from "../config/changes.ts";
import { type LoadedSettings, loadSettings } from "../config/load.ts";
import type { ConfigProblem } from "../config/problem.ts";
import { SETTING_ENTRIES, type Settings } from "../config/settings.ts";
import type { SaveOutcome, SettingsProblem } from "../http/box/settings-types.ts";
import type { Logger } from "../log/logger.ts";
import type { WallClock } from "../time/wall-clock.ts";
import { configProblems } from "./config-problems.ts";
import type { ConfigTrial } from "./config-trial.ts";
import { type ConfigVersion, ConfigVersions } from "./config-versions.ts";
import type { ReloadOutcome } from "./own-place.ts";
import { writeConfig } from "./write-config.ts";

export interface ConfigChangerOptions {
	readonly configFile: string;
	/** Those that the server was started with. */
	readonly running: Settings;
	/** Takes over what a running server can, as on SIGHUP. */
	readonly reload: () => Promise<ReloadOutcome>;
	readonly trial: ConfigTrial;
	readonly wall: WallClock;
	readonly log: Logger;
}

/**
 * The one way in which the pages change the configuration: it is checked as a whole, kept as it was before, tried until a
 * browser confirms it, and taken over.
 */
export class ConfigChanger {
	readonly #options: ConfigChangerOptions;
	readonly #versions: ConfigVersions;
	/** As the file was when the server started. */
	readonly #started: Settings;
	/** The first change since then that needs a restart. */
	#firstForRestart: number | undefined;

	constructor(options: ConfigChangerOptions) {
		this.#options = options;
		this.#versions = new ConfigVersions(options.configFile);
		this.#started = this.current();
	}

	/** The octets of the file. @throws {Error} of the file system. */
	read(): Buffer {
		return readFileSync(this.#options.configFile);
	}

	/** As the file has them; those that the server runs with if it cannot be read. */
	current(): Settings {
		const { configFile, running } = this.#options;
		const loaded = load(configFile);
		return loaded.ok ? loaded.settings : running;
	}

	waitingForRestart(): readonly string[] {
		return changesBetween(this.#started, this.current()).restart;
	}

	/** The last changes, the newest first. */
	versions(): readonly ConfigVersion[] {
		return this.#versions.list();
	}

	/** Until when a change waits to be confirmed, in milliseconds since 1970. */
	get confirmUntil(): number | undefined {
		return this.#options.trial.until;
	}

	confirm(): void {
		this.#options.trial.confirm();
	}

	/** Gives a change that is being tried time for a restart. */
	beforeRestart(): void {
		if (this.#firstForRestart !== undefined) this.#options.trial.begin(this.#firstForRestart);
	}

	/** Nothing is taken back from now on. */
	stop(): void {
		this.#options.trial.stop();
	}

	/** Makes the file what it was before a change. */
	async goBack(id: number, who: string): Promise<SaveOutcome> {
		const config = this.#versions.before(id);
		return config ? await this.put(this.read(), config, who) : { kind: "nothing" };
	}

	/**
	 * Puts a configuration in the place of another.
	 *
	 * @param before what the file was when the change was made; another one is not overwritten.
	 * @param who for the list of versions.
	 */
	async put(before: Buffer, config: Buffer, who: string): Promise<SaveOutcome> {
		if (config.equals(before)) return { kind: "nothing" };
		const { configFile, wall } = this.#options;
		try {
			const problems = await this.#check(config);
			if (problems.length > 0) return { kind: "refused", problems };
			const old = this.current();
			// Somebody may have written while it was checked.
			if (!this.read().equals(before)) return { kind: "changed" };
			// In this order, so that neither a crash nor a full disk leaves something that cannot go back.
			const version = this.#versions.keep(before, config, { at: wall.now(), who });
			this.#options.trial.begin(version.id);
			writeConfig(configFile, config);
			return await this.#takeOver(version, old, who);
		} catch (error) {
			return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
		}
	}

	async #takeOver(version: ConfigVersion, old: Settings, who: string): Promise<SaveOutcome> {
		const { reload, log } = this.#options;
		const { live, restart } = changesBetween(old, this.current());
		if (restart.length > 0) this.#firstForRestart ??= version.id;
		log.info(
			() => `the settings were changed by the pages (${who}): ${version.what.join(", ") || "comments"}`,
		);
		const taken = await reload();
		const waiting = this.waitingForRestart();
		return taken.ok
			? { kind: "saved", live, restart: waiting }
			: { kind: "saved", live: [], restart: waiting, notTaken: taken.problems };
	}

	/** What `clicktocall check` would say of it. */
	async #check(config: Uint8Array): Promise<SettingsProblem[]> {
		const { configFile, running } = this.#options;
		const staged = `${configFile}.${randomUUID()}`;
		try {
			writeFileSync(staged, config, { mode: 0o600 });
			const loaded = load(staged);
			if (!loaded.ok) return loaded.problems.filter(isError).map((problem) => problemOf(problem, staged));
			const folder = running.certificatePath || process.cwd();
			const place = { folder: process.cwd(), madeBefore: [dirname(configFile)] };
			const problems = await configProblems(staged, folder, place);
			return problems.map((message) => ({ setting: settingIn(message), message: told(message, staged) }));
		} finally {
			rmSync(staged, { force: true });
		}
	}
}

function load(file: string): LoadedSettings {
	return loadSettings({ argv: ["--config", file], cwd: "/" });
}

function problemOf({ setting, message }: ConfigProblem, staged: string): SettingsProblem {
	return { setting, message: told(message, staged) };
}

/** Without the name of a file that is gone by then. */
function told(message: string, staged: string): string {
	return message.replaceAll(`${staged}:`, "line ").replaceAll(staged, "the configuration");
}

/** The setting that a message is about. */
function settingIn(message: string): string | undefined {
	return SETTING_ENTRIES.flatMap(([, setting]) => (setting.kind === "single" ? [setting.name] : [])).find(
		(name) => new RegExp(`\\b${name}\\b`).test(message),
	);
}

function isError({ severity }: ConfigProblem): boolean {
	return severity === "error";
}
