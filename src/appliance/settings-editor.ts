import { createHash } from "node:crypto";
import { hostname } from "node:os";
import type { AnyGroup } from "../config/group-blocks.ts";
import { entryNamed } from "../config/place-for.ts";
import { SETTING_ENTRIES, SETTINGS, type Settings } from "../config/settings.ts";
import { withGroups } from "../config/with-groups.ts";
import { withValues } from "../config/with-values.ts";
import type {
	SavedOutcome,
	SaveOutcome,
	SettingsChange,
	SettingsProblem,
	SettingsSource,
	ShownArea,
	ShownGroup,
	ShownRow,
	TriedAddress,
} from "../http/box/settings-types.ts";
import { NULL_LOGGER } from "../log/null-logger.ts";
import { numberCleaner } from "../numbers/number-cleaner.ts";
import { HASHES_PREFIX, hashesOf, storedHashes } from "../password-hashes.ts";
import { compileRules } from "../translate/compile-rules.ts";
import { TranslationRuleError } from "../translate/types.ts";
import { ConfigChanger, type ConfigChangerOptions } from "./config-changer.ts";
import type { ConfigVersion } from "./config-versions.ts";
import { shownAreas, shownGroup, writtenValue } from "./setting-areas.ts";
import { atRow, groupsOf, shownRows } from "./typed-rows.ts";

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
		return shownAreas(this.changes.current(), this.changes.inForce(), hostname());
	}

	group(name: string): ShownGroup | undefined {
		const [key, setting] = entryNamed(name) ?? [];
		return key && setting && shownGroup(setting, this.changes.current()[key]);
	}

	rows(group: string): readonly ShownRow[] {
		const setting = groupNamed(group);
		return setting ? shownRows(this.changes.read(), setting) : [];
	}

	waitingForRestart(): readonly string[] {
		return this.changes.waitingForRestart();
	}

	async save(change: SettingsChange, who: string): Promise<SaveOutcome> {
		const before = this.changes.read();
		if (markOf(before) !== change.mark) return { kind: "changed" };
		const problems = lineProblems(change);
		if (problems.length > 0) return { kind: "refused", problems };
		const changed = withValues(before, valuesFor(this.changes.current(), change.values ?? new Map()));
		return change.rows
			? await this.#saveRows(before, changed, change.rows, who)
			: await this.changes.put({ before, config: changed }, who);
	}

	async #saveRows(
		before: Buffer,
		changed: Buffer,
		{ group, rows: typed }: NonNullable<SettingsChange["rows"]>,
		who: string,
	): Promise<SaveOutcome> {
		const setting = groupNamed(group);
		if (!setting) return { kind: "nothing" };
		const { groups, rows, problems } = groupsOf(changed, setting, typed);
		if (problems.length > 0) return { kind: "refused", problems };
		const config = withGroups(changed, setting, groups);
		const outcome = await this.changes.put({ before, config }, who);
		if (outcome.kind !== "refused") return outcome;
		return { ...outcome, problems: outcome.problems.map((one) => atRow(one, { config, setting, rows })) };
	}

	async goBack(id: number, who: string): Promise<SaveOutcome> {
		return await this.changes.goBack(id, who);
	}

	async tryRules(
		rules: readonly ShownRow[],
		addresses: readonly string[],
	): Promise<readonly TriedAddress[] | readonly SettingsProblem[]> {
		const { numberCleaning, defaultCountry } = this.changes.current();
		const clean = await numberCleaner(numberCleaning, defaultCountry);
		const { pattern, output } = SETTINGS.translationRules.fields;
		const typed = ({ values }: ShownRow, { name }: { readonly name: string }): string =>
			(values[name]?.[0] ?? "").trim();
		const placed = rules.map((rule, index) => ({
			pattern: typed(rule, pattern),
			output: typed(rule, output),
			file: "rule",
			line: index + 1,
		}));
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
			return error.problems.map(({ message, line }) => ({
				setting: pattern.name,
				...(line !== undefined && { row: line - 1 }),
				message: message.replace(/^rule:\d+: /, ""),
			}));
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
function lineProblems({ values = new Map() }: SettingsChange): SettingsProblem[] {
	const broken = [...values].filter(([, text]) => CONTROL.test(text.trim()));
	return broken.map(([setting]) => ({ setting, message: `${setting}: expected text in one line` }));
}

function groupNamed(name: string): AnyGroup | undefined {
	const [, setting] = entryNamed(name) ?? [];
	return setting?.kind === "group" ? setting : undefined;
}

/** The lines to change; what is the default again is taken out. */
function valuesFor(
	current: Settings,
	typed: ReadonlyMap<string, string>,
): Record<string, string | undefined> {
	const values: Record<string, string | undefined> = {};
	const shown = new Map(
		shownAreas(current, current, hostname()).flatMap(({ settings }) => settings.map((it) => [it.name, it])),
	);
	for (const [key, setting] of SETTING_ENTRIES) {
		if (setting.kind !== "single") continue;
		const value = typed.get(setting.name)?.trim();
		const known = shown.get(setting.name);
		if (value === undefined || !known) continue;
		if (setting.secret ? value === "" : value === writtenValue(setting, current[key])) continue;
		const isDefault = !setting.secret && value === known.default;
		values[setting.name] = isDefault ? undefined : asStored(setting.name, value);
	}
	return values;
}

/** The password of admin is kept as its hashes. */
function asStored(name: string, text: string): string {
	const isPassword = name === SETTINGS.httpAuthPwd.name && !text.startsWith(HASHES_PREFIX);
	return isPassword ? storedHashes(hashesOf(ADMIN, text)) : text;
}

function markOf(config: Uint8Array): string {
	return createHash("sha256").update(config).digest("hex").slice(0, 16);
}
