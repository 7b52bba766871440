import { type CommandLine, type CommandOptions, parseCommandLine } from "../config/command-line.ts";
import { type LoadedSettings, loadSettings } from "../config/load.ts";
import type { ConfigProblem } from "../config/problem.ts";
import { renderSampleConfig } from "../config/render-sample.ts";
import { renderSettingsTable } from "../config/render-table.ts";
import type { Settings } from "../config/settings.ts";
import { COMMIT, VERSION } from "../version.ts";
import { helpText } from "./help.ts";
import { ruleProblems } from "./rule-problems.ts";
import { runWithRuntimeOptions } from "./server/runtime-options.ts";
import { StartError } from "./start-error.ts";
import { UsageError } from "./usage-error.ts";

const OPTIONS: CommandOptions = {
	flags: ["--anchor", "--purge", "--sample-config", "--settings-table"],
	values: ["--root", "--server"],
};

/** What a command is given. */
interface Invocation {
	readonly settings: Settings;
	/** The file the settings were read from; absent when there is none. */
	readonly configFile: string | undefined;
	readonly warnings: readonly ConfigProblem[];
	readonly operands: readonly string[];
	readonly commandLine: CommandLine;
	/** Reads the settings again. */
	readonly read: () => LoadedSettings;
}

interface Command {
	/** Whether it does its job without a configuration file. */
	readonly needsNoFile: boolean;
	/** Whether warnings about the settings are shown before it begins. */
	readonly showsWarnings: boolean;
	run(invocation: Invocation): Promise<number> | number;
}

/** Each loads its code when it is run: a server that waits for calls should not hold that of the others. */
const COMMANDS: Readonly<Record<string, Command>> = {
	run: {
		needsNoFile: false,
		showsWarnings: true,
		run: async ({ settings, read }) => (await import("./server/run.ts")).runServer(settings, read),
	},
	demo: {
		needsNoFile: true,
		showsWarnings: true,
		run: async ({ settings }) => (await import("./commands/demo.ts")).demoCommand(settings),
	},
	check: {
		needsNoFile: false,
		showsWarnings: false,
		run: async (invocation) => (await import("./commands/check.ts")).checkCommand(invocation),
	},
	translate: {
		needsNoFile: false,
		showsWarnings: false,
		run: async ({ operands, settings }) =>
			(await import("./commands/translate.ts")).translateCommand(operands, settings),
	},
	call: {
		needsNoFile: true,
		showsWarnings: false,
		run: async ({ operands, settings, commandLine }) =>
			(await import("./commands/call.ts")).callCommand({
				operands,
				anchor: commandLine.flags.has("--anchor"),
				server: commandLine.values.get("--server"),
				defaultPort: settings.xmlRpcPort,
			}),
	},
};

/** The commands that need no settings. */
const INSTALLERS: readonly string[] = ["install", "uninstall"];

/**
 * Runs the program.
 *
 * @param argv the arguments, without the program's name.
 * @returns the exit code: 0 done, 1 the call, translation or installation failed, 2 wrong arguments or settings, or it
 * cannot start.
 */
export async function runCommand(argv: readonly string[]): Promise<number> {
	const commandLine = parseCommandLine(argv, OPTIONS);
	if (commandLine.help) return print(helpText());
	if (commandLine.version)
		return print(COMMIT ? `clicktocall ${VERSION} (${COMMIT})` : `clicktocall ${VERSION}`);
	if (commandLine.flags.has("--sample-config")) return print(renderSampleConfig());
	if (commandLine.flags.has("--settings-table")) return print(renderSettingsTable());
	const [name = "run", ...operands] = commandLine.operands;
	if (name === "install" || name === "uninstall") {
		return (await import("./install/command.ts")).INSTALL_COMMANDS[name](commandLine);
	}
	const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
	if (!command) {
		const names = [...Object.keys(COMMANDS), ...INSTALLERS];
		console.error(`clicktocall: there is no command "${name}"; there are ${names.join(", ")}`);
		return 2;
	}
	if (command === COMMANDS.run) runWithRuntimeOptions();
	const cwd = process.cwd();
	const read = (): LoadedSettings =>
		loadSettings({ argv, cwd, commandOptions: OPTIONS, allowNoFile: command.needsNoFile });
	const loaded = read();
	if (!loaded.ok) {
		for (const { message } of loaded.problems) console.error(message);
		for (const { message } of await ruleProblems(loaded.translationRules)) console.error(message);
		return 2;
	}
	const { settings, warnings, configFile } = loaded;
	if (command.showsWarnings) for (const warning of warnings) console.error(warning.message);
	try {
		return await command.run({ settings, warnings, configFile, operands, commandLine, read });
	} catch (error) {
		if (!(error instanceof StartError || error instanceof UsageError)) throw error;
		console.error(`clicktocall: ${error.message}`);
		return 2;
	}
}

function print(text: string): number {
	process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
	return 0;
}
