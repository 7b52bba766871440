import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { assign } from "./assign.ts";
import { checkTogether } from "./check-together.ts";
import { type CommandLine, type CommandOptions, parseCommandLine } from "./command-line.ts";
import { DEFAULT_CONFIG_FILE, readConfigFile } from "./config-file.ts";
import { type ConfigProblem, problem } from "./problem.ts";
import type { Machine } from "./setting.ts";
import { defaultSettings, type Settings, type SettingValues } from "./settings.ts";

export interface LoadOptions {
	/** The arguments, without the program's name. */
	readonly argv: readonly string[];
	/** Directory in which the config file is looked for. */
	readonly cwd: string;
	/** The command's own options. */
	readonly commandOptions?: CommandOptions;
	/** True to go on with the defaults when no file was named and there is none in `cwd`. */
	readonly allowNoFile?: boolean;
	/** File that is read when none was named and there is none in `cwd`. */
	readonly defaultFile?: string;
	/** Absent: the real one. */
	readonly machine?: Machine;
}

/** The settings, or why there are none. */
export type LoadedSettings =
	| {
			readonly ok: true;
			readonly settings: Settings;
			readonly warnings: readonly ConfigProblem[];
			/** The file that was read; absent when the defaults were allowed and used. */
			readonly configFile?: string;
			readonly commandLine: CommandLine;
	  }
	| {
			readonly ok: false;
			/** Errors, at least one, and warnings. */
			readonly problems: readonly ConfigProblem[];
			/** The rules that could be read, so that what is wrong with them can be listed at the same time. */
			readonly translationRules: Settings["translationRules"];
			readonly commandLine: CommandLine;
	  };

/**
 * Puts the settings together: the command line overrides the file, the file overrides the defaults. All problems
 * are listed at once. Never throws.
 */
export function loadSettings(options: LoadOptions): LoadedSettings {
	const commandLine = parseCommandLine(options.argv, options.commandOptions);
	const file = fileOf(commandLine, options);
	const fromFile =
		file.path === undefined ? { values: {}, problems: file.problems } : readConfigFile(file.path);
	const fromCommandLine = assign(commandLine.assignments);
	const settings = merge(
		options.machine ?? { hostName: hostname() },
		fromFile.values,
		fromCommandLine.values,
	);
	const problems = [...commandLine.problems, ...fromCommandLine.problems, ...fromFile.problems];
	const broken = problems.some(isError);
	// Settings may fail to fit together because of a value that could not be read.
	if (!broken) problems.push(...checkTogether(settings, { hasFile: file.path !== undefined }));
	if (problems.some(isError)) {
		return { ok: false, problems, translationRules: settings.translationRules, commandLine };
	}
	return {
		ok: true,
		settings,
		warnings: problems,
		...(file.path !== undefined && { configFile: file.path }),
		commandLine,
	};
}

function isError({ severity }: ConfigProblem): boolean {
	return severity === "error";
}

function fileOf(
	commandLine: CommandLine,
	options: LoadOptions,
): { path?: string; problems: ConfigProblem[] } {
	if (commandLine.configFile !== undefined) {
		return { path: resolve(options.cwd, commandLine.configFile), problems: [] };
	}
	const path = resolve(options.cwd, DEFAULT_CONFIG_FILE);
	if (existsSync(path)) return { path, problems: [] };
	if (options.defaultFile !== undefined) return { path: options.defaultFile, problems: [] };
	if (options.allowNoFile) return { problems: [] };
	const text =
		"no such file; clicktocall --sample-config prints one to start from, --config FILE names another";
	return { problems: [problem("error", { file: path }, text)] };
}

function merge(machine: Machine, fromFile: SettingValues, fromCommandLine: SettingValues): Settings {
	return { ...defaultSettings(machine), ...fromFile, ...fromCommandLine };
}
