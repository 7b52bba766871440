import { defaultText } from "./render-help.ts";
import type { AnySetting } from "./setting.ts";
import { SETTING_ENTRIES, type Settings } from "./settings.ts";
import type { ValueType } from "./value-type.ts";

/** The settings as a Markdown table, for README. */
export function renderSettingsTable(): string {
	const rows = SETTING_ENTRIES.flatMap(([, setting]) => tableRows(setting));
	return `${["| setting | option | default | meaning |", "|---|---|---|---|", ...rows].join("\n")}\n`;
}

function tableRows(setting: AnySetting): string[] {
	if (setting.kind === "group") {
		return Object.values(setting.fields).map(({ name, help }) => row([code(name), "", "", help]));
	}
	const options = (setting.options ?? []).map(({ option }) => code(option)).join(", ");
	const names = [setting.name, ...(setting.aliases ?? [])].map(code).join(" or ");
	return [row([names, options, defaultText(setting) ?? "", setting.help])];
}

function row(cells: readonly string[]): string {
	return `| ${cells.map(cell).join(" | ")} |`;
}

function code(text: string): string {
	return `\`${text}\``;
}

/** `<` begins a tag and `|` a cell in Markdown. */
function cell(text: string): string {
	return text.replace(/[<|]/g, (character) => `\\${character}`);
}

/**
 * The settings as they are in force, as lines of a config file, for `clicktocall check`. Of
 * secrets no more is written than may be seen, mostly `(hidden)`.
 */
export function renderSettings(settings: Settings): string {
	const lines = SETTING_ENTRIES.flatMap(([key, setting]) => settingLines(setting, settings[key]));
	return `${lines.join("\n")}\n`;
}

function settingLines(setting: AnySetting, value: unknown): string[] {
	if (setting.kind === "single") {
		const shown = shownValue(setting, value);
		return [`${setting.name} = ${shown}`.trimEnd()];
	}
	// The table is typed where it is made; here all that is known is that a group's value is a list.
	const groups = value as readonly Readonly<Record<string, unknown>>[];
	return groups.flatMap((group) =>
		Object.entries(setting.fields).map(([key, field]) =>
			`${field.name} = ${shownValue(field, group[key])}`.trimEnd(),
		),
	);
}

function shownValue(
	{ type, secret }: { readonly type: ValueType<unknown>; readonly secret?: boolean },
	value: unknown,
): string {
	return secret ? (type.mask?.(value) ?? "(hidden)") : type.format(value);
}
