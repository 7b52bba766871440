import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { SETTING_ENTRIES, SETTINGS, type Settings } from "../config/settings.ts";
import { rulesIn, type WrittenRule, withRules } from "../config/with-rules.ts";
import { withValues } from "../config/with-values.ts";
import type {
	SavedOutcome,
	SaveOutcome,
	SettingsChange,
	SettingsProblem,
	SettingsSource,
	ShownArea,
	TriedAddress,
} from "../http/box/settings-types.ts";
import { NULL_LOGGER } from "../log/null-logger.ts";
import { numberCleaner } from "../numbers/number-cleaner.ts";
import { HASHES_PREFIX, hashesOf, storedHashes } from "../password-hashes.ts";
import { compileRules } from "../translate/compile-rules.ts";
import { TranslationRuleError } from "../translate/types.ts";
import { ConfigChanger, type ConfigChangerOptions } from "./config-changer.ts";
import type { ConfigVersion } from "./config-versions.ts";
import { shownAreas, writtenValue } from "./setting-areas.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse.
const CONTROL = /[\0-\x1f\x7f]/;

/** The user whose password HttpAuthPwd is. */
const ADMIN = "admin";

/** The configuration file as the pages change it: checked before it is written, and kept as it was before. */
export class SettingsEditor implements SettingsSource {
	/** How a change is made; other pages make theirs in the same way. */
	readonly changes: ConfigChanger;

	constructor(options: ConfigChangerOptions) {
		this.changes = new ConfigChanger(options);
	}

	get mark(): string {
		return markOf(this.changes.read());
	}

	get confirmUntil(): number | undefined {
		return this.changes.confirmUntil;
	}

	get lastSaved(): SavedOutcome | undefined {
		return this.changes.last;
	}

	get wentBack(): ConfigVersion | undefined {
		return this.changes.wentBack;
	}

	areas(): readonly ShownArea[] {
		return shownAreas(this.changes.current(), hostname());
	}

	rules(): readonly WrittenRule[] {
		return rulesIn(this.changes.read());
	}

	waitingForRestart(): readonly string[] {
		return this.changes.waitingForRestart();
	}

	async save(change: SettingsChange, who: string): Promise<SaveOutcome> {
		const before = this.changes.read();
		if (markOf(before) !== change.mark) return { kind: "changed" };
		const problems = lineProblems(change);
		if (problems.length > 0) return { kind: "refused", problems };
		const values = valuesFor(this.changes.current(), before, change.values ?? new Map());
		const changed = withValues(before, values);
		const config = change.rules ? withRules(changed, change.rules) : changed;
		return await this.changes.put({ before, config }, who);
	}

	async goBack(id: number, who: string): Promise<SaveOutcome> {
		return await this.changes.goBack(id, who);
	}

	async tryRules(
		rules: readonly WrittenRule[],
		addresses: readonly string[],
	): Promise<readonly TriedAddress[] | readonly SettingsProblem[]> {
		const { numberCleaning, defaultCountry } = this.changes.current();
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
		return this.changes.versions();
	}

	confirm(): void {
		this.changes.confirm();
	}

	beforeRestart(): void {
		this.changes.beforeRestart();
	}

	/** Nothing is taken back from now on. */
	stop(): void {
		this.changes.stop();
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

function markOf(config: Uint8Array): string {
	return createHash("sha256").update(config).digest("hex").slice(0, 16);
}
