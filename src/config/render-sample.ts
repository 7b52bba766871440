import { defaultText } from "./render-help.ts";
import { type AnySetting, SETTING_SECTIONS } from "./setting.ts";
import { SETTING_ENTRIES } from "./settings.ts";

const HEAD = [
	"# Settings of the click-to-call server. A line is Name = value; the value runs to the end of the line.",
	"# Lines that begin with # are comments. Settings that are commented out have the value shown.",
];

/**
 * A config file with every setting and what it means; a server can be started with it.
 *
 * @param values settings to set, by name, as they are written in a file.
 */
export function renderSampleConfig(values: Readonly<Record<string, string>> = {}): string {
	const blocks = SETTING_SECTIONS.map((section) => {
		const settings = SETTING_ENTRIES.filter(([, setting]) => setting.section === section);
		return [
			`#### ${section} ####`,
			...settings.map(([, setting]) => renderSetting(setting, values).join("\n")),
		].join("\n\n");
	});
	return `${[HEAD.join("\n"), ...blocks].join("\n\n")}\n`;
}

function renderSetting(setting: AnySetting, values: Readonly<Record<string, string>>): string[] {
	const documentation = documentationOf(setting);
	if (setting.kind === "group") return [...documentation, ...setting.sample];
	const { name, type, example, defaultText: words } = setting;
	const sample = values[name] ?? setting.sample;
	documentation.push(comment(`Value: ${type.expected}. Default: ${defaultText(setting)}.`));
	if (sample !== undefined) return [...documentation, `${name} = ${sample}`];
	const value = typeof setting.default === "function" ? "" : type.format(setting.default);
	const shown = example ?? (words === undefined ? value : "");
	if (example !== undefined) documentation.push(comment("Example:"));
	return [...documentation, `#${name} = ${shown}`.trimEnd()];
}

/** The comments that say what a setting is for. */
export function documentationOf({ help, details = [] }: AnySetting): string[] {
	return [`${help.charAt(0).toUpperCase()}${help.slice(1)}.`, ...details].map(comment);
}

function comment(text: string): string {
	return `# ${text}`;
}
