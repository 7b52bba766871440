import { createHash, randomUUID } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { changesBetween } from "../config/changes.ts";
import { type LoadedSettings, loadSettings } from "../config/load.ts";
import type { ConfigProblem } from "../config/problem.ts";
import { SETTING_ENTRIES, SETTINGS, type Settings } from "../config/settings.ts";
import { rulesIn, type WrittenRule, withRules } from "../config/with-rules.ts";
import { withValues } from "../config/with-values.ts";
import type {
	SaveOutcome,
	SettingsChange,
	SettingsProblem,
	SettingsSource,
	ShownArea,
	TriedAddress,
} from "../http/box/settings-types.ts";
import type { Logger } from "../log/logger.ts";
import { NULL_LOGGER } from "../log/null-logger.ts";
import { numberCleaner } from "../numbers/number-cleaner.ts";
import { HASHES_PREFIX, hashesOf, storedHashes } from "../password-hashes.ts";
import type { WallClock } from "../time/wall-clock.ts";
import { compileRules } from "../translate/compile-rules.ts";
import { TranslationRuleError } from "../translate/types.ts";
import { configProblems } from "./config-problems.ts";
import type { ConfigTrial } from "./config-trial.ts";
import { type ConfigVersion, ConfigVersions } from "./config-versions.ts";
import { shownAreas, writtenValue } from "./setting-areas.ts";
import { writeConfig } from "./write-config.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse.
const CONTROL = /[\0-\x1f\x7f]/;

/** The user whose password HttpAuthPwd is. */
const ADMIN = "admin";

export interface SettingsEditorOptions {
	readonly configFile: string;
	/** Those that the server was started with. */
	readonly running: Settings;
	/** Takes over what a running server can, as on SIGHUP. */
	readonly reload: () => void;
	readonly trial: ConfigTrial;
	readonly wall: WallClock;
	readonly log: Logger;
}

/** The configuration file as the pages change it: checked before it is written, and kept as it was before. */
export class SettingsEditor implements SettingsSource {
	readonly #options: SettingsEditorOptions;
	readonly #versions: ConfigVersions;
	/** As the file was when the server started. */
	readonly #started: Settings;
	/** The first change since then that needs a restart. */
	#firstForRestart: number | undefined;

	constructor(options: SettingsEditorOptions) {
		this.#options = options;
		this.#versions = new ConfigVersions(options.configFile);
		this.#started = this.#current();
	}

