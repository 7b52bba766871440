import { defaultText } from "./render-help.ts";
import type { AnySetting } from "./setting.ts";
import { SETTING_ENTRIES } from "./settings.ts";

/** The settings as a Markdown table, for docs/configuration.md. */
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
