import { type HelpItem, renderHelp, renderItems } from "../config/render-help.ts";
import { VERSION } from "../version.ts";
import { COMMAND_LIST, type CommandDescription } from "./command-list.ts";

/** What `--help` says: commands, examples, and every setting. */
export function helpText(): string {
	return renderHelp({
		usage: [
			`clicktocall ${VERSION}: calls one phone, then connects it to another`,
			"",
			"usage: clicktocall [COMMAND] [OPTION…]",
			"       clicktocall help COMMAND",
		],
		commands: [
			...COMMAND_LIST.map(({ name, operands, summary }) => ({
				term: withOperands(name, operands),
				text: summary,
			})),
			{ term: "--sample-config", text: "print a configuration file to start from" },
			{ term: "--settings-table", text: "print all settings as a Markdown table" },
		],
		examples: [
			"clicktocall --config /etc/clicktocall/clicktocall.config",
			"clicktocall translate 101 sip:alice@example.com",
			"clicktocall call 101 9055551234 --anchor",
			"clicktocall history --days 7 --search 9055551234",
			"sudo clicktocall install",
			"clicktocall --sample-config > clicktocall.config",
		],
	});
}

/** What `clicktocall help COMMAND` says. */
export function commandHelp(command: CommandDescription): string {
	const { summary, details = [], options = [], examples, exitCodes = [] } = command;
	const optionItems = options.map(({ option, value, text }) => ({
		term: value ? `${option} ${value}` : option,
		text,
	}));
	const termed = (codes: typeof exitCodes) =>
		codes.map(([code, when]) => ({ term: String(code), text: when }));
	const failures = [
		...exitCodes.filter(([code]) => code === 2).map(([, when]) => when),
		"wrong arguments or settings",
	];
	const blocks = [
		[
			usageOf(command),
			"",
			`  ${summary[0]?.toUpperCase()}${summary.slice(1)}.`,
			...details.map((line) => `  ${line}`),
		],
		section("Options", [
			...optionItems,
			{
				term: "--config FILE, --NAME=VALUE",
				text: "a configuration file, and any setting; see clicktocall --help",
			},
		]),
		section(
			"Examples",
			examples.map(([term, text]) => ({ term, text })),
		),
		section("Exit codes", [
			...termed(exitCodes.filter(([code]) => code < 2)),
			{ term: "2", text: failures.join("; ") },
			...termed(exitCodes.filter(([code]) => code > 2)),
		]),
	];
	return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** One line: how a command is called. */
export function usageOf({ name, operands, options = [] }: CommandDescription): string {
	const optional = options.map(({ option, value }) => `[${option}${value ? ` ${value}` : ""}]`);
	const lines = [`usage: clicktocall ${withOperands(name, operands)}`];
	for (const part of optional) {
		const last = lines.pop() ?? "";
		lines.push(
			...(last.length + part.length < MAX_USAGE ? [`${last} ${part}`] : [last, `${USAGE_INDENT}${part}`]),
		);
	}
	return lines.join("\n");
}

/** Characters of a line of usage at most, and what the further lines begin with. */
const MAX_USAGE = 100;
const USAGE_INDENT = " ".repeat("usage: clicktocall ".length);

function withOperands(name: string, operands: string): string {
	return operands === "" ? name : `${name} ${operands}`;
}

function section(title: string, items: readonly HelpItem[]): string[] {
	return [`${title}:`, ...renderItems(items)];
}