	get mark(): string {
		return markOf(this.#read());
	}

	get confirmUntil(): number | undefined {
		return this.#options.trial.until;
	}

	areas(): readonly ShownArea[] {
		return shownAreas(this.#current(), hostname());
	}

	rules(): readonly WrittenRule[] {
		return rulesIn(this.#read());
	}

	waitingForRestart(): readonly string[] {
		return changesBetween(this.#started, this.#current()).restart;
	}

	async save(change: SettingsChange, who: string): Promise<SaveOutcome> {
		const before = this.#read();
		if (markOf(before) !== change.mark) return { kind: "changed" };
		const problems = lineProblems(change);
		if (problems.length > 0) return { kind: "refused", problems };
		const values = valuesFor(this.#current(), before, change.values ?? new Map());
		const changed = withValues(before, values);
		const config = change.rules ? withRules(changed, change.rules) : changed;
		return await this.#put(before, config, who);
	}

	async goBack(id: number, who: string): Promise<SaveOutcome> {
		const config = this.#versions.before(id);
		return config ? await this.#put(this.#read(), config, who) : { kind: "nothing" };
	}

	async tryRules(
		rules: readonly WrittenRule[],
		addresses: readonly string[],
	): Promise<readonly TriedAddress[] | readonly SettingsProblem[]> {
		const { numberCleaning, defaultCountry } = this.#current();
		const clean = await numberCleaner(numberCleaning, defaultCountry);
		const placed = rules.map((rule, index) => ({ ...rule, file: "rule", line: index + 1 }));
		try {
			const translator = await compileRules(placed, NULL_LOGGER, clean);
			const tried = addresses.map((address): TriedAddress => {
				const result = translator.translate(address);
				const rule = result.rule && result.rule.line - 1;
				return { address, ok: result.ok, text: result.ok ? result.uri : result.reason, rule };
			});
			translator.dispose();
			return tried;
		} catch (error) {
			if (!(error instanceof TranslationRuleError)) throw error;
			return error.problems.map(({ message }) => ({ setting: "TranslationPattern", message }));
		}
	}

	versions(): readonly ConfigVersion[] {
		return this.#versions.list();
	}

	confirm(): void {
		this.#options.trial.confirm();
	}

	beforeRestart(): void {
		if (this.#firstForRestart !== undefined) this.#options.trial.begin(this.#firstForRestart);
	}

	/** Nothing is taken back from now on. */
	stop(): void {
		this.#options.trial.stop();
	}

	async #put(before: Buffer, config: Buffer, who: string): Promise<SaveOutcome> {
		if (config.equals(before)) return { kind: "nothing" };
		const { configFile, reload, trial, wall, log } = this.#options;
		try {
			const problems = await this.#check(config);
			if (problems.length > 0) return { kind: "refused", problems };
			const old = this.#current();
			// Somebody may have written while it was checked.
			if (!this.#read().equals(before)) return { kind: "changed" };
			// In this order, so that neither a crash nor a full disk leaves something that cannot go back.
			const version = this.#versions.keep(before, config, { at: wall.now(), who });
			trial.begin(version.id);
			writeConfig(configFile, config);
			const { live, restart } = changesBetween(old, this.#current());
			if (restart.length > 0) this.#firstForRestart ??= version.id;
			log.info(
				() => `the settings were changed by the pages (${who}): ${version.what.join(", ") || "comments"}`,
			);
			reload();
			return { kind: "saved", live, restart: this.waitingForRestart() };
		} catch (error) {
			return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
		}
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

	#read(): Buffer {
		return readFileSync(this.#options.configFile);
	}

	/** As the file has them; those that the server runs with if it cannot be read. */
	#current(): Settings {
		const { configFile, running } = this.#options;
		const loaded = load(configFile);
		return loaded.ok ? loaded.settings : running;
	}
}

/** What would be more than a line of the file. */
function lineProblems({ values = new Map(), rules = [] }: SettingsChange): SettingsProblem[] {
	const typed: (readonly [name: string, text: string])[] = [
		...values,
		...rules.flatMap(({ pattern, output }) => [
			["TranslationPattern", pattern] as const,
			["TranslationOutput", output] as const,
		]),
	];
	const broken = typed.filter(([, text]) => CONTROL.test(text.trim()));
	return broken.map(([setting]) => ({ setting, message: `${setting}: expected text in one line` }));
}

function load(file: string): LoadedSettings {
	return loadSettings({ argv: ["--config", file], cwd: "/" });
}

/** The lines to change; what is the default again is taken out. */
function valuesFor(
	current: Settings,
	config: Buffer,
	typed: ReadonlyMap<string, string>,
): Record<string, string | undefined> {
	const text = config.toString("latin1").toLowerCase();
	const values: Record<string, string | undefined> = {};
	const shown = new Map(
		shownAreas(current, hostname()).flatMap(({ settings }) => settings.map((it) => [it.name, it])),
	);
	for (const [key, setting] of SETTING_ENTRIES) {
		if (setting.kind !== "single") continue;
		const value = typed.get(setting.name)?.trim();
		const known = shown.get(setting.name);
		if (value === undefined || !known) continue;
		if (setting.secret ? value === "" : value === writtenValue(setting, current[key])) continue;
		// A file may call it by another name.
		const names = [setting.name, ...(setting.aliases ?? [])];
		const written = names.find((name) => isWritten(text, name)) ?? setting.name;
		const isDefault = !setting.secret && value === known.default;
		values[written] = isDefault ? undefined : asStored(setting.name, value);
	}
	return values;
}

/** The password of admin is kept as its hashes. */
function asStored(name: string, text: string): string {
	const isPassword = name === SETTINGS.httpAuthPwd.name && !text.startsWith(HASHES_PREFIX);
	return isPassword ? storedHashes(hashesOf(ADMIN, text)) : text;
}

function isWritten(lowerCase: string, name: string): boolean {
	return lowerCase.split("\n").some((line) => line.replace(/\s*=.*$/s, "").trim() === name.toLowerCase());
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

function markOf(config: Uint8Array): string {
	return createHash("sha256").update(config).digest("hex").slice(0, 16);
}
