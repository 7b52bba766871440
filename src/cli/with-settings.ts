import type { CommandLine, CommandOptions } from "../config/command-line.ts";
import { type LoadedSettings, loadSettings } from "../config/load.ts";
import { ruleProblems } from "../translate/rule-problems.ts";
import { COMMANDS, type SettingsCommand } from "./commands.ts";
import { complain } from "./output.ts";
import { serviceConfig } from "./service-config.ts";

/** A command, and how it was asked for. */
export interface SettingsOrder {
	readonly argv: readonly string[];
	readonly commandLine: CommandLine;
	/** The options of all commands. */
	readonly commandOptions: CommandOptions;
	readonly name: SettingsCommand;
	readonly operands: readonly string[];
}

/**
 * Runs a command that works with the settings.
 *
 * @returns the exit code, as that of `runCommand`.
 */
export async function runWithSettings(order: SettingsOrder): Promise<number> {
	const { argv, commandLine, commandOptions, name, operands } = order;
	const command = COMMANDS[name];
	const cwd = process.cwd();
	const service = command.settings === "running server" ? serviceConfig(commandLine, cwd) : undefined;
	const read = (): LoadedSettings =>
		loadSettings({
			argv,
			cwd,
			...(service && { defaultFile: service.file }),
			commandOptions,
			allowNoFile: command.settings !== "file",
		});
	const loaded = name === "run" ? await readForStart(read) : read();
	if (!loaded.ok) {
		for (const { message } of loaded.problems) complain(message);
		for (const { message } of await ruleProblems(loaded.translationRules)) complain(message);
		return 2;
	}
	const { settings, warnings, configFile } = loaded;
	if (command.showsWarnings) for (const warning of warnings) complain(warning.message);
	const folder = service?.folder ?? cwd;
	return await command.run({ settings, warnings, configFile, folder, operands, commandLine, read });
}

/** A start does not end by what nobody has confirmed in time. */
async function readForStart(read: () => LoadedSettings): Promise<LoadedSettings> {
	return (await import("./server/settled-settings.ts")).readSettled(read, complain);
}
