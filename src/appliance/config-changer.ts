import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { changesBetween, takeOverLive } from "../config/changes.ts";
import { type LoadedSettings, loadSettings } from "../config/load.ts";
import type { ConfigProblem } from "../config/problem.ts";
import type { Settings } from "../config/settings.ts";
import {
	BY_ITSELF,
	type SavedOutcome,
	type SaveOutcome,
	type SettingsProblem,
} from "../http/box/settings-types.ts";
import type { Logger } from "../log/logger.ts";
import type { WallClock } from "../time/wall-clock.ts";
import { configProblems } from "./config-problems.ts";
import type { ConfigTrial } from "./config-trial.ts";
import { type ConfigVersion, ConfigVersions } from "./config-versions.ts";
import { type FileState, statesOf, thoseThatChange, writeStates } from "./kept-files.ts";
import type { ReloadOutcome } from "./own-place.ts";
import { placedProblem } from "./problem-place.ts";
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

/** A change that is to be made. */
export interface ConfigChange {
	/** What the configuration was when the change was made; another one is not overwritten. */
	readonly before: Buffer;
	/** What it is to be. */
	readonly config: Buffer;
	/** Other files that change with it. */
	readonly files?: readonly FileState[];
	/** The configuration with files that are there already, in the place of those that are not. */
	readonly toCheck?: Buffer;
	/** Whether it has been checked, with its files. */
	readonly checked?: boolean;
	/** Whether a file needs a restart, whatever the settings say. */
	readonly needsRestart?: boolean;
}

/**
 * The one way in which the pages change the configuration: it is checked as a whole, kept as it was before, tried until a
 * browser confirms it, and taken over.
 */
export class ConfigChanger {
	readonly #options: ConfigChangerOptions;
	readonly #versions: ConfigVersions;
	/** As the file was when the server started, with what it has taken over in another way since. */
	#started: Settings;
	/** The first change since then that needs a restart. */
	#firstForRestart: number | undefined;
	#last: SavedOutcome | undefined;
	/** Told when the server has taken over what it can of a change. */
	taken: () => void = () => {};

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

	/** What the server runs with: it takes over some of the file at once, and some at a start. */
	inForce(): Settings {
		return takeOverLive(this.#options.running, this.current());
	}

	waitingForRestart(): readonly string[] {
		return changesBetween(this.#started, this.current()).restart;
	}

	/** The server has taken over what the first run has written. */
	firstRunIsOver(): void {
		const { httpAuth, httpAuthPwd, firstRun } = this.current();
		this.#started = { ...this.#started, httpAuth, httpAuthPwd, firstRun };
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

	/** What has become of the last change; undefined before the first one. */
	get last(): SavedOutcome | undefined {
		return this.#last;
	}

	/** The change that has gone back by itself, if there was none since. */
	get wentBack(): ConfigVersion | undefined {
		const [newest] = this.versions();
		return newest?.who === BY_ITSELF ? newest : undefined;
	}

	/** Makes the file, and what has changed with it, what it was before a change. */
	async goBack(id: number, who: string): Promise<SaveOutcome> {
		const config = this.#versions.before(id);
		if (!config) return { kind: "nothing" };
		return await this.put({ before: this.read(), config, files: this.#versions.filesBefore(id) }, who);
	}

	/**
	 * Puts a configuration in the place of another.
	 *
	 * @param who for the list of versions.
	 */
	async put(change: ConfigChange, who: string): Promise<SaveOutcome> {
		const { before, config } = change;
		try {
			const files = thoseThatChange(change.files ?? []);
			if (config.equals(before) && files.length === 0) return { kind: "nothing" };
			const problems = change.checked ? [] : await this.#check(change.toCheck ?? config);
			if (problems.length > 0) return { kind: "refused", problems };
			// Somebody may have written while it was checked.
			if (!this.read().equals(before)) return { kind: "changed" };
			const old = this.current();
			return await this.#takeOver(this.#write(change, files, who), old, change.needsRestart);
		} catch (error) {
			return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
		}
	}

	/** In this order, so that neither a crash nor a full disk leaves something that cannot go back. */
	#write({ before, config }: ConfigChange, files: readonly FileState[], who: string): ConfigVersion {
		const { configFile, trial, wall } = this.#options;
		const had = statesOf(files);
		const needed = [trial.version, this.#firstForRestart].filter((id) => id !== undefined);
		const about = { at: wall.now(), who, needed };
		const version = this.#versions.keep(before, config, about, had);
		trial.begin(version.id);
		try {
			writeStates(files);
			if (!config.equals(before)) writeConfig(configFile, config);
		} catch (error) {
			writeStates(thoseThatChange(had));
			throw error;
		}
		return version;
	}

	async #takeOver(version: ConfigVersion, old: Settings, needsRestart = false): Promise<SaveOutcome> {
		const { reload, log } = this.#options;
		const { live, restart } = changesBetween(old, this.current());
		if (needsRestart || restart.length > 0) this.#firstForRestart ??= version.id;
		log.info(() => `the settings were changed by the pages (${version.who}): ${changesIn(version)}`);
		const taken = await reload();
		this.taken();
		const waiting = this.waitingForRestart();
		this.#last = taken.ok
			? { kind: "saved", live, restart: waiting }
			: { kind: "saved", live: [], restart: waiting, notTaken: taken.problems };
		return this.#last;
	}

	/** What `clicktocall check` would say of it. */
	async #check(config: Buffer): Promise<SettingsProblem[]> {
		const { configFile, running } = this.#options;
		const staged = `${configFile}.${randomUUID()}`;
		try {
			writeFileSync(staged, config, { mode: 0o600 });
			const loaded = load(staged);
			if (!loaded.ok)
				return loaded.problems
					.filter(isError)
					.map(({ message, setting }) => placedProblem(message, config, staged, setting));
			const folder = running.certificatePath || process.cwd();
			const place = { folder: process.cwd(), madeBefore: [dirname(configFile)] };
			const problems = await configProblems(staged, folder, place);
			return problems.map((message) => placedProblem(message, config, staged));
		} finally {
			rmSync(staged, { force: true });
		}
	}
}

function changesIn({ what, order }: ConfigVersion): string {
	return [...what, ...order.map((name) => `order of ${name}`)].join(", ") || "comments";
}

function load(file: string): LoadedSettings {
	return loadSettings({ argv: ["--config", file], cwd: "/" });
}

function isError({ severity }: ConfigProblem): boolean {
	return severity === "error";
}
