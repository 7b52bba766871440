import { type CommandLine, type CommandOptions, parseCommandLine } from "../config/command-line.ts";
import { type LoadedSettings, loadSettings } from "../config/load.ts";
import { renderSampleConfig } from "../config/render-sample.ts";
import { renderSettingsTable } from "../config/render-table.ts";
import { ruleProblems } from "../translate/rule-problems.ts";
import { COMMIT, VERSION } from "../version.ts";
import { COMMAND_LIST, type CommandDescription, describedCommand } from "./command-list.ts";
import { COMMANDS, type SettingsCommand } from "./commands.ts";
import { commandHelp, helpText, usageOf } from "./help.ts";
import { complain, NobodyReadsError, OutputError, outputFailed, write } from "./output.ts";
import { RemoteError } from "./remote/remote-error.ts";
import { runWithRuntimeOptions } from "./server/runtime-options.ts";
import { runUpdatedVersion } from "./server/updated-version.ts";
import { serviceConfig } from "./service-config.ts";
import { StartError } from "./start-error.ts";
import { UsageError } from "./usage-error.ts";

const ALL_OPTIONS = COMMAND_LIST.flatMap(({ options = [] }: CommandDescription) => options);

/** Options that stand for a command. */
const PRINTING_FLAGS = ["--sample-config", "--settings-table"];

const OPTIONS: CommandOptions = {
	flags: [...PRINTING_FLAGS, ...namesOf((value) => value === undefined)],
	values: namesOf((value) => value !== undefined),
};

function namesOf(fits: (value: string | undefined) => boolean): string[] {
	return ALL_OPTIONS.filter(({ value }) => fits(value)).map(({ option }) => option);
}

/**
 * Runs the program.
 *
 * @param argv the arguments, without the program's name.
 * @returns the exit code: 0 done, 1 the call, translation or installation failed or the output cannot be written, 2 wrong arguments or settings, it
 * cannot start, or the server cannot be reached.
 */
export async function runCommand(argv: readonly string[]): Promise<number> {
	const commandLine = parseCommandLine(argv, OPTIONS);
	const [name = "run", ...operands] = commandLine.operands;
	try {
		const code = await dispatch(argv, commandLine, name, operands);
		return code === 0 && outputFailed() ? 1 : code;
	} catch (error) {
		if (error instanceof NobodyReadsError) return 0;
		if (error instanceof OutputError) {
			complain(`clicktocall: ${error.message}`);
			return 1;
		}
		const described = describedCommand(name);
		if (error instanceof UsageError && described) return refuse(error.message, usageOf(described));
		if (error instanceof StartError || error instanceof RemoteError) return refuse(error.message);
		throw error;
	}
}

async function dispatch(
	argv: readonly string[],
	commandLine: CommandLine,
	name: string,
	operands: readonly string[],
): Promise<number> {
	const { help, version, flags } = commandLine;
	if (help) return showHelp(commandLine.operands[0]);
	if (version) return print(COMMIT ? `clicktocall ${VERSION} (${COMMIT})\n` : `clicktocall ${VERSION}\n`);
	if (flags.has("--sample-config")) return print(renderSampleConfig());
	if (flags.has("--settings-table")) return print(renderSettingsTable());
	const described = describedCommand(name);
	if (!described)
		return refuse(
			`unknown command "${name}": expected one of ${COMMAND_LIST.map((each) => each.name).join(", ")}`,
		);
	const foreign = foreignOption(described, commandLine);
	if (foreign !== undefined) return refuse(`${name} has no option ${foreign}`, usageOf(described));
	if (described.operands === "" && operands.length > 0) {
		return refuse(`expected only options, got "${operands[0]}"`, usageOf(described));
	}
	switch (described.name) {
		case "help":
			return showHelp(operands[0]);
		case "completion":
			if (operands.length !== 1 || operands[0] !== "bash") return refuse("expected bash", usageOf(described));
			return print((await import("./completion.ts")).renderBashCompletion());
		case "password":
			return (await import("./commands/password.ts")).passwordCommand(operands);
		case "trace":
			return (await import("./commands/trace.ts")).traceCommand(operands, commandLine);
		case "update":
			return (await import("./commands/update.ts")).updateCommand({
				operands,
				back: flags.has("--back"),
				older: flags.has("--older"),
				sha256: commandLine.values.get("--sha256"),
			});
		case "import": {
			const { problems, configFile, values } = commandLine;
			for (const { message } of problems) complain(message);
			if (problems.length > 0) return 2;
			return (await import("./commands/import.ts")).importCommand({
				operands,
				configFile,
				passwordFile: values.get("--password-file"),
				cwd: process.cwd(),
			});
		}
		case "install":
		case "uninstall":
			return (await import("./install/command.ts")).INSTALL_COMMANDS[described.name](commandLine);
		default:
			return runWithSettings(argv, commandLine, described.name, operands);
	}
}

async function runWithSettings(
	argv: readonly string[],
	commandLine: CommandLine,
	name: SettingsCommand,
	operands: readonly string[],
): Promise<number> {
	const command = COMMANDS[name];
	if (name === "run") {
		runUpdatedVersion();
		runWithRuntimeOptions();
	}
	const cwd = process.cwd();
	const service = command.settings === "running server" ? serviceConfig(commandLine, cwd) : undefined;
	const read = (): LoadedSettings =>
		loadSettings({
			argv,
			cwd,
			...(service && { defaultFile: service.file }),
			commandOptions: OPTIONS,
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

/** An option of another command, which this one would pass over. */
function foreignOption(
	{ options = [] }: CommandDescription,
	{ flags, values }: CommandLine,
): string | undefined {
	const given = [...flags, ...values.keys()].filter((option) => !PRINTING_FLAGS.includes(option));
	return given.find((option) => !options.some((own) => own.option === option));
}

function showHelp(name: string | undefined): Promise<number> | number {
	if (name === undefined) return print(helpText());
	const described = describedCommand(name);
	return described
		? print(commandHelp(described))
		: refuse(`unknown command "${name}"`, "try clicktocall help");
}

function refuse(...lines: readonly string[]): number {
	complain(`clicktocall: ${lines.join("\n")}`);
	return 2;
}

async function print(text: string): Promise<number> {
	await write(text);
	return 0;
}
