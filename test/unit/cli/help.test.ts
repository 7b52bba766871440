import { describe, expect, test } from "bun:test";
import { COMMAND_LIST, type CommandDescription } from "../../../src/cli/command-list.ts";
import { commandHelp, helpText } from "../../../src/cli/help.ts";
import { isKnownName } from "../../../src/config/assign.ts";

const COMMANDS: readonly CommandDescription[] = COMMAND_LIST;

describe("the help", () => {
	test("names every command", () => {
		for (const { name, summary } of COMMANDS) {
			expect(helpText()).toMatch(new RegExp(`^  ${name}\\b`, "m"));
			expect(helpText().replaceAll(/\s+/g, " ")).toContain(summary);
		}
	});

	test.each(COMMANDS.map((command) => [command.name, command] as const))(
		"of %s has its options, examples and exit codes",
		(name, command) => {
			const help = commandHelp(command);
			expect(help).toStartWith(`usage: clicktocall ${name}`);
			for (const { option } of command.options ?? [])
				expect(help).toMatch(new RegExp(`^  ${option}\\b`, "m"));
			for (const [line] of command.examples) expect(help).toContain(`  ${line}`);
			expect(help.match(/^ {2}2 /gm)).toHaveLength(1);
			for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(110);
		},
	);

	test("no option of a command is the name of a setting", () => {
		for (const { options = [] } of COMMANDS) {
			for (const { option } of options) expect(isKnownName(option.slice(2))).toBe(false);
		}
	});

	test("an option means the same kind of thing wherever it is", () => {
		const values = new Map<string, boolean>();
		for (const { option, value } of COMMANDS.flatMap(({ options = [] }) => options)) {
			const before = values.get(option) ?? value !== undefined;
			expect(before).toBe(value !== undefined);
			values.set(option, before);
		}
	});
});
