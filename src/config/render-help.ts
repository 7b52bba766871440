import { type AnySetting, SETTING_SECTIONS } from "./setting.ts";
import { SETTING_ENTRIES } from "./settings.ts";

/** A term and what it means. */
export interface HelpItem {
	readonly term: string;
	readonly text: string;
}

/** What the help says beyond the settings. */
export interface HelpParts {
	/** First lines: how the program is called. */
	readonly usage?: readonly string[];
	readonly commands?: readonly HelpItem[];
	/** Lines at the end, as they are. */
	readonly examples?: readonly string[];
}

const WIDTH = 100;
const TERM_WIDTH = 22;

const GENERAL_OPTIONS: readonly HelpItem[] = [
	{ term: "--config FILE", text: "read this file instead of clicktocall.config in the working directory" },
	{ term: "--NAME=VALUE", text: "any setting below; overrides the file: --UDPTCPPort=5080" },
];

const LAST_OPTIONS: readonly HelpItem[] = [
	{ term: "-?, -h, --help", text: "show this help" },
	{ term: "--version", text: "show the version" },
];

/** What a setting's value is when nothing is set, in words; undefined for a group. */
export function defaultText(setting: AnySetting): string | undefined {
	if (setting.kind === "group") return undefined;
	if (setting.defaultText !== undefined) return setting.defaultText;
	const value = typeof setting.default === "function" ? "" : setting.type.format(setting.default);
	return setting.unit === undefined ? value : `${value} ${setting.unit}`;
}

/** The text of `--help`: commands, options and every setting. */
export function renderHelp(parts: HelpParts = {}): string {
	const { usage = [], commands = [], examples = [] } = parts;
	const blocks = [
		[...usage],
		commands.length === 0 ? [] : ["Commands:", ...commands.flatMap(renderItem)],
		["Options:", ...[...GENERAL_OPTIONS, ...settingOptions(), ...LAST_OPTIONS].flatMap(renderItem)],
		...SETTING_SECTIONS.map((section) => [
			`Settings, ${section}:`,
			...SETTING_ENTRIES.filter(([, setting]) => setting.section === section).flatMap(([, setting]) =>
				settingItems(setting).flatMap(renderItem),
			),
		]),
		examples.length === 0 ? [] : ["Examples:", ...examples.map((line) => `  ${line}`)],
	];
	const filled = blocks.filter((block) => block.length > 0).map((block) => block.join("\n"));
	return `${filled.join("\n\n")}\n`;
}

function settingOptions(): HelpItem[] {
	return SETTING_ENTRIES.flatMap(([, setting]) =>
		setting.kind === "group"
			? []
			: (setting.options ?? []).map(({ option, sets }) => ({
					term: sets === undefined ? `${option} ${setting.type.placeholder}` : option,
					text: sets === undefined ? `${setting.name}: ${setting.help}` : `${setting.name}=${sets}`,
				})),
	);
}

function settingItems(setting: AnySetting): HelpItem[] {
	if (setting.kind === "group") {
		return Object.values(setting.fields).map(({ name, help }) => ({ term: name, text: help }));
	}
	return [{ term: setting.name, text: `${setting.help} (default: ${defaultText(setting)})` }];
}

/** Terms with what they mean, in two columns. */
export function renderItems(items: readonly HelpItem[]): string[] {
	return items.flatMap(renderItem);
}

function renderItem({ term, text }: HelpItem): string[] {
	const lines = wrap(text, WIDTH - TERM_WIDTH - 2);
	const first = term.length < TERM_WIDTH ? [] : [`  ${term}`];
	const indent = " ".repeat(TERM_WIDTH + 2);
	const rest = lines.map((line, index) =>
		index === 0 && first.length === 0 ? `  ${term.padEnd(TERM_WIDTH)}${line}` : indent + line,
	);
	return [...first, ...rest];
}

function wrap(text: string, width: number): string[] {
	const lines: string[] = [];
	for (const word of text.split(" ")) {
		const last = lines.at(-1);
		if (last === undefined || last.length + word.length + 1 > width) lines.push(word);
		else lines[lines.length - 1] = `${last} ${word}`;
	}
	return lines;
}
